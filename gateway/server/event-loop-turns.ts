import type {Clock} from '../common/clock.js'
import type {Turns} from '../pipeline/turns.js'

/** Milliseconds for long works between two looks at sockets and timers. */
const TURN = 2

/** Turns of the event loop. Scope: process. */
export class EventLoopTurns implements Turns {
  readonly #clock: Clock
  #waiting: (() => void)[] = []
  /** When the turn that is on began; below 0: none is. */
  #began = -1

  constructor(clock: Clock) {
    this.#clock = clock
  }

  take(work: () => void): void {
    if (this.#began < 0) {
      this.#began = this.#clock.now()
      setImmediate(() => this.#next())
    }
    if (this.#waiting.length > 0 || this.#isOver()) this.#waiting.push(work)
    else work()
  }

  #isOver(): boolean {
    return this.#clock.now() - this.#began >= TURN
  }

  #next(): void {
    const works = this.#waiting
    this.#waiting = []
    this.#began = works.length > 0 ? this.#clock.now() : -1
    if (works.length > 0) setImmediate(() => this.#next())
    for (let at = 0; at < works.length; at++) {
      if (at > 0 && this.#isOver()) {
        this.#waiting = [...works.slice(at), ...this.#waiting]
        return
      }
      works[at]?.()
    }
  }
}
