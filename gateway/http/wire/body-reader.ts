import type {Headers} from '../headers.js'
import {ChunkScanner} from './chunk-scanner.js'
import {HeadGatherer} from './head-gatherer.js'

/** How the end of a body is found (RFC 9112 §6.3): a length in bytes, chunks, or the end of the connection. */
export type Framing = number | 'chunked' | 'close'

/** Hears the bytes of a body, each a part of those that were pushed. */
export interface BodyListener {
  took(chunk: Uint8Array): void
}

/** Reads the body of one message, from bytes cut anywhere, which it moves about. Scope: one body. */
export class BodyReader {
  /** All of it was there. */
  whole = false
  /** Behind the last chunk. */
  trailers: Headers = []
  readonly #listener: BodyListener
  readonly #maxTrailers: number
  readonly #readTrailers: (text: string) => Headers
  /** Bytes to come where no chunks are; Infinity: up to the end of the connection. */
  #left = 0
  #chunks: ChunkScanner | undefined
  #lastLines: HeadGatherer | undefined

  /**
   * `framing`: no length of 0. `maxTrailers`: in bytes. `readTrailers`: of text, since of requests other trailers are
   * allowed than of responses; throws MalformedMessage.
   */
  constructor(framing: Framing, listener: BodyListener, maxTrailers: number, readTrailers: (text: string) => Headers) {
    this.#listener = listener
    this.#maxTrailers = maxTrailers
    this.#readTrailers = readTrailers
    if (framing === 'chunked') this.#chunks = new ChunkScanner()
    else this.#left = framing === 'close' ? Number.POSITIVE_INFINITY : framing
  }

  /** The end of the connection is its end. */
  get endsWithConnection(): boolean {
    return this.#left === Number.POSITIVE_INFINITY
  }

  /** Takes bytes from an offset on; gives where it stopped: what follows is still its own, unless it is `whole`. Throws MalformedMessage. */
  push(bytes: Buffer, at: number): number {
    if (this.#chunks) return this.#chunked(this.#chunks, bytes, at)
    if (this.#lastLines) return this.#trailing(this.#lastLines, bytes, at)
    return this.#plain(bytes, at)
  }

  #plain(bytes: Buffer, at: number): number {
    const end = Math.min(at + this.#left, bytes.length)
    this.#left -= end - at
    this.whole = this.#left === 0
    this.#listener.took(bytes.subarray(at, end))
    return end
  }

  #chunked(chunks: ChunkScanner, bytes: Buffer, at: number): number {
    const end = chunks.scan(bytes, at)
    if (chunks.done) {
      this.#chunks = undefined
      this.#lastLines = HeadGatherer.afterLine(this.#maxTrailers)
    }
    if (chunks.to > chunks.from) this.#listener.took(bytes.subarray(chunks.from, chunks.to))
    return end
  }

  #trailing(lines: HeadGatherer, bytes: Buffer, at: number): number {
    const end = lines.gather(bytes, at)
    if (end < 0) return bytes.length
    // The line end of the last chunk stands before them.
    this.trailers = this.#readTrailers(lines.text.slice(2))
    this.whole = true
    return end
  }
}
