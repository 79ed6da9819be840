/** How much of a rate may be used at once, in seconds. */
const BURST = 10

/** What may be used of something at a rate, and what was saved of it: a token bucket. Scope: one connection. */
export class Allowance {
  readonly #rate: number
  #left: number
  #since: number

  /** `rate`: a second; 0: no limit. `now`: milliseconds. */
  constructor(rate: number, now: number) {
    this.#rate = rate
    this.#left = rate * BURST
    this.#since = now
  }

  /** Uses some, or gives some back; false: it was too much. */
  use(amount: number, now: number): boolean {
    const saved = this.#left + ((now - this.#since) / 1000) * this.#rate - amount
    this.#left = Math.min(saved, this.#rate * BURST)
    this.#since = now
    return this.#rate === 0 || this.#left >= 0
  }
}
