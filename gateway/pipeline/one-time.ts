import type {Clock} from '../common/clock.js'
import type {Gone} from './exchange.js'

/** Things that are used and can still be presented again. */
const MOST = 100_000

/**
 * What may be used once. Scope: process: it outlives topologies, so that a reload makes nothing new. What was made before the
 * process began may have been used, and is not remembered.
 */
export class OneTime {
  readonly #clock: Clock
  readonly #since: number
  /** Until when each could be presented again, in the order of their use. */
  readonly #used = new Map<string, number>()
  readonly #users = new WeakMap<Gone, string>()

  constructor(clock: Clock) {
    this.#clock = clock
    this.#since = clock.date()
  }

  /**
   * Whether `id`, made at `from` and good until `until` (ms since 1970), is used for the first time, or by the exchange that used
   * it, which may be judged again at any time. Nothing is, while more were used than can be remembered.
   */
  use(id: string, from: number, until: number, by: Gone): boolean {
    if (this.#users.get(by) === id) return true
    const now = this.#clock.date()
    this.#forget(now)
    if (from < this.#since || now >= until || this.#used.has(id) || this.#used.size >= MOST) return false
    this.#used.set(id, until)
    this.#users.set(by, id)
    return true
  }

  /** From the oldest on. */
  #forget(now: number): void {
    for (const [id, until] of this.#used) {
      if (until > now) return
      this.#used.delete(id)
    }
  }
}
