import type {Clock} from '../../gateway/common/clock.js'

/** A clock that stands still until a test turns it. */
export interface TestClock extends Clock {
  /** Goes on by so many milliseconds; what was due is called, in order of time. */
  turn(ms: number): void
  /** How many calls are still to come. */
  readonly pending: number
}

/** A new one, at 0; its date then is the beginning of 2026. */
export function testClock(): TestClock {
  let time = 0
  const calls = new Set<{at: number; then: () => void}>()
  const earliest = () => [...calls].sort((a, b) => a.at - b.at)[0]
  return {
    now: () => time,
    date: () => Date.UTC(2026) + time,
    after(ms, then) {
      const call = {at: time + ms, then}
      calls.add(call)
      return () => {
        calls.delete(call)
      }
    },
    turn(ms) {
      const end = time + ms
      for (let next = earliest(); next !== undefined && next.at <= end; next = earliest()) {
        calls.delete(next)
        time = next.at
        next.then()
      }
      time = end
    },
    get pending() {
      return calls.size
    },
  }
}
