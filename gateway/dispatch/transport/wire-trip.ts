import type {Timed} from '../../common/deadlines.js'
import {GatewayError} from '../../common/errors.js'
import type {Body, Sink} from '../../http/body.js'
import {responseFields, trailersOf} from '../../http/end-to-end.js'
import {type Headers, isEventStream, valueOf} from '../../http/headers.js'
import {isIdempotent} from '../../http/methods.js'
import {MalformedMessage} from '../../http/wire/malformed-message.js'
import {EndpointError, type EndpointFailure} from '../../pipeline/endpoint-error.js'
import type {Gone} from '../../pipeline/exchange.js'
import type {ServiceRequest} from '../../pipeline/transport.js'
import {bodyFailure, goneFailure} from './failures.js'
import {HeldBody} from './held-body.js'
import type {OriginPool} from './origin-pool.js'
import {printRequestHead, type RequestHead} from './request-head.js'
import type {ResponseHead} from './response-head.js'
import type {WireConnection} from './wire-connection.js'
import type {Asker} from './wire-transport.js'

/** The rest of a dropped body that is read so that its connection can be used again, in bytes. */
const SWALLOW_LIMIT = 64 * 1024

/** Milliseconds for which a place among a service's connections is held from others while its client is waited for. */
const CLIENT_PATIENCE = 50

/** A request, and its head as it goes out. */
export interface Outgoing {
  readonly request: ServiceRequest
  readonly head: RequestHead
}

/** One request and its response, the response's body, and its timeouts. Scope: one exchange. */
export class WireTrip implements Body, Timed {
  deadline = Number.POSITIVE_INFINITY
  slot = -1
  connection: WireConnection | undefined
  /** Counts against the connections of its origin. */
  counts: boolean
  /** Nothing more comes from the connection. */
  over = false
  /** It may be sent again when its connection turns out to be dead. */
  readonly repeatable: boolean
  /** Only a connection that has carried nothing is good for it. */
  readonly fresh: boolean
  /** Neither the service nor the gateway, but its client is what it waits for. */
  awaitsClient = false
  /** What is to be sent; undefined once an answer is there, since a stream may be open for long. */
  outgoing: Outgoing | undefined
  readonly #pool: OriginPool
  readonly #ungone: () => void
  readonly #held = new HeldBody(this)
  #asker: Asker | undefined
  #sent = false
  #reused = false
  #heard = false
  /** A head came, be it an interim one. */
  #told = false
  #swallows = false
  /** Bytes of the body still to come; Infinity: unknown. */
  #left = Number.POSITIVE_INFINITY
  #idle: number

  /** Throws GatewayError for what cannot be sent. */
  constructor(request: ServiceRequest, pool: OriginPool, gone: Gone, asker: Asker) {
    this.outgoing = {request, head: printRequestHead(request)}
    this.#pool = pool
    this.#asker = asker
    this.counts = request.stream !== true
    this.repeatable = isIdempotent(request.method)
    this.fresh = request.fresh === true
    this.#idle = request.idleTimeout
    this.#ungone = gone.on(() => this.stop(goneFailure()))
  }

  /** The time for a connection begins, unless it went out on one that stood already. */
  awaitConnection(): void {
    if (!this.#sent && !this.over) this.#pool.deadlines.arm(this, this.outgoing?.request.connectTimeout ?? 0)
  }

  /** The body's source must be held back. */
  get paused(): boolean {
    return this.#held.paused && !this.over
  }

  /** The connection stands, and the request begins to be written. `reused`: it has carried another. */
  connected(reused: boolean): void {
    this.#sent = true
    this.#reused = reused
    if (this.outgoing?.request.body === undefined) this.#awaitAnswer()
    else this.#awaitClient()
  }

  bodyStalls(): void {
    this.#awaitAnswer()
  }

  bodyFlows(): void {
    if (this.#asker) this.#awaitClient()
  }

  bodyEnds(): void {
    this.#awaitAnswer()
  }

  #awaitAnswer(): void {
    if (this.#asker) this.#awaitService(this.outgoing?.request.responseTimeout ?? 0)
  }

  #awaitService(ms: number): void {
    this.awaitsClient = false
    this.#pool.deadlines.arm(this, ms)
  }

  #awaitClient(): void {
    this.awaitsClient = true
    this.#pool.deadlines.arm(this, this.counts ? CLIENT_PATIENCE : 0)
  }

  bodyFails(error: Error): void {
    this.stop(bodyFailure(error))
  }

  /** Bytes came. */
  heard(): void {
    this.#heard = true
  }

  informed(status: number, headers: Headers): void {
    this.#told = true
    this.#asker?.onInformation?.(status, responseFields(status, headers))
  }

  answered({status, headers: sent, framing}: ResponseHead): void {
    if (this.#isOfIdleness(status)) {
      this.stop(new EndpointError('stale', this.#pool.url))
      return
    }
    this.#told = true
    this.outgoing = undefined
    const headers = responseFields(status, sent)
    if (typeof framing === 'number') this.#left = framing
    if (isEventStream(valueOf(headers, 'content-type'))) {
      this.#idle = 0
      this.#pool.uncount(this)
    }
    this.#awaitService(this.#idle)
    if (this.#idle === 0) this.#pool.deadlines.delete(this)
    const asker = this.#asker
    this.#asker = undefined
    asker?.resolve({status, headers, body: this})
  }

  took(chunk: Uint8Array): void {
    this.#left -= chunk.length
    if (this.#swallows) return
    // What the sink does not take is not the service's silence.
    if (!this.#held.push(chunk)) this.#awaitClient()
    else if (this.#idle > 0) this.#pool.deadlines.arm(this, this.#idle)
  }

  /** The response is whole: nothing is waited for any more. */
  finish(): void {
    this.over = true
    this.outgoing = undefined
    this.#ungone()
    this.#pool.deadlines.delete(this)
    this.#pool.uncount(this)
  }

  /** After `finish`, and once the connection is free. */
  completed(trailers: Headers): void {
    this.connection = undefined
    this.#held.close(trailersOf(trailers))
  }

  /** Ends it at once, whatever its state, and closes its connection. */
  stop(reason: Error): void {
    this.onError(reason)
  }

  late(): void {
    if (this.awaitsClient) {
      this.#pool.yield(this)
      return
    }
    this.stop(new EndpointError(this.#sent ? 'timeout-response' : 'timeout-connect', this.#pool.url))
  }

  onError(error: Error): void {
    if (this.over) return
    this.finish()
    const failure =
      error instanceof GatewayError ? error : new EndpointError(this.#failed(error), this.#pool.url, error)
    const {connection} = this
    this.connection = undefined
    connection?.destroy()
    const asker = this.#asker
    this.#asker = undefined
    if (asker) asker.reject(failure)
    else this.#held.close(failure)
  }

  #failed(error: Error): EndpointFailure {
    if (!this.#sent) return 'connect'
    const isMalformed = error instanceof MalformedMessage
    // What is no answer at all may be what was left of the one before.
    if (this.#reused && !(isMalformed ? this.#told : this.#heard)) return 'stale'
    return isMalformed ? 'malformed' : 'sent'
  }

  /** Whether it is the connection of which a service says that it waited too long: it crossed the request on its way (RFC 9110 §15.5.9). */
  #isOfIdleness(status: number): boolean {
    return status === 408 && this.#reused && !this.#told && this.repeatable && this.outgoing?.request.body === undefined
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
    this.connection?.resume()
  }
}
