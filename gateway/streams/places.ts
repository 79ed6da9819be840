import type {Clock} from '../common/clock.js'
import {GatewayError} from '../common/errors.js'
import type {Exchange} from '../pipeline/exchange.js'

/** How many streams may be open; 0: no limit. */
export interface PlaceLimits {
  readonly gateway: number
  /** Of one client address. */
  readonly address: number
  /** Of one user; `anonymous` is none. */
  readonly principal: number
  /** Streams that may begin in a second. */
  readonly rate: number
}

/** Code of the errors of those that are too many. */
export const STREAMS_FULL = 'streams-full'

const UNLIMITED: PlaceLimits = {gateway: 0, address: 0, principal: 0, rate: 0}

/** The user of topologies without authentication, whom all their clients share. */
const ANONYMOUS = 'anonymous'

/**
 * Counts open streams, and refuses those that are too many, or that come too many at once, as after
 * a start. Scope: process.
 */
export class Places {
  readonly #limits: PlaceLimits
  readonly #clock: Clock
  readonly #counts = new Map<string, number>()
  /** Streams that may begin now. */
  #left: number
  #at: number

  constructor(clock: Clock, limits: PlaceLimits = UNLIMITED) {
    this.#clock = clock
    this.#limits = limits
    this.#left = limits.rate
    this.#at = clock.now()
  }

  /**
   * Takes a place until the exchange is over. Throws GatewayError 503 when the gateway or the service
   * has none left, or too many begin at once; 429 when the client's address or its user has too many.
   */
  take({gone, notes, clientAddress, principal}: Exchange, ofService: number): void {
    const {gateway, address, principal: ofPrincipal, rate} = this.#limits
    if (gateway + address + ofPrincipal + rate + ofService === 0) return
    const taken: string[] = []
    const user = principal === undefined || principal.name === ANONYMOUS ? 0 : ofPrincipal
    this.#check(taken, 'gateway', gateway, 503, 'The gateway has as many streams as it may.')
    this.#check(
      taken,
      `service ${notes.topology}/${notes.service}`,
      ofService,
      503,
      'The service has too many streams.',
    )
    this.#check(taken, `address ${clientAddress}`, address, 429, 'Too many streams of one client.')
    this.#check(taken, `user ${principal?.name}`, user, 429, 'Too many streams of one user.')
    if (rate > 0 && !this.#mayBegin(rate)) this.#refuse(503, 'Too many streams begin at once.')
    if (taken.length === 0) return
    for (const key of taken) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    gone.on(() => this.#free(taken))
  }

  #check(taken: string[], key: string, limit: number, status: number, message: string): void {
    if (limit <= 0) return
    if ((this.#counts.get(key) ?? 0) >= limit) this.#refuse(status, message)
    taken.push(key)
  }

  #refuse(status: number, message: string): never {
    throw new GatewayError(status, STREAMS_FULL, message)
  }

  #mayBegin(rate: number): boolean {
    const now = this.#clock.now()
    this.#left = Math.min(rate, this.#left + ((now - this.#at) * rate) / 1000)
    this.#at = now
    if (this.#left < 1) return false
    this.#left--
    return true
  }

  #free(taken: readonly string[]): void {
    for (const key of taken) {
      const left = (this.#counts.get(key) ?? 0) - 1
      if (left > 0) this.#counts.set(key, left)
      else this.#counts.delete(key)
    }
  }
}
