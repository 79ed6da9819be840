import type {Clock} from '../common/clock.js'
import type {OpenStream} from './open-streams.js'
import type {Spoke, TimerWheel} from './timer-wheel.js'

/** How long the last event of a stream may take whose client may see no more, in ms. */
const LAST_EVENT = 1000
/** When its client comes back, to meet the answer that it gets now. */
const RETRY = 500

/**
 * Ends a stream when what its client proved ends: between two events when the client will come back for the rest, else
 * it is broken off. Only streams whose rights end have one. Scope: one stream.
 */
export class RightsWatch implements Spoke {
  wheelNext: Spoke | undefined
  wheelBefore: Spoke | undefined
  readonly #stream: OpenStream
  /** Milliseconds since 1970. */
  readonly #expiresAt: number
  readonly #clock: Clock
  readonly #wheel: TimerWheel
  #ending = false

  constructor(stream: OpenStream, expiresAt: number, clock: Clock, wheel: TimerWheel) {
    this.#stream = stream
    this.#expiresAt = expiresAt
    this.#clock = clock
    this.#wheel = wheel
    wheel.arm(this, 1)
  }

  visit(): number {
    const left = this.#expiresAt - this.#clock.date()
    if (left > 0) return this.#wheel.ticks(left)
    if (!this.#ending && this.#stream.returnable) {
      this.#ending = true
      this.#stream.endAfter(0, RETRY, 'expiry')
      return this.#wheel.ticks(LAST_EVENT)
    }
    this.#stream.breakOff('expiry')
    return 0
  }
}
