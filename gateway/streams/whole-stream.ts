import type {Clock} from '../common/clock.js'
import type {Body, Sink} from '../http/body.js'
import type {Headers} from '../http/headers.js'
import type {Exchange} from '../pipeline/exchange.js'
import {type BlockFacts, BlockReader} from '../sse/block-reader.js'
import {BYTE_ORDER_MARK} from '../sse/event-boundary.js'
import {GivenTail, isCompared} from '../sse/given-tail.js'
import {wholenessOf} from '../sse/id-order.js'
import {LeadingMark} from '../sse/leading-mark.js'
import {Beginning, type HeldBlock} from './beginning.js'
import {gapEvent} from './gap-event.js'
import {Leg} from './leg.js'
import type {Sequel, Source} from './sequel.js'
import type {Spoke, TimerWheel} from './timer-wheel.js'

/** What is known of a stream when it begins. */
export interface WholeFacts {
  /** Bytes of an event. */
  readonly limit: number
  /** Milliseconds; 0: no limit. */
  readonly idleTimeout: number
  /** What the client brought; empty: nothing. */
  readonly lastEventId: string
  readonly exchange: Exchange
  readonly clock: Clock
  readonly wheel: TimerWheel
  /** Undefined: a lost stream does not go on. */
  readonly sequel: Sequel | undefined
  /** The last bytes of a stream that was lost; undefined: it is broken off. */
  readonly farewell: Uint8Array | undefined
}

/**
 * An event stream of which only whole events go on, so that another can take its place when its
 * service is lost: what was given is not given again, and what comes after follows it. Unseen by who
 * takes the bytes. Scope: one stream.
 */
export class WholeStream implements Body, Spoke {
  wheelNext: Spoke | undefined
  wheelBefore: Spoke | undefined
  readonly #facts: WholeFacts
  readonly #tail = new GivenTail()
  #source: Source | undefined
  #leg: Leg | undefined
  #client: Sink | undefined
  #reader: BlockReader
  #mark: LeadingMark | undefined = new LeadingMark()
  #lastEventId: string
  /** An event was given. */
  #gave = false
  #full = false
  #over = false
  #heard = 0
  /** While the beginning of a stream that goes on is compared. */
  #beginning: Beginning | undefined
  /** What is known of a stream that went on is not told yet. */
  #untold = false
  #skipped = 0
  #ungone: (() => void) | undefined

  constructor(source: Source, facts: WholeFacts) {
    this.#source = source
    this.#facts = facts
    this.#lastEventId = facts.lastEventId
    this.#reader = new BlockReader(facts.limit)
  }

  discard(): void {
    this.#source?.body.discard()
    this.#source = undefined
  }

