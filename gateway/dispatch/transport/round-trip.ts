import type {Dispatcher} from 'undici'
import {targetOf} from '../../common/request-url.js'
import type {Body, Sink} from '../../http/body.js'
import {endToEnd} from '../../http/end-to-end.js'
import {isEventStream, valueOf} from '../../http/headers.js'
import {latin1Of} from '../../http/latin1.js'
import {isIdempotent} from '../../http/methods.js'
import {EndpointError} from '../../pipeline/endpoint-error.js'
import type {Gone} from '../../pipeline/exchange.js'
import type {ServiceRequest} from '../../pipeline/transport.js'
import type {Connection, UndiciPool} from './connection.js'
import type {Deadlines, Timed} from './deadlines.js'
import {bodyFailure, failureOf, goneFailure, isLengthMismatch} from './failures.js'
import {HeldBody} from './held-body.js'
import type {Asker} from './pooled-transport.js'
import {type PaceListener, RequestStream} from './request-stream.js'

/** The rest of a dropped body that is read so that its connection can be used again, in bytes. */
const SWALLOW_LIMIT = 64 * 1024

/** Milliseconds for which a place among a service's connections is held from others while its client is waited for. */
const CLIENT_PATIENCE = 50

/**
 * One request and its response: undici's handler, the response's body and its timeouts in one
 * object, since there is one for each open stream. Scope: one exchange.
 */
export class RoundTrip implements Body, Timed, PaceListener, Dispatcher.DispatchHandler {
  deadline = Number.POSITIVE_INFINITY
  slot = -1
  connection: Connection | undefined
  /** Counts against the connections of its origin. */
  counts: boolean
  /** The request began to be written. */
  sent = false
  /** Nothing more comes from the connection. */
  over = false
  readonly repeatable: boolean
  awaitsClient = false
  readonly #request: ServiceRequest
  readonly #pool: UndiciPool
  readonly #deadlines: Deadlines
  readonly #ungone: () => void
  readonly #held = new HeldBody(this)
  #stream: RequestStream | undefined
  #asker: Asker | undefined
  #abort: ((error?: Error) => void) | undefined
  #resume: (() => void) | undefined
  #reason: Error | undefined
  #reused = false
  #answered = false
  #swallows = false
  /** The response is one that never has a body. */
  #bodiless = false
  /** Bytes of the body still to come; Infinity: unknown. */
  #left = Number.POSITIVE_INFINITY
  #idle: number

  constructor(request: ServiceRequest, pool: UndiciPool, deadlines: Deadlines, gone: Gone, asker: Asker) {
    this.#request = request
    this.#pool = pool
    this.#deadlines = deadlines
    this.#asker = asker
    this.counts = request.stream !== true
    this.repeatable = isIdempotent(request.method)
    this.#idle = request.idleTimeout
    this.#ungone = gone.on(() => this.stop(goneFailure()))
  }

  /** No byte of an answer has come. */
  get awaitsHead(): boolean {
    return !this.#answered
  }

  /** The time for a connection begins, unless it went out on one that stood already. */
  awaitConnection(): void {
    if (!this.sent && !this.over) this.#deadlines.arm(this, this.#request.connectTimeout)
  }

