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

/** Found once: to find a global at each call costs half as much as the call. */
const {performance} = globalThis

/**
 * The machine's own. A timer of it does not keep the process alive. What has come until it is due is read first: else, after
 * the process was held up by a pause of its machine or by work, whatever is waited for would be missed by all at once.
 * For that the immediate is not `unref`ed: the loop would wait for something to come before it calls it.
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after(ms, then) {
    let read: NodeJS.Immediate | undefined
    const timer = setTimeout(() => {
      read = setImmediate(then)
    }, ms)
    timer.unref()
    return () => {
      clearTimeout(timer)
      clearImmediate(read)
    }
  },
}
