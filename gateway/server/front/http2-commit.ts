import type {OutgoingHttpHeaders, ServerHttp2Stream} from 'node:http2'
import type {Sink} from '../../http/body.js'
import {type Headers, valueOf} from '../../http/headers.js'
import {outgoing} from '../../http/http2-fields.js'
import type {GatewayResponse} from '../../pipeline/exchange.js'
import type {Committed, End} from './client-side.js'

/** Statuses of responses that have no body (RFC 9110 §6.4.1). */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

/**
 * The client's side of one response by HTTP/2. What fails is reset, so that the client sees that the body is not whole.
 * Of a slow reader no more waits here than a stream's mark in Node, a quarter of the smallest window of a connection.
 */
export class Http2Commit implements Sink, Committed {
  readonly #stream: ServerHttp2Stream
  readonly #bodiless: boolean
  #trailers: OutgoingHttpHeaders | undefined
  bytes = 0
  readonly status: number
  outcome: End = 'client'

  /** Throws for fields that cannot be sent. */
  constructor({status, headers, body}: GatewayResponse, stream: ServerHttp2Stream, method: string) {
    this.#stream = stream
    this.status = status
    this.#bodiless = method === 'HEAD' || BODILESS.has(status)
    const mayTrail = !this.#bodiless && valueOf(headers, 'content-length') === undefined
    stream.respond({...outgoing(headers), ':status': status}, {endStream: this.#bodiless, waitForTrailers: mayTrail})
    if (mayTrail) stream.on('wantTrailers', () => stream.sendTrailers(this.#trailers ?? {}))
    body.flow(this)
  }

  write(chunk: Uint8Array): boolean {
    if (this.#bodiless || chunk.length === 0) return true
    this.bytes += chunk.length
    return this.#stream.write(chunk)
  }

  get waiting(): number {
    return this.#stream.writableLength
  }

  drained(again: () => void): void {
    this.#stream.once('drain', again)
  }

  end(trailers: Headers = []): void {
    this.outcome = 'whole'
    if (this.#bodiless) return
    this.#trailers = outgoing(trailers)
    this.#stream.end()
  }

  /** Not by `close`, which would end the body properly first. */
  fail(): void {
    if (this.#stream.destroyed || this.#stream.writableFinished) return
    this.outcome = 'broken'
    this.#stream.destroy(new Error('the response is not whole'))
  }
}
