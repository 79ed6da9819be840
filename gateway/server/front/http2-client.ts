import type {ServerHttp2Stream} from 'node:http2'
import type {Socket} from 'node:net'
import type {Clock} from '../../common/clock.js'
import type {Body} from '../../http/body.js'
import {type Headers, valueOf} from '../../http/headers.js'
import {outgoing} from '../../http/http2-fields.js'
import type {GatewayResponse} from '../../pipeline/exchange.js'
import type {Limits} from '../serve.js'
import type {ClientSide, Committed} from './client-side.js'
import {Http2Commit} from './http2-commit.js'
import type {PlainHead} from './http2-head.js'
import {badRequest, type RequestHead, readHead, requestFields} from './request.js'
import {type BodyLimits, clientBody} from './request-body.js'

/** A client by HTTP/2, a stream for each request. */
export class Http2Client implements ClientSide {
  readonly version = '2.0'
  readonly socket: Socket
  readonly #stream: ServerHttp2Stream
  readonly #head: PlainHead

  constructor(stream: ServerHttp2Stream, head: PlainHead, socket: Socket) {
    this.#stream = stream
    this.#head = head
    this.socket = socket
  }

  get method(): string {
    return this.#head.method
  }

  get target(): string {
    return this.#head.target
  }

  get headers(): Headers {
    return this.#head.headers
  }

  get left(): boolean {
    return this.#stream.closed || this.#stream.destroyed
  }

  get begun(): boolean {
    return this.#stream.headersSent
  }

  /** A body needs no field that tells of it (RFC 9113 §8.1). */
  readHead(secure: boolean, limits: Limits): RequestHead {
    const {scheme, target, method, isWebSocket} = this.#head
    if (method !== 'CONNECT' && (!/^https?$/i.test(scheme) || !target.startsWith('/')))
      throw badRequest('The address is not a path by http or https.')
    const fields = requestFields(this, limits)
    return {...readHead(this, fields, secure, limits), hasBody: !isWebSocket && !this.#stream.endAfterHeaders}
  }

  body(limits: BodyLimits, clock: Clock): Body {
    const stream = this.#stream
    const wanted = () => {
      const expects = valueOf(this.headers, 'expect') !== undefined
      if (expects && !stream.closed && !stream.headersSent) stream.additionalHeaders({':status': 100})
    }
    // Of a body that was reset, Node first tells the end and then, within the same turn, the reset.
    return clientBody({bytes: stream, complete: () => stream.readableEnded, wanted, ended: setImmediate}, limits, clock)
  }

  inform(status: number, headers: Headers): void {
    if (this.left || this.begun || (status !== 102 && status !== 103)) return
    this.#stream.additionalHeaders({...outgoing(headers), ':status': status})
  }

  /** The end of a connection is not told with a response: see `Http2Connections.stop`. */
  commit(response: GatewayResponse): Committed {
    const stream = this.#stream
    // What is left of a request that was answered is not wanted (RFC 9113 §8.1).
    if (!stream.endAfterHeaders) stream.once('finish', () => stream.readableEnded || stream.close())
    return new Http2Commit(response, stream, this.method)
  }

  breakOff(): void {
    this.#stream.destroy(new Error('the exchange is given up'))
  }

  onClose(then: () => void): void {
    this.#stream.on('close', then)
  }
}
