import type {Headers} from '../../http/headers.js'
import {type BodyListener, BodyReader} from '../../http/wire/body-reader.js'
import {HeadGatherer} from '../../http/wire/head-gatherer.js'
import {MalformedMessage} from '../../http/wire/malformed-message.js'
import {fewFields, type ResponseHead, readResponseHead} from './response-head.js'

/** Hears what a reader finds, in this order, the body before its end; may stop the reader at any point. */
export interface AnswerListener extends BodyListener {
  /** An interim response (RFC 9110 §15.2); 101 is not one. */
  informed(head: ResponseHead): void
  answered(head: ResponseHead): void
  /** The response is whole. `clean`: the connection stands behind it, with nothing more on it. */
  completed(trailers: Headers, clean: boolean): void
}

/** What every response begins with. */
const BEGINNING = 'HTTP/1.'
/** Interim responses to one request. */
const MAX_INTERIM = 100

/**
 * Reads the responses on one connection, one at a time, from bytes cut anywhere; strict, see
 * `readResponseHead`. Bytes that are pushed belong to the reader, which moves them about.
 * Scope: one connection.
 */
export class ResponseReader {
  readonly #listener: AnswerListener
  readonly #maxHead: number
  /** A response is expected, or has begun. */
  #reads = false
  #bodiless = false
  #reusable = false
  #interim = 0
  #gatherer: HeadGatherer | undefined
  #body: BodyReader | undefined

  constructor(listener: AnswerListener, maxHead: number) {
    this.#listener = listener
    this.#maxHead = maxHead
  }

  /** The next response is expected; it answers such a request. */
  begin(method: string): void {
    this.#reads = true
    this.#bodiless = method === 'HEAD'
    this.#interim = 0
    this.#gatherer = new HeadGatherer(this.#maxHead)
  }

  /** Nothing is expected any more. */
  stop(): void {
    this.#reads = false
  }

  /** Takes bytes. Throws MalformedMessage. */
  push(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length && this.#reads) at = this.#body ? this.#take(this.#body, bytes, at) : this.#head(bytes, at)
  }

  /** The connection has ended properly: whether that is the end of the body. */
  end(): boolean {
    if (!this.#reads || !this.#body?.endsWithConnection) return false
    this.#complete([], false)
    return true
  }

  #head(bytes: Buffer, at: number): number {
    const end = this.#gatherer?.gather(bytes, at) ?? -1
    if (end < 0) {
      const begun = this.#gatherer?.beginning(BEGINNING.length) ?? ''
      if (!BEGINNING.startsWith(begun)) throw new MalformedMessage('the status line is none')
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
    // Trailers that may not be there are left out where others are passed on: no answer is lost for them.
    if (framing !== 0) this.#body = new BodyReader(framing, this.#listener, this.#maxHead, fewFields)
    this.#listener.answered(head)
    if (framing === 0 && this.#reads) this.#complete([], !more)
  }

  #take(body: BodyReader, bytes: Buffer, at: number): number {
    const end = body.push(bytes, at)
    if (body.whole && this.#reads) this.#complete(body.trailers, end === bytes.length)
    return end
  }

  #complete(trailers: Headers, clean: boolean): void {
    this.#reads = false
    this.#gatherer = undefined
    this.#body = undefined
    this.#listener.completed(trailers, clean && this.#reusable)
  }
}
