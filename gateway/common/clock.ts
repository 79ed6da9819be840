/** Time, handed in wherever it matters, so that tests can turn it. */
export interface Clock {
  /** Milliseconds of a clock that never goes back. */
  now(): number
  /** Milliseconds since 1970, as far as the machine knows; may go back. */
  date(): number
  /** Calls `then` once after `ms`; gives what cancels it. */
  after(ms: number, then: () => void): Cancel
}

export type Cancel = () => void

/** The machine's own. A timer of it does not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
