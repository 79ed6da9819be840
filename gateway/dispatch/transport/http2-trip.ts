import type {ClientHttp2Session, ClientHttp2Stream} from 'node:http2'
import {targetOf} from '../../common/request-url.js'
import type {Body, Sink} from '../../http/body.js'
import {endToEnd} from '../../http/end-to-end.js'
import {type Headers, isEventStream, nameTest, valueOf, without} from '../../http/headers.js'
import {outgoing} from '../../http/http2-fields.js'
import {EndpointError, type EndpointFailure} from '../../pipeline/endpoint-error.js'
import type {Gone} from '../../pipeline/exchange.js'
import type {ServiceRequest} from '../../pipeline/transport.js'
import type {Deadlines, Timed} from './deadlines.js'
import {bodyFailure, goneFailure, unsendable} from './failures.js'
import {HeldBody} from './held-body.js'
import type {Http2Origin} from './http2-origin.js'
import type {Asker} from './wire-transport.js'

/** What a round trip is made on. */
export interface Http2Parts {
  readonly session: ClientHttp2Session
  readonly origin: Http2Origin
  readonly deadlines: Deadlines
  readonly gone: Gone
}

/** RFC 9113 §7: the service has not processed the request. */
const REFUSED_STREAM = 7

const isHost = nameTest(['host'])
const isPseudo = (name: string) => name.startsWith(':')

/** One request and its response as a stream of HTTP/2, and its timeouts. Scope: one exchange. */
export class Http2Trip implements Body, Timed {
  deadline = Number.POSITIVE_INFINITY
  slot = -1
  readonly #parts: Http2Parts
  readonly #stream: ClientHttp2Stream
  readonly #held = new HeldBody(this)
  readonly #ungone: () => void
  #asker: Asker | undefined
  #idle: number
  #trailers: Headers = []
  #over = false

  /** Throws GatewayError for what cannot be sent. */
  constructor(request: ServiceRequest, parts: Http2Parts, asker: Asker) {
    this.#parts = parts
    this.#asker = asker
    this.#idle = request.idleTimeout
    this.#stream = begun(request, parts)
    this.#ungone = parts.gone.on(() => this.#fail(goneFailure()))
    parts.origin.running(parts.session, 1)
    this.#listen()
    request.body?.flow(this.#writer())
    this.#arm(request.responseTimeout)
  }

  /** The service was silent for too long. */
  late(): void {
    this.#fail(this.#failure('timeout-response'))
  }

  flow(into: Sink): void {
    this.#held.flow(into)
  }

  discard(): void {
    this.#held.drop()
    this.#fail(new Error('the body was discarded'))
  }

  proceed(): void {
    if (this.#over) return
    this.#arm(this.#idle)
    this.#stream.resume()
  }

  #listen(): void {
    const stream = this.#stream
    stream.on('headers', (_named: object, _flags: number, fields: Headers) => {
      const status = Number(valueOf(fields, ':status'))
      this.#asker?.onInformation?.(status, endToEnd(without(fields, isPseudo)))
    })
    stream.on('response', (_named: object, _flags: number, fields: Headers) => this.#answered(fields))
    stream.on('trailers', (_named: object, _flags: number, fields: Headers) => {
      this.#trailers = endToEnd(fields)
    })
    stream.on('data', (chunk: Uint8Array) => this.#took(chunk))
    // Of a response that was reset, Node first tells the end and then, within the same turn, the reset.
    stream.on('end', () => setImmediate(() => this.#complete()))
    stream.on('error', () => {})
    stream.on('aborted', () => this.#reset())
    stream.on('close', () => this.#closed())
  }

  #answered(fields: Headers): void {
    const headers = endToEnd(without(fields, isPseudo))
    if (isEventStream(valueOf(headers, 'content-type'))) this.#idle = 0
    this.#arm(this.#idle)
    const asker = this.#asker
    this.#asker = undefined
    asker?.resolve({status: Number(valueOf(fields, ':status')), headers, body: this})
  }

  #took(chunk: Uint8Array): void {
    if (this.#held.push(chunk)) this.#arm(this.#idle)
    else {
      // What the sink does not take is not the service's silence.
      this.#arm(0)
      this.#stream.pause()
    }
  }

  #arm(ms: number): void {
    if (!this.#over) this.#parts.deadlines.arm(this, ms)
  }

  #writer(): Sink {
    const stream = this.#stream
    return {
      write: chunk => stream.write(chunk),
      drained: again => stream.once('drain', again),
      end: () => stream.end(),
      fail: error => this.#fail(bodyFailure(error)),
    }
  }

  #complete(): void {
    if (this.#over) return
    if (this.#asker || this.#stream.rstCode !== 0) this.#reset()
    else {
      this.#finish()
      this.#held.close(this.#trailers)
    }
  }

  #closed(): void {
    this.#parts.origin.running(this.#parts.session, -1)
    if (this.#asker || this.#stream.rstCode !== 0 || !this.#stream.readableEnded) this.#reset()
  }

  #reset(): void {
    this.#fail(this.#failure(this.#stream.rstCode === REFUSED_STREAM ? 'connect' : 'sent'))
  }

  #failure(failure: EndpointFailure): EndpointError {
    return new EndpointError(failure, this.#parts.origin.url)
  }

  #finish(): void {
    this.#over = true
    this.#ungone()
    this.#parts.deadlines.delete(this)
  }

  #fail(error: Error): void {
    if (this.#over) return
    this.#finish()
    // Not by `close`, which would end half a body properly first.
    this.#stream.destroy(error)
    const asker = this.#asker
    this.#asker = undefined
    if (asker) asker.reject(error)
    else this.#held.close(error)
  }
}

/** The request's head is on its way. */
function begun({method, url, headers, body}: ServiceRequest, {session}: Http2Parts): ClientHttp2Stream {
  try {
    const pseudo = {
      ':method': method,
      ':scheme': url.scheme,
      ':authority': valueOf(headers, 'host'),
      ':path': targetOf(url),
    }
    return session.request({...outgoing(without(headers, isHost)), ...pseudo}, {endStream: body === undefined})
  } catch (error) {
    throw unsendable(error)
  }
}
