/** The name meant by a misspelt one: at most a quarter of its letters away, case aside; undefined when none is near. */
export function nearest(given: string, names: Iterable<string>): string | undefined {
  const wanted = given.toLowerCase()
  let best: string | undefined
  let least = Math.max(1, Math.floor(wanted.length / 4)) + 1
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
export function suggestion(given: string, names: Iterable<string>): string {
  const name = nearest(given, names)
  return name === undefined ? '' : `; did you mean ${name}?`
}

/** Letters to put in, take out or change (Levenshtein). */
function edits(from: string, to: string): number {
  let row = Array.from({length: to.length + 1}, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
