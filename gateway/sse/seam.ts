import {BETWEEN_EVENTS, isAfterCr, type Position, STREAM_START} from './event-boundary.js'
import type {EventCount} from './event-count.js'
import {LeadingMark} from './leading-mark.js'

const LF = 10
const EMPTY = new Uint8Array()

/**
 * A place where lines of one's own were put into a stream: of what follows there, the LF of a CR before
 * it or a leading byte order mark must go. Scope: one place.
 */
export class Seam {
  #mark: LeadingMark | undefined
  #afterCr: boolean

  /** Whether what follows at a position must be looked at. */
  static at(position: Position): boolean {
    return position === STREAM_START || isAfterCr(position)
  }

  constructor(position: Position) {
    this.#afterCr = isAfterCr(position)
    if (position === STREAM_START) this.#mark = new LeadingMark()
  }

  /** It is still open what of the next bytes must go. */
  get open(): boolean {
    return this.#afterCr || this.#mark !== undefined
  }

  /** Bytes that may be those of a mark. */
  get held(): Uint8Array {
    return this.#mark?.held ?? EMPTY
  }

  /** What stays of a chunk. */
  take(chunk: Uint8Array, count: EventCount): Uint8Array {
    if (this.#afterCr) return this.#withoutLf(chunk, count)
    const rest = this.#mark ? this.#mark.push(chunk) : chunk
    if (rest === undefined) return EMPTY
    this.#mark = undefined
    count.position = BETWEEN_EVENTS
    return rest
  }

  #withoutLf(chunk: Uint8Array, count: EventCount): Uint8Array {
    this.#afterCr = false
    if (chunk[0] !== LF) return chunk
    count.push(chunk.subarray(0, 1))
    return chunk.subarray(1)
  }
}
