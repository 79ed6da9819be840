import type {Clock} from '../common/clock.js'

/** Milliseconds: after the least of them somebody who was refused comes back, and by chance up to the spread later. */
const LEAST = 1000
const SPREAD = 4000
/** The latest turn that is given out. */
const MOST = 60_000

/**
 * Says when those who were refused are to come back, so that they do not come together: by chance, or, where only so
 * many are let in each second, each at a turn of its own at that rate. Scope: process.
 */
export class Comeback {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #rate: number
  #lastTurn = 0

  /** `rate`: that are let in each second; 0: no such limit. */
  constructor(clock: Clock, random: () => number, rate = 0) {
    this.#clock = clock
    this.#random = random
    this.#rate = rate
  }

  /** In so many milliseconds. */
  next(): number {
    if (this.#rate <= 0) return LEAST + SPREAD * this.#random()
    const now = this.#clock.now()
    const between = 1000 / this.#rate
    const turn = Math.max(this.#lastTurn + between, now + LEAST)
    if (turn > now + MOST) return LEAST + (MOST - LEAST) * this.#random()
    this.#lastTurn = turn
    return turn - now + between * this.#random()
  }
}
