import type {Clock} from '../common/clock.js'

const MOST = 10_000

interface Known<T> {
  readonly value: T | Promise<T>
  readonly until: number
}

/** Remembers for a time what was found. Who asks for what is being found waits for the same. Scope: a topology. */
export class TimedCache<T> {
  readonly #clock: Clock
  readonly #msOf: (value: T) => number
  readonly #known = new Map<string, Known<T>>()

  /** `msOf`: how long a value is remembered. */
  constructor(clock: Clock, msOf: (value: T) => number) {
    this.#clock = clock
    this.#msOf = msOf
  }

  /** What is remembered, or what `find` finds; a failure is not remembered. */
  get(key: string, find: () => Promise<T>): T | Promise<T> {
    const known = this.#known.get(key)
    if (known && this.#clock.now() < known.until) return known.value
    const value = this.#found(key, find)
    this.#keep(key, {value, until: Number.POSITIVE_INFINITY})
    return value
  }

  async #found(key: string, find: () => Promise<T>): Promise<T> {
    try {
      const value = await find()
      this.#keep(key, {value, until: this.#clock.now() + this.#msOf(value)})
      return value
    } catch (error) {
      this.#known.delete(key)
      throw error
    }
  }

  #keep(key: string, known: Known<T>): void {
    this.#known.delete(key)
    const [oldest] = this.#known.keys()
    if (this.#known.size >= MOST && oldest !== undefined) this.#known.delete(oldest)
    this.#known.set(key, known)
  }
}
