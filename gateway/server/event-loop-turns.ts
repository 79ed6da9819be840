import type {Clock} from '../common/clock.js'
import type {Turns} from '../pipeline/turns.js'

/** Milliseconds for long works between two looks at sockets and timers. */
const TURN = 1
/** How many may be done in them. */
const MOST = 16

/**
 * Turns of the event loop: of each pass works get what its sockets and timers leave of a turn, and one piece at least.
 * Scope: process.
 */
export class EventLoopTurns implements Turns {
  readonly #clock: Clock
  readonly #waiting: (() => void)[] = []
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

  /** Each work has an immediate of its own: what it leads to in ticks and promises comes before the next, and is counted. */
  #pass(): void {
    this.#began = this.#clock.now()
    setImmediate(() => this.#waiting.shift()?.())
    for (let more = Math.min(this.#waiting.length, MOST); more > 1; more--) setImmediate(() => this.#goOn())
    setImmediate(() => this.#end())
  }

  #goOn(): void {
    if (!this.#isOver()) this.#waiting.shift()?.()
  }

  #end(): void {
    if (this.#waiting.length > 0) this.#pass()
    else this.#began = -1
  }
}
