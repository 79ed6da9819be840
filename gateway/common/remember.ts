/** A function that remembers its latest answers, at most so many: the same is asked again and again. */
export function remember<K, V>(make: (asked: K) => V, most = Number.POSITIVE_INFINITY): (asked: K) => V {
  const answers = new Map<K, {readonly value: V}>()
  return asked => {
    const known = answers.get(asked)
    if (known !== undefined) return known.value
    const value = make(asked)
    if (answers.size >= most) answers.clear()
    answers.set(asked, {value})
    return value
  }
}
