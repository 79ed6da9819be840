import {ANONYMOUS} from '../common/anonymous.js'
import type {Clock} from '../common/clock.js'
import type {Exchange} from '../pipeline/exchange.js'
import {Comeback} from './comeback.js'
import {RefusedError} from './refused-error.js'

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

const UNLIMITED: PlaceLimits = {gateway: 0, address: 0, principal: 0, rate: 0}

/**
 * Counts open streams, and refuses those that are too many, or that come too many at once, as after
 * a start. Scope: process.
 */
export class Places {
  readonly #limits: PlaceLimits
  readonly #clock: Clock
  /** When those come back for whom there is no place, and those who came too many at once. */
  readonly #chance: Comeback
  readonly #turns: Comeback
  readonly #counts = new Map<string, number>()
  /** Streams that may begin now. */
  #left: number
  #at: number

  constructor(clock: Clock, limits: PlaceLimits = UNLIMITED, random: () => number = Math.random) {
    this.#clock = clock
    this.#chance = new Comeback(clock, random)
    this.#turns = new Comeback(clock, random, limits.rate)
    this.#limits = limits
    this.#left = limits.rate
    this.#at = clock.now()
  }

  /** Whether anything is limited. */
  isLimited(ofService: number): boolean {
    const {gateway, address, principal, rate} = this.#limits
    return gateway + address + principal + rate + ofService > 0
  }

  /**
   * Takes a place until the exchange is over. Gives the refusal: 503 when the gateway or the service
   * has none left, or too many begin at once; 429 when the client's address or its user has too many.
   */
  take(exchange: Exchange, ofService: number): RefusedError | undefined {
    if (!this.isLimited(ofService)) return undefined
    const taken = this.#free(exchange, ofService)
    if (taken instanceof RefusedError) return taken
    if (this.#limits.rate > 0) this.#left--
    if (taken.length === 0) return undefined
    for (const key of taken) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    exchange.gone.on(() => this.#letGo(taken))
    return undefined
  }

  /** Gives what `take` would, as far as it is known who asks. */
  check(exchange: Exchange, ofService: number): RefusedError | undefined {
    const free = this.isLimited(ofService) ? this.#free(exchange, ofService) : undefined
    return free instanceof RefusedError ? free : undefined
  }

  /** What is counted of a stream, if there is room for it. */
  #free({notes, clientAddress, principal}: Exchange, ofService: number): readonly string[] | RefusedError {
    const {gateway, address, principal: ofPrincipal, rate} = this.#limits
    const user = principal === undefined || principal.name === ANONYMOUS ? 0 : ofPrincipal
    const counted = [
      {key: 'gateway', limit: gateway, status: 503, message: 'The gateway has as many streams as it may.'},
      {
        key: `service ${notes.topology}/${notes.service}`,
        limit: ofService,
        status: 503,
        message: 'The service has too many streams.',
      },
      {key: `address ${clientAddress}`, limit: address, status: 429, message: 'Too many streams of one client.'},
      {key: `user ${principal?.name}`, limit: user, status: 429, message: 'Too many streams of one user.'},
    ].filter(({limit}) => limit > 0)
    const full = counted.find(({key, limit}) => (this.#counts.get(key) ?? 0) >= limit)
    if (full) return refusal(full.status, full.message, this.#chance)
    if (rate > 0 && !this.#mayBegin(rate)) return refusal(503, 'Too many streams begin at once.', this.#turns)
    return counted.map(({key}) => key)
  }

  #mayBegin(rate: number): boolean {
    const now = this.#clock.now()
    this.#left = Math.min(rate, this.#left + ((now - this.#at) * rate) / 1000)
    this.#at = now
    return this.#left >= 1
  }

  #letGo(taken: readonly string[]): void {
    for (const key of taken) {
      const left = (this.#counts.get(key) ?? 0) - 1
      if (left > 0) this.#counts.set(key, left)
      else this.#counts.delete(key)
    }
  }
}

const refusal = (status: number, message: string, comeback: Comeback) =>
  new RefusedError(status, 'streams-full', message, comeback.next())
