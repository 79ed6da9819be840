import type {BlockFacts} from './block-reader.js'

/** Events that are remembered. */
const LONGEST = 256

/** What was last given to a client, as digests of events: bounded, and nothing of their bytes. Scope: one stream. */
export class GivenTail {
  #digests: number[] = []
  /** Where the oldest stands once it is full. */
  #oldest = 0

  /** Remembers an event; a block with neither data nor ID is none. */
  add(digest: number): void {
    if (this.#digests.length < LONGEST) this.#digests.push(digest)
    else {
      this.#digests[this.#oldest] = digest
      this.#oldest = (this.#oldest + 1) % LONGEST
    }
  }

  /** The oldest first. */
  get digests(): readonly number[] {
    return [...this.#digests.slice(this.#oldest), ...this.#digests.slice(0, this.#oldest)]
  }
}

/** Whether a block can be told from others: what a tail remembers. */
export const isCompared = ({hasData, id}: BlockFacts): boolean => hasData || id !== undefined

/** An event at the beginning of a stream that goes on: it and those before were given; perhaps; they were not. */
export type Repeat = 'given' | 'open' | 'new'

/**
 * Compares the beginning of a stream that goes on with the tail that was given. Events repeat it when
 * they follow each other as they do there. That is sure once one of them has an ID of its own, or the
 * tail's end is reached. Scope: one beginning.
 */
export class Repeats {
  readonly #tail: readonly number[]
  /** Where in the tail the next event would stand; undefined: at the first event. */
  #places: number[] | undefined

  constructor(tail: readonly number[]) {
    this.#tail = tail
  }

  next(digest: number): Repeat {
    const tail = this.#tail
    const before = this.#places ?? tail.map((_, place) => place)
    this.#places = before.filter(place => tail[place] === digest).map(place => place + 1)
    if (this.#places.length === 0) return 'new'
    return digest % 2 === 1 || this.#places.includes(tail.length) ? 'given' : 'open'
  }
}
