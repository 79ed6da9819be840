import type {Clock} from '../common/clock.js'
import type {Turns} from '../pipeline/turns.js'

/** Milliseconds for long works between two looks at sockets and timers. */
const TURN = 1

/**
 * Turns of the event loop: of each pass works get what its sockets and timers leave of a turn, and one piece at least.
 * Scope: process.
 */
export class EventLoopTurns implements Turns {
  readonly #clock: Clock
  #waiting: (() => void)[] = []
  /** When the pass began that is on; below 0: nobody works. */
  #began = -1

  constructor(clock: Clock) {
    this.#clock = clock
  }

  take(work: () => void): void {
    if (this.#began < 0) this.#pass()
    if (this.#waiting.length > 0 || this.#isOver()) this.#waiting.push(work)
    else work()
  }

  #isOver(): boolean {
    return this.#clock.now() - this.#began >= TURN
  }

  #pass(): void {
    this.#began = this.#clock.now()
    setImmediate(() => this.#goOn())
  }

  #goOn(): void {
    const works = this.#waiting
    this.#waiting = []
    let done = 0
    do works[done++]?.()
    while (done < works.length && !this.#isOver())
    this.#waiting = [...works.slice(done), ...this.#waiting]
    if (this.#waiting.length > 0) this.#pass()
    else this.#began = -1
  }
}
