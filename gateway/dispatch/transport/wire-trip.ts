import {GatewayError} from '../../common/errors.js'
import type {Body, Sink} from '../../http/body.js'
import {endToEnd} from '../../http/end-to-end.js'
import {type Headers, isEventStream, nameTest, valueOf, without} from '../../http/headers.js'
import {isIdempotent} from '../../http/methods.js'
import {EndpointError, type EndpointFailure} from '../../pipeline/endpoint-error.js'
import type {Gone} from '../../pipeline/exchange.js'
import type {ServiceRequest} from '../../pipeline/transport.js'
import type {Deadlines, Timed} from './deadlines.js'
import {bodyFailure, goneFailure} from './failures.js'
import {HeldBody} from './held-body.js'
import type {PooledTrip} from './origin-pool.js'
import type {Asker} from './pooled-transport.js'
import {printRequestHead, type RequestHead} from './request-head.js'
import {MalformedAnswer, type ResponseHead} from './response-head.js'
import type {WireConnection, WirePool} from './wire-connection.js'

/** The rest of a dropped body that is read so that its connection can be used again, in bytes. */
const SWALLOW_LIMIT = 64 * 1024

/** What may not stand in trailers, since it would change how the message is read (RFC 9110 §6.5.1). */
const isNotInTrailers = nameTest(['content-length', 'content-encoding', 'content-type', 'host'])

/** A request, and its head as it goes out. */
export interface Outgoing {
  readonly request: ServiceRequest
  readonly head: RequestHead
}

/** One request and its response, the response's body, and its timeouts. Scope: one exchange. */
export class WireTrip implements Body, Timed, PooledTrip<WireConnection> {
  deadline = Number.POSITIVE_INFINITY
  slot = -1
  connection: WireConnection | undefined
  counts: boolean
  over = false
  readonly repeatable: boolean
  /** Event streams do not count, whoever waits. */
  readonly awaitsClient = false
  /** What is to be sent; undefined once an answer is there, since a stream may be open for long. */
  outgoing: Outgoing | undefined
  readonly #pool: WirePool
  readonly #deadlines: Deadlines
  readonly #ungone: () => void
  readonly #held = new HeldBody(this)
  #asker: Asker | undefined
  #sent = false
  #reused = false
  #heard = false
  #swallows = false
  /** Bytes of the body still to come; Infinity: unknown. */
  #left = Number.POSITIVE_INFINITY
  #idle: number

  /** Throws GatewayError for what cannot be sent. */
  constructor(request: ServiceRequest, pool: WirePool, deadlines: Deadlines, gone: Gone, asker: Asker) {
    this.outgoing = {request, head: printRequestHead(request)}
    this.#pool = pool
    this.#deadlines = deadlines
    this.#asker = asker
    this.counts = request.stream !== true
    this.repeatable = isIdempotent(request.method)
    this.#idle = request.idleTimeout
    this.#ungone = gone.on(() => this.stop(goneFailure()))
  }

  awaitConnection(): void {
    if (!this.#sent && !this.over) this.#deadlines.arm(this, this.outgoing?.request.connectTimeout ?? 0)
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
    else this.#deadlines.disarm(this)
  }

  bodyStalls(): void {
    this.#awaitAnswer()
  }

  bodyFlows(): void {
    if (this.#asker) this.#deadlines.disarm(this)
  }

  bodyEnds(): void {
    this.#awaitAnswer()
  }

  #awaitAnswer(): void {
    if (this.#asker) this.#deadlines.arm(this, this.outgoing?.request.responseTimeout ?? 0)
  }

  bodyFails(error: Error): void {
    this.stop(bodyFailure(error))
  }

  /** Bytes came. */
  heard(): void {
    this.#heard = true
  }

  informed(status: number, headers: Headers): void {
    this.#asker?.onInformation?.(status, endToEnd(headers))
  }

  answered({status, headers: sent, framing}: ResponseHead): void {
    this.outgoing = undefined
    const headers = endToEnd(sent)
    if (typeof framing === 'number') this.#left = framing
    if (isEventStream(valueOf(headers, 'content-type'))) {
      this.#idle = 0
      this.#pool.uncount(this)
    }
    if (this.#idle > 0) this.#deadlines.arm(this, this.#idle)
    else this.#deadlines.delete(this)
    const asker = this.#asker
    this.#asker = undefined
    asker?.resolve({status, headers, body: this})
  }

  took(chunk: Uint8Array): void {
    this.#left -= chunk.length
    if (this.#swallows) return
    if (!this.#held.push(chunk)) this.#deadlines.disarm(this)
    else if (this.#idle > 0) this.#deadlines.arm(this, this.#idle)
  }

  /** The response is whole: nothing is waited for any more. */
  finish(): void {
    this.over = true
    this.outgoing = undefined
    this.#ungone()
    this.#deadlines.delete(this)
    this.#pool.uncount(this)
  }

  /** After `finish`, and once the connection is free. */
  completed(trailers: Headers): void {
    this.connection = undefined
    this.#held.close(trailers.length === 0 ? trailers : without(endToEnd(trailers), isNotInTrailers))
  }

  /** Ends it at once, whatever its state, and closes its connection. */
  stop(reason: Error): void {
    this.onError(reason)
  }

  late(): void {
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
    if (error instanceof MalformedAnswer) return 'malformed'
    return this.#reused && !this.#heard ? 'stale' : 'sent'
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
    if (this.#idle > 0) this.#deadlines.arm(this, this.#idle)
    this.connection?.resume()
  }
}
