import type {Cancel, Clock} from '../common/clock.js'

/** Milliseconds between two looks. */
const PERIOD = 50
/** How much a look counts beside those before it. */
const WEIGHT = 0.25
/** One look counts as this many times the limit at most: a single pause says nothing of load. */
const MOST = 2

/**
 * Closed while the event loop is late by more than the limit, look after look: some three of them close it and some three
 * open it. Scope: process.
 */
export class LoopGate {
  readonly #clock: Clock
  readonly #limit: number
  #late = 0
  #cancel: Cancel

  /** `limit` in milliseconds. */
  constructor(clock: Clock, limit: number) {
    this.#clock = clock
    this.#limit = limit
    this.#cancel = this.#look()
  }

  get closed(): boolean {
    return this.#late > this.#limit
  }

  close(): void {
    this.#cancel()
  }

  #look(): Cancel {
    const due = this.#clock.now() + PERIOD
    return this.#clock.after(PERIOD, () => {
      const late = Math.min(this.#clock.now() - due, MOST * this.#limit)
      this.#late += (late - this.#late) * WEIGHT
      this.#cancel = this.#look()
    })
  }
}
