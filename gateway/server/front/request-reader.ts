import {type Headers, nameTest} from '../../http/headers.js'
import {type BodyListener, BodyReader, type Framing} from '../../http/wire/body-reader.js'
import {readFields} from '../../http/wire/fields.js'
import {HeadGatherer} from '../../http/wire/head-gatherer.js'
import {MalformedMessage} from '../../http/wire/malformed-message.js'
import {mayBeginHead, PREFACE, readSentHead, type SentHead} from './request-line.js'

/** How the end of a request's body is found (RFC 9112 §6.3): its length in bytes, or chunks. */
export type RequestFraming = Exclude<Framing, 'close'>

/** Hears what a reader finds, in this order: a head, its body. */
export interface RequestListener extends BodyListener {
  /** A head is there. Whoever takes the request then calls `expect`; else nothing more is read. */
  asked(head: SentHead): void
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
const BODY = 4
/** Nothing is read: a request is whole, or nobody knows where it ends. */
const STOPPED = 5

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
  #gatherer: HeadGatherer | undefined
  #body: BodyReader | undefined

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
    return this.#state === BODY
  }

  /** The request whose head was read has such a body. */
  expect(framing: RequestFraming): void {
    if (framing === 0) return
    this.#state = BODY
    this.#body = new BodyReader(framing, this.#listener, this.#maxHead, readTrailers)
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
      if (this.#state === BODY && this.#body) at = this.#take(this.#body, bytes, at)
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

  #take(body: BodyReader, bytes: Buffer, at: number): number {
    const end = body.push(bytes, at)
    if (body.whole && this.#state === BODY) this.#complete()
    return end
  }

  #complete(): void {
    this.#state = STOPPED
    this.#body = undefined
    this.#listener.completed()
  }
}

/** A framing that somebody behind might heed is refused (RFC 9110 §6.5.1): requests are told apart by it. Else nobody wants them. */
function readTrailers(text: string): Headers {
  const trailers = readFields(text)
  if (trailers.some((each, i) => i % 2 === 0 && isFraming(each))) throw new MalformedMessage('framing in trailers')
  return trailers
}

const isFraming = nameTest(['content-length', 'transfer-encoding'])
