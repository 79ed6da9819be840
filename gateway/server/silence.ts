import type {Cancel, Clock} from '../common/clock.js'

/** Notices when nothing was heard for too long, with one timer that looks now and then. Scope: one request. */
export class Silence {
  readonly #clock: Clock
  readonly #limit: number
  readonly #late: () => void
  #since: number
  #cancel: Cancel | undefined

  /** Calls `late` once after `limit` ms without `heard`; 0: never. */
  constructor(clock: Clock, limit: number, late: () => void) {
    this.#clock = clock
    this.#limit = limit
    this.#late = late
    this.#since = clock.now()
    if (limit > 0) this.#wait(limit)
  }

  heard(): void {
    this.#since = this.#clock.now()
  }

  /** Nothing is to be heard until `heard`. */
  rest(): void {
    this.#since = Number.POSITIVE_INFINITY
  }

  end(): void {
    this.#cancel?.()
  }

  #wait(ms: number): void {
    this.#cancel = this.#clock.after(ms, () => this.#look())
  }

  #look(): void {
    const left = this.#since + this.#limit - this.#clock.now()
    if (left <= 0) this.#late()
    else this.#wait(Math.min(left, this.#limit))
  }
}
