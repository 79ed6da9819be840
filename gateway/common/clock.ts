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

/** Milliseconds by which a timer is late when the process was held up: by a pause of its machine, or by work. */
const HELD_UP = 200

/**
 * The machine's own. A timer of it does not keep the process alive. After the process was held up,
 * what has come meanwhile is read first: else whatever is waited for would be missed by all at once.
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after(ms, then) {
    const due = performance.now() + ms
    let read: NodeJS.Immediate | undefined
    const timer = setTimeout(() => {
      if (performance.now() - due > HELD_UP) read = setImmediate(then).unref()
      else then()
    }, ms)
    timer.unref()
    return () => {
      clearTimeout(timer)
      clearImmediate(read)
    }
  },
}
