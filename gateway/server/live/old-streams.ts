import type {Log} from '../../common/log.js'
import type {Settings} from '../../site/settings.js'
import type {OpenStream, OpenStreams} from '../../streams/open-streams.js'
import {refusalOf} from './judge.js'
import type {Live} from './live.js'

/** How many streams are judged at a time: some filters ask others. */
const AT_A_TIME = 64

/**
 * Looks after open streams whose topology was changed or removed. They stay with the plan under which
 * they began, but one that would not be let through any more ends within a second; those of a removed
 * topology end one after the other. Scope: process.
 */
export class OldStreams {
  readonly #streams: OpenStreams
  readonly #settings: Settings
  readonly #log: Log
  #live: Live

  constructor(live: Live, streams: OpenStreams, settings: Settings, log: Log) {
    this.#live = live
    this.#streams = streams
    this.#settings = settings
    this.#log = log
    // Its request may have been on its way while the plan changed.
    streams.began = stream => {
      if (this.#isOld(stream)) void this.#settle([stream])
    }
  }

  /** The streams of each plan that is served no more, the oldest first. */
  get generations(): readonly (readonly OpenStream[])[] {
    const held = new Map<number, OpenStream[]>()
    for (const stream of this.#old) {
      const {generation} = stream.exchange.arrival
      const others = held.get(generation)
      if (others) others.push(stream)
      else held.set(generation, [stream])
    }
    return [...held].sort(([one], [other]) => one - other).map(([, streams]) => streams)
  }

  get #old(): readonly OpenStream[] {
    return this.#streams.all.filter(stream => this.#isOld(stream))
  }

  /** Another plan is live. Resolves when all streams that it concerns are judged. */
  async take(live: Live): Promise<void> {
    this.#live = live
    await this.#settle(this.#old)
    this.#letGoOfOldest()
  }

  #isOld({exchange}: OpenStream): boolean {
    const {arrival, notes} = exchange
    return this.#live.topologies.get(notes.topology)?.generation !== arrival.generation
  }

  async #settle(old: readonly OpenStream[]): Promise<void> {
    const live = this.#live
    const isOffered = ({exchange}: OpenStream) => live.topologies.has(exchange.notes.topology)
    this.#streams.retire(
      old.filter(stream => !isOffered(stream)),
      this.#pace,
    )
    const left: OpenStream[] = []
    await inParallel(old.filter(isOffered), async stream => {
      const refusal = await refusalOf(live, stream.exchange)
      // Another plan judges anew.
      if (this.#live !== live || stream.exchange.gone.is) return
      if (refusal === undefined) left.push(stream)
      else this.#refuse(stream, refusal)
    })
    if (this.#settings['gateway.reload.streams'] === 'move') this.#streams.move(left, this.#pace)
  }

  #refuse(stream: OpenStream, refusal: string): void {
    const {id, notes} = stream.exchange
    const {topology, service, client, user} = notes
    this.#log.info('audit: a stream is not allowed any more', {id, topology, service, client, user, refusal})
    this.#streams.endNow(stream, 'expiry')
  }

  /** So that plans do not pile up behind streams that never end. */
  #letGoOfOldest(): void {
    const most = this.#settings['gateway.reload.generations']
    if (most > 0) this.#streams.retire(this.generations.slice(0, -most).flat(), this.#pace)
  }

  get #pace(): number {
    return this.#settings['gateway.drain.timeout']
  }
}

/** Does the work for each item, a few at a time, and lets others have their turn in between. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  const worker = async () => {
    for (const item of rest) {
      await work(item)
      await new Promise(resolve => setImmediate(resolve))
    }
  }
  await Promise.all(Array.from({length: AT_A_TIME}, worker))
}
