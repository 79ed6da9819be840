import type {Cancel, Clock} from '../common/clock.js'
import type {BlockFacts} from '../sse/block-reader.js'
import {isCompared, Repeats} from '../sse/given-tail.js'

/** A block and what is in it. */
export interface HeldBlock {
  readonly facts: BlockFacts
  readonly bytes: Uint8Array
}

/** Silence after which the beginning is over if events are held, in ms. */
const SILENCE = 1000

/**
 * The beginning of a stream that goes on: events that were given are passed over, those of which it
 * is open are held, at most `limit` bytes. Over with the first new event, or when events are held and
 * nothing more comes for a while; then these are new as well. Scope: one beginning.
 */
export class Beginning {
  /** Events that were not given again. */
  skipped = 0
  readonly #repeats: Repeats
  readonly #limit: number
  readonly #clock: Clock
  readonly #ended: () => void
  #held: HeldBlock[] = []
  #bytes = 0
  #heard = 0
  #cancel: Cancel | undefined

  constructor(tail: readonly number[], limit: number, clock: Clock, ended: () => void) {
    this.#repeats = new Repeats(tail)
    this.#limit = limit
    this.#clock = clock
    this.#ended = ended
  }

  /** Where a block belongs: `kept` here, for now or for good; on to the client; or there, and the beginning is over. */
  place(block: BlockFacts, bytes: Uint8Array): 'kept' | 'on' | 'over' {
    if (!isCompared(block)) return this.#held.length === 0 ? 'on' : this.#hold(block, bytes)
    this.#heard = this.#clock.now()
    const repeat = this.#repeats.next(block.digest)
    if (repeat === 'new') return 'over'
    if (repeat === 'open') return this.#hold(block, bytes)
    this.skipped += 1 + this.#held.length
    this.#held = []
    this.#bytes = 0
    return 'kept'
  }

  /** Ends it; gives what was held. */
  stop(): readonly HeldBlock[] {
    this.#cancel?.()
    return this.#held
  }

  #hold({hasData, id, digest}: BlockFacts, bytes: Uint8Array): 'kept' | 'over' {
    if (this.#bytes + bytes.length > this.#limit) return 'over'
    this.#cancel ??= this.#clock.after(SILENCE, () => this.#look())
    this.#held.push({facts: {hasData, id, digest}, bytes})
    this.#bytes += bytes.length
    return 'kept'
  }

  #look(): void {
    const left = this.#heard + SILENCE - this.#clock.now()
    if (this.#held.length === 0) this.#cancel = undefined
    else if (left > 0) this.#cancel = this.#clock.after(left, () => this.#look())
    else this.#ended()
  }
}
