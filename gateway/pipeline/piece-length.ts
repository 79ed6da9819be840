import type {Clock} from '../common/clock.js'

/** Milliseconds after which a piece of a long work was too long. */
const LONG = 0.5

/** Pieces of a long work, each as long as the last ones have shown to be quick. Scope: one work. */
export class PieceLength {
  readonly #clock: Clock
  readonly #least: number
  readonly #most: number
  #length: number

  /** `least` and `most`: bytes of a piece. The first is a short one, since code that runs for the first time takes ten times as long. */
  constructor(clock: Clock, least: number, most: number) {
    this.#clock = clock
    this.#least = least
    this.#most = most
    this.#length = least
  }

  /** Works on a piece of so many bytes at most. */
  work(on: (length: number) => void): void {
    const began = this.#clock.now()
    on(this.#length)
    const isLong = this.#clock.now() - began > LONG
    this.#length = isLong ? Math.max(this.#least, this.#length / 4) : Math.min(this.#length * 2, this.#most)
  }
}
