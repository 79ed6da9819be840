import type {ClientHttp2Stream} from 'node:http2'
import {Readable} from 'node:stream'
import type {Timed} from '../../common/deadlines.js'
import {targetOf} from '../../common/request-url.js'
import type {Body, Sink} from '../../http/body.js'
import {responseFields, trailersOf} from '../../http/end-to-end.js'
import {type Headers, isEventStream, nameTest, valueOf, without} from '../../http/headers.js'
import {outgoing} from '../../http/http2-fields.js'
import {isIdempotent} from '../../http/methods.js'
import {EndpointError, type EndpointFailure} from '../../pipeline/endpoint-error.js'
import type {Gone} from '../../pipeline/exchange.js'
import type {ServiceRequest} from '../../pipeline/transport.js'
import {bodyFailure, goneFailure, unsendable} from './failures.js'
import {HeldBody} from './held-body.js'
import type {Http2Link} from './http2-link.js'
import type {Asker} from './wire-transport.js'

/** What a round trip is made on. */
export interface Http2Parts {
  /** Of the origin, as it is told in errors. */
  readonly url: string
  readonly link: Http2Link
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
  readonly #repeatable: boolean
  /** By this alone Node resets with CANCEL at once; `close` would end half a body properly first. */
  readonly #reset = new AbortController()
  readonly #stream: ClientHttp2Stream
  /** On a connection that has carried another, nothing has come for this one. */
  #mayBeStale: boolean
  readonly #held = new HeldBody(this)
  readonly #ungone: () => void
  readonly #responseTimeout: number
  #asker: Asker | undefined
  #idle: number
  #trailers: Headers = []
  /** The service itself has ended the response. */
  #whole = false
  #over = false

  /** Throws GatewayError for what cannot be sent. */
  constructor(request: ServiceRequest, parts: Http2Parts, asker: Asker) {
    this.#parts = parts
    this.#asker = asker
    this.#repeatable = isIdempotent(request.method)
    this.#idle = request.idleTimeout
    this.#responseTimeout = request.responseTimeout
    this.#stream = begun(request, parts.link, this.#reset.signal)
    this.#mayBeStale = parts.link.add(this)
    this.#ungone = parts.gone.on(() => this.stop(goneFailure()))
    this.#listen()
    if (request.body) request.body.flow(this.#writer())
    else this.#awaitAnswer()
  }

  /** The service was silent for too long. */
  late(): void {
    this.#parts.link.doubt()
    this.stop(this.#failure('timeout-response'))
  }

  flow(into: Sink): void {
    this.#held.flow(into)
  }

  discard(): void {
    this.#held.drop()
    this.stop(new Error('the body was discarded'))
  }

  proceed(): void {
    if (this.#over) return
    this.#arm(this.#idle)
    this.#stream.resume()
  }

  #listen(): void {
    const stream = this.#stream
    stream.on('headers', (_named: object, _flags: number, fields: Headers) => {
      this.#mayBeStale = false
      const status = Number(valueOf(fields, ':status'))
      this.#asker?.onInformation?.(status, responseFields(status, without(fields, isPseudo)))
    })
    stream.on('response', (_named: object, _flags: number, fields: Headers) => this.#answered(fields))
    stream.on('trailers', (_named: object, _flags: number, fields: Headers) => {
      this.#trailers = trailersOf(fields)
    })
    stream.on('data', (chunk: Uint8Array) => this.#took(chunk))
    // Node ends a stream that was reset with NO_ERROR as if the service had ended it, but closes it before.
    stream.push = chunk => {
      if (chunk === null && !stream.closed) this.#whole = true
      return Readable.prototype.push.call(stream, chunk)
    }
    stream.on('end', () => this.#ended())
    stream.on('error', () => {})
    stream.on('close', () => this.#closed())
  }

  #answered(fields: Headers): void {
    const status = Number(valueOf(fields, ':status'))
    const headers = responseFields(status, without(fields, isPseudo))
    if (isEventStream(valueOf(headers, 'content-type'))) this.#idle = 0
    this.#arm(this.#idle)
    const asker = this.#asker
    this.#asker = undefined
    asker?.resolve({status, headers, body: this})
  }

  #took(chunk: Uint8Array): void {
    if (this.#over) return
    if (this.#held.push(chunk)) this.#arm(this.#idle)
    else {
      // What the sink does not take is not the service's silence.
      this.#arm(0)
      this.#stream.pause()
    }
  }

  #arm(ms: number): void {
    if (!this.#over) this.#parts.link.deadlines.arm(this, ms)
  }

  /** Time is the service's from now on; a body that is being sent is not its silence. */
  #awaitAnswer(ms = this.#responseTimeout): void {
    if (this.#asker) this.#arm(ms)
  }

  #writer(): Sink {
    const stream = this.#stream
    return {
      write: chunk => {
        const hasRoom = stream.write(chunk)
        if (!hasRoom) this.#awaitAnswer()
        return hasRoom
      },
      drained: again =>
        stream.once('drain', () => {
          this.#awaitAnswer(0)
          again()
        }),
      end: () => {
        stream.end()
        this.#awaitAnswer()
      },
      fail: error => this.stop(bodyFailure(error)),
    }
  }

  /** Of a response that was reset, too, Node tells an end. */
  #ended(): void {
    const {rstCode, writableEnded} = this.#stream
    if (this.#over || this.#asker || rstCode !== 0 || !this.#whole) return
    this.#finish()
    // A service that has answered wants no more of the request.
    if (!writableEnded) this.#reset.abort()
    this.#held.close(this.#trailers)
  }

  #closed(): void {
    this.#parts.link.release(this)
    this.stop(this.#failure(this.#failed()))
  }

  #failed(): EndpointFailure {
    const {rstCode, id = 0} = this.#stream
    const {link} = this.#parts
    // The connection's end says nothing of the endpoint.
    if (link.leftOut(id)) return this.#repeatable ? 'stale' : 'connect'
    if (rstCode === REFUSED_STREAM) return 'connect'
    return link.session.destroyed && this.#mayBeStale ? 'stale' : 'sent'
  }

  #failure(failure: EndpointFailure): EndpointError {
    return new EndpointError(failure, this.#parts.url)
  }

  #finish(): void {
    this.#over = true
    this.#ungone()
    this.#parts.link.deadlines.delete(this)
  }

  /** Ends it at once, whatever its state. */
  stop(error: Error): void {
    if (this.#over) return
    this.#finish()
    this.#reset.abort()
    const asker = this.#asker
    this.#asker = undefined
    if (asker) asker.reject(error)
    else this.#held.close(error)
  }
}

/** The request's head is on its way. */
function begun(
  {method, url, headers, body}: ServiceRequest,
  {session}: Http2Link,
  signal: AbortSignal,
): ClientHttp2Stream {
  try {
    const pseudo = {
      ':method': method,
      ':scheme': url.scheme,
      ':authority': valueOf(headers, 'host'),
      ':path': targetOf(url),
    }
    return session.request({...outgoing(without(headers, isHost)), ...pseudo}, {endStream: body === undefined, signal})
  } catch (error) {
    throw unsendable(error)
  }
}
