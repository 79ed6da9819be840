import {nameTest} from '../../http/headers.js'
import {ChunkScanner} from '../../http/wire/chunk-scanner.js'
import {readFields} from '../../http/wire/fields.js'
import {HeadGatherer} from '../../http/wire/head-gatherer.js'
import {MalformedMessage} from '../../http/wire/malformed-message.js'
import {mayBeginHead, PREFACE, readSentHead, type SentHead} from './request-line.js'

/** How the end of a request's body is found (RFC 9112 §6.3): its length in bytes, or chunks. */
export type RequestFraming = number | 'chunked'

/** Hears what a reader finds, in this order. */
export interface RequestListener {
  /** A head is there. Whoever takes the request then calls `expect`; else nothing more is read. */
  asked(head: SentHead): void
  /** Bytes of the body, a part of those that were pushed. */
  took(chunk: Uint8Array): void
  /** The body is whole. */
  completed(): void
  /** In place of a head came what HTTP/2 begins with, up to its first empty line; and what came behind it. */
  preface(rest: Buffer): void
}

const START = 0
const EMPTY_LINE = 1
/** An empty line has passed. */
const READY = 2
const HEAD = 3
const LENGTH = 4
const CHUNKS = 5
const TRAILERS = 6
/** Nothing is read: a request is whole, or nobody knows where it ends. */
const STOPPED = 7

/** What says where a message ends may not come when it has ended (RFC 9110 §6.5.1). */
const isFraming = nameTest(['content-length', 'transfer-encoding'])

const CR = 13
const LF = 10

/**
 * Reads the requests on one connection, one at a time, from bytes cut anywhere; strict, see `readSentHead` and
 * `readFields`. Bytes that are pushed belong to the reader, which moves them about. Scope: one connection.
 */
export class RequestReader {
  readonly #listener: RequestListener
  readonly #maxHead: number
  #state = START
  /** Bytes of a body of known length to come. */
  #left = 0
  #gatherer: HeadGatherer | undefined
  #chunks: ChunkScanner | undefined

  /** `maxHead`: bytes of a head, and of trailers. */
  constructor(listener: RequestListener, maxHead: number) {
    this.#listener = listener
    this.#maxHead = maxHead
  }

  /** A head has begun, and is not whole. */
  get inHead(): boolean {
    return this.#state === EMPTY_LINE || this.#state === HEAD
  }

  /** Something of a body is to come. */
  get inBody(): boolean {
    return this.#state === LENGTH || this.#state === CHUNKS || this.#state === TRAILERS
  }

  /** The request whose head was read has such a body. */
  expect(framing: RequestFraming): void {
    if (framing === 'chunked') {
      this.#state = CHUNKS
      this.#chunks = new ChunkScanner()
    } else if (framing > 0) {
      this.#state = LENGTH
      this.#left = framing
    }
  }

  /** The next request may come. */
  next(): void {
    this.#state = START
  }

  /** Nothing more is read. */
  stop(): void {
    this.#state = STOPPED
  }

  /** Takes bytes up to the end of a request; gives where that is. Throws MalformedMessage. */
  push(bytes: Buffer, start = 0): number {
    let at = start
    while (at < bytes.length && this.#state !== STOPPED) {
      if (this.#state === LENGTH) at = this.#plain(bytes, at)
      else if (this.#state === CHUNKS) at = this.#chunked(bytes, at)
      else if (this.#state === TRAILERS) at = this.#trailers(bytes, at)
      else if (this.#state === HEAD) at = this.#head(bytes, at)
      else at = this.#begin(bytes, at)
    }
    return at
  }

  /** One empty line before a request is passed over (RFC 9112 §2.2). */
  #begin(bytes: Buffer, at: number): number {
    if (this.#state === EMPTY_LINE) {
      if (bytes[at] !== LF) throw new MalformedMessage('an empty line is none')
      this.#state = READY
      return at + 1
    }
    if (this.#state === START && bytes[at] === CR) {
      this.#state = EMPTY_LINE
      return at + 1
    }
    this.#state = HEAD
    this.#gatherer = new HeadGatherer(this.#maxHead)
    return at
  }

  #head(bytes: Buffer, at: number): number {
    const gatherer = this.#gatherer
    const end = gatherer?.gather(bytes, at) ?? -1
    if (end < 0) {
      if (!mayBeginHead(length => gatherer?.beginning(length) ?? '')) throw new MalformedMessage('no request begins so')
      return bytes.length
    }
    this.#gatherer = undefined
    this.#state = STOPPED
    const text = gatherer?.text ?? ''
    if (text === PREFACE) {
      this.#listener.preface(bytes.subarray(end))
      return bytes.length
    }
    this.#listener.asked(readSentHead(text))
    return end
  }

  #plain(bytes: Buffer, at: number): number {
    const end = Math.min(at + this.#left, bytes.length)
    this.#left -= end - at
    this.#listener.took(bytes.subarray(at, end))
    if (this.#left === 0 && this.#state === LENGTH) this.#complete()
    return end
  }

  #chunked(bytes: Buffer, at: number): number {
    const chunks = this.#chunks ?? new ChunkScanner()
    const end = chunks.scan(bytes, at)
    if (chunks.to > chunks.from) this.#listener.took(bytes.subarray(chunks.from, chunks.to))
    if (chunks.done && this.#state === CHUNKS) {
      this.#state = TRAILERS
      this.#chunks = undefined
      this.#gatherer = HeadGatherer.afterLine(this.#maxHead)
    }
    return end
  }

  /** They are checked, and dropped. */
  #trailers(bytes: Buffer, at: number): number {
    const end = this.#gatherer?.gather(bytes, at) ?? -1
    if (end < 0) return bytes.length
    // The line end of the last chunk stands before them.
    const trailers = readFields(this.#gatherer?.text.slice(2) ?? '')
    if (trailers.some((each, i) => i % 2 === 0 && isFraming(each))) throw new MalformedMessage('framing in trailers')
    this.#gatherer = undefined
    this.#complete()
    return end
  }

  #complete(): void {
    this.#state = STOPPED
    this.#listener.completed()
  }
}
