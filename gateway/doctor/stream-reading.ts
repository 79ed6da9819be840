import {EventStreamParser, type ServerSentEvent} from '../sse/event-stream-parser.js'
import type {Observation, Piece, SeenEvent} from './observation.js'

type Read = Omit<Observation, 'connectedAt' | 'head' | 'end'>

/** Pieces that come within so many milliseconds came at once. */
const AT_ONCE = 5

/** What is kept of a stream, at most. */
const MOST_EVENTS = 100_000
const MOST_BYTES = 64 * 1024 * 1024

/** Collects what a stream shows while it comes. Scope: one stream. */
export class StreamReading {
  readonly events: SeenEvent[] = []
  readonly #parser = new EventStreamParser()
  readonly #strict = new TextDecoder('utf-8', {fatal: true})
  readonly #pieces: Piece[] = []
  readonly #lineEnds = {lf: 0, cr: 0, crlf: 0}
  #afterCr = false
  #first: Buffer = Buffer.of()
  #invalid = false
  #bytes = 0

  push(chunk: Uint8Array, at: number): void {
    for (const event of this.#parser.push(chunk)) this.events.push(seen(event, at))
    this.#addPiece(chunk.length, at)
    this.#bytes += chunk.length
    this.#countLineEnds(chunk)
    this.#checkText(chunk)
    if (this.#first.length < 3) this.#first = Buffer.concat([this.#first, chunk]).subarray(0, 3)
  }

  /** There is more than one needs to know. */
  get isLong(): boolean {
    return this.events.length >= MOST_EVENTS || this.#bytes >= MOST_BYTES
  }

  /** All of it until now. */
  read(): Read {
    return {
      pieces: [...this.#pieces],
      events: [...this.events],
      lineEnds: {...this.#lineEnds},
      byteOrderMark: this.#first.toString('latin1') === '\xef\xbb\xbf',
      invalid: this.#invalid,
      half: this.#parser.begun,
    }
  }

  #addPiece(bytes: number, at: number): void {
    const last = this.#pieces.at(-1)
    const torn = this.#parser.begun
    if (last && at - last.at <= AT_ONCE)
      this.#pieces[this.#pieces.length - 1] = {at: last.at, bytes: last.bytes + bytes, torn}
    else this.#pieces.push({at, bytes, torn})
  }

  #countLineEnds(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte === 10 && this.#afterCr) this.#lineEnds.crlf++
      else if (byte === 10) this.#lineEnds.lf++
      else if (this.#afterCr) this.#lineEnds.cr++
      this.#afterCr = byte === 13
    }
  }

  #checkText(chunk: Uint8Array): void {
    if (this.#invalid) return
    try {
      this.#strict.decode(chunk, {stream: true})
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      this.#invalid = true
    }
  }
}

function seen({data, lastEventId}: ServerSentEvent, at: number): SeenEvent {
  return {at, id: lastEventId, sentAt: timeIn(lastEventId) ?? timeIn(data)}
}

const ISO = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)/
/** Milliseconds since 1970, in the years 2001 to 2286. */
const EPOCH = /(?<!\d)[1-9]\d{12}(?!\d)/

/** A time of day that a text names; undefined: it names none. */
function timeIn(text: string): number | undefined {
  const iso = ISO.exec(text)
  if (iso) return Date.parse(iso[0])
  const epoch = EPOCH.exec(text)
  return epoch ? Number(epoch[0]) : undefined
}
