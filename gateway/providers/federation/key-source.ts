import type {JWK} from 'jose'
import type {Clock} from '../../common/clock.js'
import type {Log} from '../../common/log.js'
import {ask} from '../outgoing.js'

/** How long keys are used before they are asked for again, in ms. */
const FRESH = 5 * 60_000
/** The same when a token names a key that is not among them: a provider that changes its keys is followed at once. */
const PAUSE = 30_000
/** How long keys are used that cannot be had again, in ms since they were. */
const USABLE = 15 * 60_000
/** How soon a source that failed is asked again, in ms. */
const AGAIN = 1000
const MOST_BYTES = 256 * 1024
const MOST_KEYS = 200
const TIMEOUT = 5000

/** The keys of one identity provider, as its URL gives them (RFC 7517 §5). Scope: a topology. */
export class KeySource {
  readonly #url: string
  readonly #clock: Clock
  readonly #log: Log
  readonly #changed: () => void
  #keys: readonly JWK[] = []
  #text = ''
  #at = Number.NEGATIVE_INFINITY
  #triedAt = Number.NEGATIVE_INFINITY
  #asking: Promise<void> | undefined

  /** `changed` is told when the keys are others than before: what one proved that is gone is proved no more. */
  constructor(url: string, clock: Clock, log: Log, changed: () => void) {
    this.#url = url
    this.#clock = clock
    this.#log = log
    this.#changed = changed
  }

  /** Its keys; none when they cannot be had. */
  async keys(): Promise<readonly JWK[]> {
    if (this.#isDue(FRESH) || (this.#asking !== undefined && this.#keys.length === 0)) await this.#refresh()
    return this.#keys
  }

  /** The same for who does not find one among these. */
  async newerKeys(): Promise<readonly JWK[]> {
    if (this.#isDue(PAUSE) || this.#asking !== undefined) await this.#refresh()
    return this.#keys
  }

  /** It did not answer when it was last asked: there may be keys that are not known here. */
  get failing(): boolean {
    return this.#at < this.#triedAt
  }

  #isDue(age: number): boolean {
    return this.#clock.now() - this.#triedAt >= (this.failing ? AGAIN : age)
  }

  #refresh(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #ask(): Promise<void> {
    this.#triedAt = this.#clock.now()
    try {
      const {status, text} = await ask(this.#url, {limit: MOST_BYTES, timeout: TIMEOUT})
      if (status !== 200) throw new Error(`status ${status}`)
      this.#take(text)
    } catch (error) {
      this.#log.warn('no keys of an identity provider', {url: this.#url, cause: String(error)})
      if (this.#clock.now() - this.#at > USABLE) this.#keys = []
    }
  }

  #take(text: string): void {
    const keys = readKeys(text)
    this.#at = this.#triedAt
    if (text === this.#text) return
    this.#keys = keys
    this.#text = text
    this.#changed()
  }
}

/** Throws when a text is no key set, or one of too many keys. Secret keys (`oct`) do not belong into what is public. */
function readKeys(text: string): readonly JWK[] {
  const {keys} = JSON.parse(text) as {readonly keys?: unknown}
  if (!Array.isArray(keys) || keys.length > MOST_KEYS) throw new Error('it is not a set of keys, or of too many')
  // what a key says is read by jose
  return (keys as readonly JWK[]).filter(key => typeof key === 'object' && key !== null && key.kty !== 'oct')
}
