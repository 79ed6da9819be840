/** What a service says of its event IDs: each higher than the one before, higher by one, or nothing. */
export type IdOrder = 'increasing' | 'consecutive' | 'none'

/** Whether a stream that goes on misses nothing: it shows, it does not show, or it shows that events are missing. */
export type Wholeness = 'whole' | 'unverified' | 'gap'

/** What the first new ID says, after the last one that was given. */
export function wholenessOf(order: IdOrder, last: string, next: string): Wholeness {
  if (order === 'increasing') return compareIds(last, next) < 0 ? 'whole' : 'unverified'
  if (order === 'none') return 'unverified'
  const before = COUNTED.exec(last)
  const after = COUNTED.exec(next)
  if (!before || !after || before[1] !== after[1]) return 'unverified'
  const step = BigInt(after[2] ?? 0) - BigInt(before[2] ?? 0)
  if (step === 1n) return 'whole'
  return step > 1n ? 'gap' : 'unverified'
}

/** An ID that ends in a number: what stands before it, and the number. */
const COUNTED = /^(.*?)(\d{1,40})$/s

/** As people count: numbers within the text by their value, the rest by characters. */
function compareIds(a: string, b: string): number {
  const left = a.match(RUNS) ?? []
  const right = b.match(RUNS) ?? []
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = compareRuns(left[i] ?? '', right[i] ?? '')
    if (order !== 0) return order
  }
  return 0
}

const RUNS = /\d+|\D+/g

function compareRuns(a: string, b: string): number {
  const numbers = /^\d/.test(a) && /^\d/.test(b)
  const [x, y] = numbers ? [a.replace(/^0+/, ''), b.replace(/^0+/, '')] : [a, b]
  if (numbers && x.length !== y.length) return x.length - y.length
  return x < y ? -1 : Number(x > y)
}
