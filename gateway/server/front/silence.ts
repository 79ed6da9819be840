import type {Cancel, Clock} from '../../common/clock.js'

/** How slow a client may be with its body. */
export interface Patience {
  /** Milliseconds without a byte; 0: no limit, nor is there one to the pace. */
  readonly silence: number
  /** Bytes a second on the whole, of the time that was waited beyond `silence`; 0: no limit. */
  readonly rate: number
}

/**
 * Notices when nothing was heard for too long, or too little all the time, with one timer that looks now and
 * then. Scope: one request. Source: Apache's mod_reqtimeout, whose MinRate extends its timeout in the same way.
 */
export class Silence {
  readonly #clock: Clock
  readonly #patience: Patience
  readonly #late: () => void
  /** When it was last heard; Infinity: nothing is to be heard. */
  #since: number
  /** Milliseconds that were waited in all before that, and what may be. */
  #waited = 0
  #allowed: number
  #cancel: Cancel | undefined

  /** Calls `late` once. */
  constructor(clock: Clock, patience: Patience, late: () => void) {
    this.#clock = clock
    this.#patience = patience
    this.#late = late
    this.#since = clock.now()
    this.#allowed = patience.rate > 0 ? patience.silence : Number.POSITIVE_INFINITY
    if (patience.silence > 0) this.#wait(patience.silence)
  }

  heard(bytes: number): void {
    const {rate} = this.#patience
    const now = this.#clock.now()
    this.#waited += Math.max(0, now - this.#since)
    this.#since = now
    if (rate > 0) this.#allowed += (bytes / rate) * 1000
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
    const {silence} = this.#patience
    const left = this.#since + Math.min(silence, this.#allowed - this.#waited) - this.#clock.now()
    if (left <= 0) this.#late()
    else this.#wait(Math.min(left, silence))
  }
}
