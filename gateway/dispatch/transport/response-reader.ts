import type {Headers} from '../../http/headers.js'
import {ChunkScanner} from '../../http/wire/chunk-scanner.js'
import {readFields} from '../../http/wire/fields.js'
import {HeadGatherer} from '../../http/wire/head-gatherer.js'
import {MalformedMessage} from '../../http/wire/malformed-message.js'
import {type ResponseHead, readResponseHead} from './response-head.js'

/** Hears what a reader finds, in this order; may stop the reader at any point. */
export interface AnswerListener {
  /** An interim response (RFC 9110 §15.2); 101 is not one. */
  informed(head: ResponseHead): void
  answered(head: ResponseHead): void
  /** Bytes of the body, a part of those that were pushed. */
  took(chunk: Uint8Array): void
  /** The response is whole. `clean`: the connection stands behind it, with nothing more on it. */
  completed(trailers: Headers, clean: boolean): void
}

/** Interim responses to one request. */
const MAX_INTERIM = 100

const IDLE = 0
const HEAD = 1
const LENGTH = 2
const CHUNKS = 3
const UNTIL_CLOSE = 4
const TRAILERS = 5

/**
 * Reads the responses on one connection, one at a time, from bytes cut anywhere; strict, see
 * `readResponseHead`. Bytes that are pushed belong to the reader, which moves them about.
 * Scope: one connection.
 */
export class ResponseReader {
  readonly #listener: AnswerListener
  readonly #maxHead: number
  #state = IDLE
  #bodiless = false
  #reusable = false
  #interim = 0
  /** Bytes of a body of known length to come. */
  #left = 0
  #gatherer: HeadGatherer | undefined
  #chunks: ChunkScanner | undefined

  constructor(listener: AnswerListener, maxHead: number) {
    this.#listener = listener
    this.#maxHead = maxHead
  }

  /** The next response is expected; it answers such a request. */
  begin(method: string): void {
    this.#state = HEAD
    this.#bodiless = method === 'HEAD'
    this.#interim = 0
    this.#gatherer = new HeadGatherer(this.#maxHead)
  }

  /** Nothing is expected any more. */
  stop(): void {
    this.#state = IDLE
  }

  /** Takes bytes. Throws MalformedMessage. */
  push(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length && this.#state !== IDLE) {
      if (this.#state === HEAD) at = this.#head(bytes, at)
      else if (this.#state === CHUNKS) at = this.#chunked(bytes, at)
      else if (this.#state === TRAILERS) at = this.#trailers(bytes, at)
      else at = this.#plain(bytes, at)
    }
  }

  /** The connection has ended properly: whether that is the end of the body. */
  end(): boolean {
    if (this.#state !== UNTIL_CLOSE) return false
    this.#complete([], false)
    return true
  }

  #head(bytes: Buffer, at: number): number {
    const end = this.#gatherer?.gather(bytes, at) ?? -1
    if (end < 0) {
      this.#gatherer?.refuseUnlessHttp()
      return bytes.length
    }
    const head = readResponseHead(this.#gatherer?.text ?? '', this.#bodiless)
    if (head.status < 200) this.#inform(head)
    else this.#answer(head, end < bytes.length)
    return end
  }

  #inform(head: ResponseHead): void {
    if (head.status === 101) throw new MalformedMessage('an upgrade that nobody asked for')
    if (++this.#interim > MAX_INTERIM) throw new MalformedMessage('too many interim responses')
    this.#gatherer = new HeadGatherer(this.#maxHead)
    this.#listener.informed(head)
  }

  #answer(head: ResponseHead, more: boolean): void {
    const {framing} = head
    this.#gatherer = undefined
    this.#reusable = head.reusable
    this.#state = framing === 'chunked' ? CHUNKS : framing === 'close' ? UNTIL_CLOSE : LENGTH
    this.#left = framing === 'close' ? Number.POSITIVE_INFINITY : framing === 'chunked' ? 0 : framing
    if (framing === 'chunked') this.#chunks = new ChunkScanner()
    this.#listener.answered(head)
    if (framing === 0 && this.#state === LENGTH) this.#complete([], !more)
  }

  #plain(bytes: Buffer, at: number): number {
    const end = at + Math.min(this.#left, bytes.length - at)
    this.#left -= end - at
    this.#listener.took(bytes.subarray(at, end))
    if (this.#left === 0 && this.#state === LENGTH) this.#complete([], end === bytes.length)
    return end
  }

  #chunked(bytes: Buffer, at: number): number {
    const chunks = this.#chunks
    if (!chunks) return bytes.length
    const end = chunks.scan(bytes, at)
    if (chunks.to > chunks.from) this.#listener.took(bytes.subarray(chunks.from, chunks.to))
    if (chunks.done && this.#state === CHUNKS) {
      this.#state = TRAILERS
      this.#chunks = undefined
      this.#gatherer = HeadGatherer.afterLine(this.#maxHead)
    }
    return end
  }

  #trailers(bytes: Buffer, at: number): number {
    const end = this.#gatherer?.gather(bytes, at) ?? -1
    if (end < 0) return bytes.length
    // The line end of the last chunk stands before them.
    const trailers = readFields(this.#gatherer?.text.slice(2) ?? '')
    this.#complete(trailers, end === bytes.length)
    return end
  }

  #complete(trailers: Headers, clean: boolean): void {
    this.#state = IDLE
    this.#gatherer = undefined
    this.#listener.completed(trailers, clean && this.#reusable)
  }
}
