import type {ClientHttp2Session} from 'node:http2'
import type {Deadlines, Timed} from '../../common/deadlines.js'
import {closingFailure} from './failures.js'
import type {Http2Trip} from './http2-trip.js'
import {MAX_AGE, type TransportOptions} from './origin-pool.js'

/** One connection of HTTP/2 to a service, and what runs on it. Scope: process. */
export class Http2Link implements Timed {
  deadline = Number.POSITIVE_INFINITY
  slot = -1
  readonly session: ClientHttp2Session
  readonly deadlines: Deadlines
  readonly #options: TransportOptions
  readonly #trips = new Set<Http2Trip>()
  #used = false
  #usableUntil: number
  #lastProcessed = Number.POSITIVE_INFINITY

  constructor(session: ClientHttp2Session, options: TransportOptions, deadlines: Deadlines) {
    this.session = session
    this.#options = options
    this.deadlines = deadlines
    this.#usableUntil = options.clock.now() + MAX_AGE
    session.on('goaway', (_code, last) => {
      this.#lastProcessed = last
    })
    session.once('close', () => deadlines.delete(this))
    this.#rest()
  }

  /** It takes requests at all. */
  get isUsable(): boolean {
    return !this.session.closed && !this.session.destroyed && this.#options.clock.now() < this.#usableUntil
  }

  /** It takes one more now. A service that takes none at all is asked nevertheless: that it lets wait ends by time. */
  get hasRoom(): boolean {
    const {maxConcurrentStreams = Number.POSITIVE_INFINITY} = this.session.remoteSettings
    return this.isUsable && this.#trips.size < Math.max(1, maxConcurrentStreams)
  }

  /** True: it has carried another before. */
  add(trip: Http2Trip): boolean {
    const used = this.#used
    this.#used = true
    this.#trips.add(trip)
    this.deadlines.delete(this)
    return used
  }

  release(trip: Http2Trip): void {
    this.#trips.delete(trip)
    if (this.#trips.size === 0) this.#rest()
  }

  /** The service was silent: what is new goes elsewhere, what runs goes on. */
  doubt(): void {
    this.#usableUntil = 0
  }

  /** By its GOAWAY the service has not processed that stream, and never will (RFC 9113 §6.8). */
  leftOut(id: number): boolean {
    return id > this.#lastProcessed
  }

  /** It was idle for too long. */
  late(): void {
    this.session.close()
  }

  /** Ends what runs; resolves when it is closed. */
  close(): Promise<void> {
    for (const trip of this.#trips) trip.stop(closingFailure())
    return new Promise(resolve => {
      if (this.session.destroyed) resolve()
      else this.session.once('close', () => resolve()).destroy()
    })
  }

  #rest(): void {
    if (this.isUsable) this.deadlines.arm(this, this.#options.keepAlive)
    else this.session.close()
  }
}
