import type {Cancel, Clock} from '../common/clock.js'
import type {Log} from '../common/log.js'
import type {NamePolicy} from '../ha/balancing-policy.js'
import type {NameSource, Resolved, Standing} from './name-source.js'
import {SharedWatches, type Watch} from './shared-watches.js'

/** What names are followed with. */
export interface NameParts {
  readonly clock: Clock
  readonly log: Log
  readonly source: NameSource
}

/** Told what stands behind a name, when that becomes known and when it changes. */
export type Told = (standing: readonly Standing[]) => void

/** Milliseconds before a name is asked for again, at least, whatever the answer says. */
const LEAST = 1000

/** Milliseconds that a start waits for the first answers. */
const PATIENCE = 3000

/** A name that is asked for again and again; without an answer the last one holds. Scope: process. */
class FollowedName implements Watch<Told> {
  readonly told = new Set<Told>()
  readonly #name: string
  readonly #policy: NamePolicy
  readonly #parts: NameParts
  #standing: readonly Standing[] | undefined
  #failing = false
  #cancel: Cancel = () => {}

  constructor(name: string, policy: NamePolicy, parts: NameParts) {
    this.#name = name
    this.#policy = policy
    this.#parts = parts
  }

  /** Resolves when it has an answer, or none. */
  async ask(): Promise<void> {
    const answer = await this.#answer()
    if (this.told.size === 0) return
    const ms = Math.max(LEAST, answer?.ttl ?? this.#policy.interval)
    this.#cancel = this.#parts.clock.after(ms, () => void this.ask())
    if (answer && JSON.stringify(answer.standing) !== JSON.stringify(this.#standing)) {
      this.#standing = answer.standing
      for (const told of this.told) told(answer.standing)
    }
  }

  tell(told: Told): void {
    this.told.add(told)
    if (this.#standing) told(this.#standing)
  }

  stop(): void {
    this.#cancel()
    this.told.clear()
  }

  async #answer(): Promise<Resolved | undefined> {
    const {source, log} = this.#parts
    const name = this.#name
    try {
      const {standing, ttl} = await (this.#policy.kind === 'srv' ? source.services(name) : source.addresses(name))
      if (this.#failing) log.info('a name is found again', {name})
      this.#failing = false
      return {standing: standing.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)), ttl}
    } catch (error) {
      if (!this.#failing) log.warn('a name is not found', {name, cause: String(error)})
      this.#failing = true
      return undefined
    }
  }
}

/** The order of an answer says nothing: servers change it each time. */
const keyOf = ({address, target}: Standing) => JSON.stringify([target?.host, target?.port, address])

/** All names that services are found by, each followed once. Scope: process. */
export class Names {
  readonly #parts: NameParts
  readonly #names = new SharedWatches<Told, FollowedName>(name => void name.ask())

  constructor(parts: NameParts) {
    this.#parts = parts
  }

  /** Tells what stands behind a name until what it gives is called. */
  follow(name: string, policy: NamePolicy, told: Told): () => void {
    const key = JSON.stringify([name.toLowerCase(), policy])
    return this.#names.join(key, () => new FollowedName(name, policy, this.#parts), told)
  }

  /** Resolves when the first answers are there, or do not come soon. */
  async start(): Promise<void> {
    let cancel: Cancel = () => {}
    const late = new Promise<void>(resolve => {
      cancel = this.#parts.clock.after(PATIENCE, resolve)
    })
    await Promise.race([late, Promise.all(this.#names.start().map(name => name.ask()))])
    cancel()
  }

  close(): void {
    this.#names.close()
  }
}
