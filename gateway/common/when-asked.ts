/** Makes something when it is first asked for, and gives the same from then on. What `make` throws is thrown, and it is tried again. */
export function whenAsked<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
