/** What an endpoint holds, and its part of all. */
export interface Holding<T> {
  readonly weight: number
  /** The oldest first. */
  readonly held: readonly T[]
}

/** What endpoints hold beyond their part, the newest of each: as much as must go elsewhere for all to have theirs. */
export function surplus<T>(holdings: readonly Holding<T>[]): readonly T[] {
  const sum = holdings.reduce((weights, {weight}) => weights + weight, 0)
  const all = holdings.reduce((count, {held}) => count + held.length, 0)
  return holdings.flatMap(({weight, held}) => held.slice(Math.ceil((all * weight) / sum)))
}
