import {createHmac, randomBytes} from 'node:crypto'
import type {Clock} from '../common/clock.js'
import {TimedCache} from './timed-cache.js'

/** Remembers what credentials led to, under a digest that only this object can make of them. Scope: a topology. */
export class LoginCache<T> {
  readonly #key = randomBytes(32)
  readonly #known: TimedCache<T>

  /** `ms`: how long a login is remembered. */
  constructor(clock: Clock, ms: number) {
    this.#known = new TimedCache(clock, () => ms)
  }

  /** What is remembered, or what `find` finds; a failure is not remembered. */
  async get(credentials: readonly string[], find: () => Promise<T>): Promise<T> {
    return this.#known.get(createHmac('sha256', this.#key).update(JSON.stringify(credentials)).digest('base64'), find)
  }
}
