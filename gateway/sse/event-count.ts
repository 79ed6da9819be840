import {advance, BYTE_ORDER_MARK, isAfterCr, type Position, STREAM_START} from './event-boundary.js'
import {DATA, ID, isField, valueStart} from './field.js'
import {usableId} from './usable-id.js'

const LF = 10
const CR = 13
const LETTER_D = 100
const LETTER_I = 105

/** Bytes of a line's beginning that are kept for its end: enough for every ID that counts. */
const KEPT = 4200
/** A line whose beginning said all that there is to know of it. */
const READ = new Uint8Array()

/**
 * Counts the events of a stream that passes, and keeps its last event ID (WHATWG HTML §9.2.6), at any
 * chunk boundary. Most bytes are not looked at: it goes from line end to line end. Scope: one stream.
 */
export class EventCount {
  position: Position = STREAM_START
  /** Events that came whole. */
  events = 0
  /** Of the last block that came whole, as a header can carry it; empty: none. */
  lastEventId: string
  #hasData = false
  #id: string | undefined
  /** The line that the chunk before ended in; undefined: it ended between two. */
  #begun: Uint8Array | undefined

  constructor(lastEventId: string) {
    this.lastEventId = lastEventId
  }

  /** Reads on; gives how many events became whole. */
  push(chunk: Uint8Array): number {
    const before = this.events
    const lineEnd = chunk.includes(CR) ? eitherEnd : lfEnd
    let start = this.#lineStart(chunk)
    for (let end = lineEnd(chunk, start); end >= 0; end = lineEnd(chunk, start)) {
      this.#endLine(chunk, start, end)
      start = chunk[end] === CR && chunk[end + 1] === LF ? end + 2 : end + 1
    }
    if (start < chunk.length) this.#begin(chunk.subarray(start))
    this.position = advance(this.position, chunk)
    return this.events - before
  }

  /** After the LF of a CR that ended the chunk before, and after a byte order mark. */
  #lineStart(chunk: Uint8Array): number {
    if (isAfterCr(this.position)) return chunk[0] === LF ? 1 : 0
    if (this.position < STREAM_START) return 0
    let at = 0
    while (at < chunk.length && chunk[at] === BYTE_ORDER_MARK[this.position - STREAM_START + at]) at++
    return at
  }

  #endLine(chunk: Uint8Array, start: number, end: number): void {
    const begun = this.#begun
    this.#begun = undefined
    if (begun === undefined) {
      if (end === start) this.#endBlock()
      else this.#read(chunk, start, end)
    } else if (begun.length > 0) {
      const line = Buffer.concat([begun, chunk.subarray(start, end)])
      this.#read(line, 0, line.length)
    }
  }

  #endBlock(): void {
    if (this.#hasData) this.events++
    this.#hasData = false
    if (this.#id === undefined) return
    this.lastEventId = this.#id
    this.#id = undefined
  }

  #read(bytes: Uint8Array, start: number, end: number): void {
    const first = bytes[start]
    if (first === LETTER_D) this.#hasData ||= isField(bytes, start, end, DATA)
    else if (first === LETTER_I && isField(bytes, start, end, ID))
      this.#id = usableId(bytes, valueStart(bytes, start + ID.length, end), end) ?? this.#id
  }

  /** What will tell more of a line once more of it is there is kept. */
  #begin(bytes: Uint8Array): void {
    if (this.#begun === READ) return
    const line = this.#begun === undefined ? bytes : Buffer.concat([this.#begun, bytes])
    const open = line.length <= DATA.length || (isField(line, 0, line.length, ID) && line[0] === LETTER_I)
    if (open && line.length < KEPT) this.#begun = Uint8Array.from(line)
    else {
      this.#read(line, 0, line.length)
      this.#begun = READ
    }
  }
}

const lfEnd = (chunk: Uint8Array, from: number) => chunk.indexOf(LF, from)

function eitherEnd(chunk: Uint8Array, from: number): number {
  for (let i = from; i < chunk.length; i++) if (chunk[i] === LF || chunk[i] === CR) return i
  return -1
}
