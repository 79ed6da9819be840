import {createHmac, randomBytes} from 'node:crypto'
import type {Clock} from '../common/clock.js'

const MOST = 10_000

interface Known<T> {
  readonly value: T
  readonly until: number
}

/** Remembers what credentials led to, under a digest that only this object can make of them. Scope: a topology. */
export class LoginCache<T> {
  readonly #clock: Clock
  readonly #ms: number
  readonly #key = randomBytes(32)
  readonly #known = new Map<string, Known<T>>()

  /** `ms`: how long a login is remembered. */
  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.#ms = ms
  }

  /** What is remembered, or what `find` finds; a failure is not remembered. */
  async get(credentials: readonly string[], find: () => Promise<T>): Promise<T> {
    const key = createHmac('sha256', this.#key).update(JSON.stringify(credentials)).digest('base64')
    const known = this.#known.get(key)
    if (known && this.#clock.now() < known.until) return known.value
    const value = await find()
    this.#known.delete(key)
    const [oldest] = this.#known.keys()
    if (this.#known.size >= MOST && oldest !== undefined) this.#known.delete(oldest)
    this.#known.set(key, {value, until: this.#clock.now() + this.#ms})
    return value
  }
}