  flow(into: Sink): void {
    this.#client = into
    this.#ungone = this.#facts.exchange.gone.on(() => this.#close())
    if (this.#source && !this.#over) this.#follow(this.#source)
  }

  /** A service that is not read is not silent. */
  visit(tick: number): number {
    const {idleTimeout, wheel} = this.#facts
    if (this.#full) this.#heard = tick
    const left = this.#heard + wheel.ticks(idleTimeout) - tick
    if (left > 0) return left
    this.lost(new Error('the service was silent for too long'))
    return 0
  }

  /** Bytes of the service; false: full. */
  write(chunk: Uint8Array): boolean {
    const {wheel} = this.#facts
    this.#heard = wheel.tick
    const rest = this.#mark ? this.#withoutMark(this.#mark, chunk) : chunk
    if (rest === undefined) return true
    const reader = this.#reader
    reader.feed(rest)
    if (this.#beginning !== undefined || this.#untold) this.#readOneByOne(reader)
    else this.#readAll(reader)
    if (this.#over || reader !== this.#reader) return false
    reader.keep()
    if (reader.tooLong) this.#giveUp(new Error('an event is longer than sse.event.limit'))
    return !this.#full && !this.#over
  }

  drained(again: () => void): void {
    if (!this.#full) {
      if (!this.#over) again()
      return
    }
    this.#client?.drained(() => {
      this.#full = false
      this.#heard = this.#facts.wheel.tick
      if (!this.#over) again()
    })
  }

  /** The service ended its response properly: what is left goes on, whole or not. */
  end(trailers?: Headers): void {
    this.#endComparing()
    if (this.#over) return
    this.#give(this.#mark?.held ?? this.#reader.rest())
    const client = this.#client
    this.#close()
    client?.end(trailers)
  }

  /** The service died, was cut short, or is silent. Half an event is thrown away. */
  lost(error: Error): void {
    const {sequel} = this.#facts
    this.#leg?.stop()
    this.#leg = undefined
    this.#facts.wheel.disarm(this)
    this.#reader = new BlockReader(this.#facts.limit)
    this.#mark = undefined
    this.#stopComparing()
    this.#tellUnverified()
    if (sequel === undefined || (this.#gave && this.#lastEventId === '')) this.#giveUp(error)
    else
      sequel.ask(this.#lastEventId, error).then(
        next => this.#goOn(next),
        (reason: unknown) => this.#giveUp(reason instanceof Error ? reason : error),
      )
  }

  #goOn(next: Source | undefined): void {
    if (this.#over) {
      next?.body.discard()
      return
    }
    if (next === undefined) {
      this.end()
      return
    }
    this.#mark = new LeadingMark()
    const {limit, clock} = this.#facts
    this.#beginning = new Beginning(this.#tail.digests, limit, clock, () => this.#endComparing())
    this.#skipped = 0
    this.#untold = true
    this.drained(() => this.#follow(next))
  }

  #follow(source: Source): void {
    const {idleTimeout, wheel} = this.#facts
    this.#source = undefined
    if (idleTimeout > 0) wheel.arm(this, wheel.ticks(idleTimeout))
    this.#heard = wheel.tick
    this.#leg = new Leg(this, source)
    this.#leg.begin()
  }

  /** A mark of the first stream stays. */
  #withoutMark(mark: LeadingMark, chunk: Uint8Array): Uint8Array | undefined {
    const rest = mark.push(chunk)
    if (rest === undefined) return undefined
    this.#mark = undefined
    const isFirst = this.#beginning === undefined && !this.#untold
    if (isFirst && mark.held.length === BYTE_ORDER_MARK.length) this.#give(BYTE_ORDER_MARK)
    return rest
  }

  #readAll(reader: BlockReader): void {
    while (reader.next()) this.#note(reader)
    this.#give(reader.take())
  }

  #readOneByOne(reader: BlockReader): void {
    while (!this.#over && reader.next()) this.#place(reader, reader.take())
  }

  #place(block: BlockFacts, bytes: Uint8Array): void {
    const place = this.#beginning?.place(block, bytes) ?? 'over'
    if (place === 'kept') return
    if (place === 'over') this.#endComparing()
    if (!this.#over) this.#giveBlock(block, bytes)
  }

  /** From now on every event is a new one; so are those that were held. */
  #endComparing(): void {
    for (const {facts, bytes} of this.#stopComparing()) if (!this.#over) this.#giveBlock(facts, bytes)
  }

  #stopComparing(): readonly HeldBlock[] {
    const beginning = this.#beginning
    if (beginning === undefined) return []
    this.#skipped = beginning.skipped
    this.#beginning = undefined
    return beginning.stop()
  }

  #giveBlock(block: BlockFacts, bytes: Uint8Array): void {
    const {sequel} = this.#facts
    if (this.#untold && sequel && isCompared(block)) {
      sequel.wentOn()
      if (block.id !== undefined || sequel.order === 'none') this.#tell(sequel, block.id ?? '')
      if (this.#over) return
    }
    this.#note(block)
    this.#give(bytes)
  }

  #tell(sequel: Sequel, id: string): void {
    this.#untold = false
    const wholeness = wholenessOf(sequel.order, this.#lastEventId, id)
    sequel.tell(wholeness, this.#skipped)
    if (wholeness !== 'gap') return
    if (sequel.gap === 'event') this.#speak(gapEvent(this.#lastEventId, id))
    else if (sequel.gap === 'end') {
      const client = this.#client
      this.#facts.exchange.notes.lost = true
      this.#close()
      client?.end()
    }
  }

  #tellUnverified(): void {
    if (this.#untold) this.#facts.sequel?.tell('unverified', this.#skipped)
    this.#untold = false
  }

  #note(block: BlockFacts): void {
    if (block.id !== undefined) this.#lastEventId = block.id
    else if (!block.hasData) return
    this.#gave = true
    if (this.#facts.sequel) this.#tail.add(block.digest)
  }

  /** An event of the gateway's own: what filters say of events is about those of the service. */
  #speak(bytes: Uint8Array): void {
    const aside = this.#client?.aside
    if (aside) aside.give(bytes)
    else this.#give(bytes)
  }

  #give(bytes: Uint8Array): void {
    if (bytes.length > 0 && this.#client?.write(bytes) === false) this.#full = true
  }

  /** The stream is over before its end. */
  #giveUp(error: Error): void {
    const client = this.#client
    if (this.#over) return
    this.#facts.exchange.notes.lost = true
    if (this.#facts.farewell) this.#speak(this.#facts.farewell)
    this.#close()
    if (this.#facts.farewell) client?.end()
    else client?.fail(error)
  }

  /** Nothing of it is left anywhere. */
  #close(): void {
    if (this.#over) return
    this.#over = true
    this.#client = undefined
    this.#leg?.stop()
    this.#leg = undefined
    this.#stopComparing()
    this.#tellUnverified()
    this.#facts.wheel.disarm(this)
    this.#ungone?.()
    this.#ungone = undefined
  }
}
