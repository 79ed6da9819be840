import {latin1Of} from '../common/latin1.js'
import {BlockReader} from './block-reader.js'
import {type ChangeEvent, changedBlock} from './changed-block.js'
import {BYTE_ORDER_MARK} from './event-boundary.js'
import {LeadingMark} from './leading-mark.js'

/** An event is longer than the limit. */
export class EventTooLongError extends Error {
  override readonly name = 'EventTooLongError'
}

/**
 * Changes or drops events of a stream, at any chunk boundary. An event that is dropped hands on its ID, in a block with `id` alone, so
 * that a client comes back for what follows it. Comments, `retry`, fields that nobody knows and blocks without data stay.
 * Scope: one stream.
 */
export class EventTransform {
  readonly #change: ChangeEvent
  readonly #limit: number
  readonly #reader: BlockReader
  #mark: LeadingMark | undefined = new LeadingMark()
  #interrupted = false

  constructor(change: ChangeEvent, limit: number) {
    this.#change = change
    this.#limit = limit
    this.#reader = new BlockReader(limit, false)
  }

  /** What goes on after a chunk: whole blocks. Throws EventTooLongError. */
  push(chunk: Uint8Array): Uint8Array {
    const out: Uint8Array[] = []
    const rest = this.#mark ? this.#withoutMark(this.#mark, chunk, out) : chunk
    if (rest === undefined) return EMPTY
    this.#reader.feed(rest)
    while (this.#reader.next()) out.push(this.#block(this.#reader.take(), this.#reader.hasData))
    this.#reader.keep()
    if (this.#reader.tooLong) throw new EventTooLongError(`an event is longer than ${this.#limit} bytes`)
    return out.length === 1 ? (out[0] ?? EMPTY) : Buffer.concat(out)
  }

  /** Other bytes went on, between what was pushed: behind them a byte order mark would be none. */
  interrupted(): void {
    this.#interrupted = true
  }

  /** What is left at the end, a block without its blank line: some clients take it for an event. */
  end(): Uint8Array {
    const left = this.#mark?.held ?? this.#reader.rest()
    return this.#block(left, true)
  }

  #withoutMark(mark: LeadingMark, chunk: Uint8Array, out: Uint8Array[]): Uint8Array | undefined {
    const rest = mark.push(chunk)
    if (rest === undefined) return undefined
    this.#mark = undefined
    if (mark.held.length === BYTE_ORDER_MARK.length && !this.#interrupted) out.push(BYTE_ORDER_MARK)
    return rest
  }

  #block(bytes: Uint8Array, hasData: boolean): Uint8Array {
    if (!hasData) return bytes
    const made = changedBlock(latin1Of(bytes), this.#change)
    return made === undefined ? bytes : Buffer.from(made, 'latin1')
  }
}

const EMPTY = new Uint8Array()
