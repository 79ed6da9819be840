import type {Deadlines} from '../../common/deadlines.js'
import {GatewayError} from '../../common/errors.js'
import {EndpointError} from '../../pipeline/endpoint-error.js'
import type {Gone} from '../../pipeline/exchange.js'
import type {Origin} from './connect.js'
import {closingFailure, goneFailure} from './failures.js'
import {connectHttp2} from './http2-connect.js'
import {Http2Link} from './http2-link.js'
import {MAX_AGE, type TransportOptions} from './origin-pool.js'

/** The connections of HTTP/2 to one origin: one, and a further one when the service takes no more streams on those there are. Scope: process. */
export class Http2Origin {
  readonly url: string
  readonly #origin: Origin
  readonly #options: TransportOptions
  readonly #deadlines: Deadlines
  readonly #links = new Set<Http2Link>()
  #opening: Promise<Http2Link | undefined> | undefined
  #abandoned = new AbortController()
  /** Requests that wait for the one that is being made. */
  #waiting = 0
  /** The service chose HTTP/1.1; it is asked anew after a while. */
  #plainUntil = Number.NEGATIVE_INFINITY

  constructor(url: string, origin: Origin, options: TransportOptions, deadlines: Deadlines) {
    this.url = url
    this.#origin = origin
    this.#options = options
    this.#deadlines = deadlines
  }

  /** Nothing is in it that is worth to be kept. */
  get isSpent(): boolean {
    return this.#links.size === 0 && this.#opening === undefined && !this.#isPlain
  }

  /** Calls `begin` with a connection that has room; false: the service speaks HTTP/1.1. Rejects with EndpointError `connect`, `timeout-connect`. */
  async carry(timeout: number, gone: Gone, begin: (link: Http2Link) => void): Promise<boolean> {
    for (;;) {
      if (this.#isPlain) return false
      // At once: between a look and a later use others may take the room.
      for (const link of this.#links)
        if (link.hasRoom) {
          begin(link)
          return true
        }
      const opened = await this.#open(timeout, gone)
      if (opened?.isUsable === false) throw new EndpointError('connect', this.url)
    }
  }

  async close(): Promise<void> {
    this.#abandoned.abort(closingFailure())
    await Promise.all([...this.#links].map(link => link.close()))
  }

  get #isPlain(): boolean {
    return this.#options.clock.now() < this.#plainUntil
  }

  /** All that find no room wait for the same one. */
  #open(timeout: number, gone: Gone): Promise<Http2Link | undefined> {
    const opening = this.#opening ?? this.#begin(timeout)
    this.#waiting++
    const ungone = gone.on(() => {
      if (this.#opening === opening) this.#leave()
    })
    return opening.finally(ungone)
  }

  #begin(timeout: number): Promise<Http2Link | undefined> {
    const opening = this.#connect(timeout).finally(() => {
      if (this.#opening === opening) this.#opening = undefined
    })
    this.#opening = opening
    this.#waiting = 0
    return opening
  }

  #leave(): void {
    if (--this.#waiting > 0) return
    // Who comes now begins anew.
    this.#opening = undefined
    this.#abandoned.abort(goneFailure())
    this.#abandoned = new AbortController()
  }

  async #connect(timeout: number): Promise<Http2Link | undefined> {
    const {signal} = this.#abandoned
    const session = await connectHttp2(this.url, this.#origin, this.#options, timeout, signal).catch(error => {
      // Node refuses an address that is none.
      throw error instanceof GatewayError ? error : new EndpointError('connect', this.url, error)
    })
    if (session === undefined) {
      this.#plainUntil = this.#options.clock.now() + MAX_AGE
      return undefined
    }
    const link = new Http2Link(session, this.#options, this.#deadlines)
    this.#links.add(link)
    session.once('close', () => this.#links.delete(link))
    return link
  }
}
