/** The name meant by a misspelt one: at most `most` letters away, case aside; undefined when none is near. */
export function nearest(
  given: string,
  names: Iterable<string>,
  most = Math.max(1, Math.floor(given.length / 4)),
): string | undefined {
  const wanted = given.toLowerCase()
  let best: string | undefined
  let least = most + 1
  for (const name of names) {
    const distance = Math.abs(name.length - wanted.length) < least ? edits(wanted, name.toLowerCase()) : least
    if (distance < least) {
      best = name
      least = distance
    }
  }
  return best
}

/** `; did you mean X?`, or nothing. */
export function suggestion(given: string, names: Iterable<string>, most?: number): string {
  const name = nearest(given, names, most)
  return name === undefined ? '' : `; did you mean ${name}?`
}

/** How far two names are apart; what they begin and end with alike costs nothing, and names are long and alike. */
function edits(one: string, other: string): number {
  const shorter = Math.min(one.length, other.length)
  let start = 0
  while (start < shorter && one[start] === other[start]) start++
  let end = 0
  while (end < shorter - start && one.at(-1 - end) === other.at(-1 - end)) end++
  return aligned(one.slice(start, one.length - end), other.slice(start, other.length - end))
}

/** Letters to put in, take out, change or swap with the next (optimal string alignment). */
function aligned(from: string, to: string): number {
  let before: readonly number[] = []
  let row: readonly number[] = Array.from({length: to.length + 1}, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      const swap = swapped ? (before[j - 2] ?? 0) + 1 : change
      next.push(Math.min(change, swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    before = row
    row = next
  }
  return row[to.length] ?? 0
}