  /** What undici is asked to send. */
  get options(): Dispatcher.DispatchOptions {
    const {url, method, headers, body} = this.#request
    const options = {path: targetOf(url), method, headers: headers as string[], servername: url.host}
    if (body === undefined) return options
    const length = valueOf(headers, 'content-length')
    this.#stream = new RequestStream(body, length === undefined ? Number.POSITIVE_INFINITY : Number(length), this)
    // undici takes it for a Readable by its methods; see RequestStream.
    return {...options, body: this.#stream as unknown as Uint8Array}
  }

  /** Ends it at once, whatever its state, and frees its connection. */
  stop(reason: Error): void {
    if (this.over) return
    this.#reason = reason
    if (this.#abort) {
      this.#abort(reason)
      return
    }
    this.connection?.dropSocket()
    this.onError(reason)
  }

  late(): void {
    if (this.awaitsClient) {
      this.#pool.yield(this)
      return
    }
    const failure = this.sent ? 'timeout-response' : 'timeout-connect'
    this.stop(new EndpointError(failure, this.#pool.url))
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort
    this.sent = true
    this.#reused = this.connection?.used === true
    if (this.#stream === undefined) this.#awaitService(this.#request.responseTimeout)
    else this.#awaitClient()
  }

  #awaitService(ms: number): void {
    this.awaitsClient = false
    this.#deadlines.arm(this, ms)
  }

  #awaitClient(): void {
    this.awaitsClient = true
    this.#deadlines.arm(this, this.counts ? CLIENT_PATIENCE : 0)
  }

  bodyStalls(): void {
    if (this.#asker) this.#awaitService(this.#request.responseTimeout)
  }

  bodyFlows(): void {
    if (this.#asker) this.#awaitClient()
  }

  onRequestSent(): void {
    if (this.#asker && this.#stream) this.#awaitService(this.#request.responseTimeout)
  }

  onResponseStarted(): void {
    this.#answered = true
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void): boolean {
    if (status < 200) return this.#informed(status, raw)
    const headers = endToEnd(fieldsOf(raw))
    const length = valueOf(headers, 'content-length')
    if (length !== undefined) this.#left = Number(length)
    this.#bodiless = status === 304 || status === 204
    this.#resume = resume
    if (isEventStream(valueOf(headers, 'content-type'))) {
      this.#idle = 0
      this.#pool.uncount(this)
    }
    this.#awaitService(this.#idle)
    const asker = this.#asker
    this.#asker = undefined
    asker?.resolve({status, headers, body: this})
    return true
  }

  /** 101 was not asked for, and below 100 is no status: both end the connection. */
  #informed(status: number, raw: Buffer[]): boolean {
    if (status < 100 || status === 101) this.stop(new EndpointError('malformed', this.#pool.url))
    else this.#asker?.onInformation?.(status, endToEnd(fieldsOf(raw)))
    return true
  }

  onData(chunk: Uint8Array): boolean {
    this.#left -= chunk.length
    // After a pause the parser may report a piece without bytes.
    if (this.#swallows || chunk.length === 0) return true
    if (this.#held.push(chunk)) {
      if (this.#left > 0 && this.#idle > 0) this.#deadlines.arm(this, this.#idle)
      return true
    }
    // What the sink does not take is not the service's silence.
    this.#awaitClient()
    return false
  }

  onComplete(trailers: readonly unknown[] | null): void {
    this.#finish()
    if (this.connection) this.#pool.release(this.connection)
    this.#held.close(endToEnd(fieldsOf((trailers ?? []) as Buffer[])))
  }

  /** undici's, and ours when undici cannot be asked to end it. */
  onError(error: Error): void {
    if (this.over) return
    this.#finish()
    if (this.connection) {
      this.connection.trip = undefined
      this.#pool.remove(this.connection)
    }
    const asker = this.#asker
    this.#asker = undefined
    if (asker) asker.reject(this.#failure(error))
    // undici wants a body as long as Content-Length says where there is none (RFC 9110 §8.6).
    else this.#held.close(this.#bodiless && isLengthMismatch(error) ? [] : this.#failure(error))
  }

  #failure(error: Error): Error {
    if (this.#reason) return this.#reason
    if (this.#stream?.failure) return bodyFailure(this.#stream.failure)
    const {sent} = this
    return failureOf(error, {endpoint: this.#pool.url, sent, reused: this.#reused, answered: this.#answered})
  }

  #finish(): void {
    this.over = true
    this.#ungone()
    this.#deadlines.delete(this)
    this.#pool.uncount(this)
  }

  flow(into: Sink): void {
    this.#held.flow(into)
  }

  /** A short rest is read, so that the connection can be used again; else it is closed. */
  discard(): void {
    this.#held.drop()
    if (this.over) return
    if (this.#left > SWALLOW_LIMIT) {
      this.stop(new Error('the body was discarded'))
      return
    }
    this.#swallows = true
    if (this.#held.paused) this.proceed()
  }

  proceed(): void {
    if (this.over) return
    this.#awaitService(this.#idle)
    // Not at once: undici must not be entered while it parses, be it another connection's bytes.
    if (this.#resume) queueMicrotask(this.#resume)
  }

  /** The connection ended while undici was paused: it must not be any more when it learns of it. */
  unpause(): void {
    this.#resume?.()
  }
}

/** Names and values as text, each byte a character (RFC 9110 §5.5). */
function fieldsOf(raw: readonly Buffer[]): string[] {
  return raw.map(latin1Of)
}
