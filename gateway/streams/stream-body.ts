import type {Body, Sink} from '../http/body.js'
import type {Headers} from '../http/headers.js'
import type {StreamPolicy} from '../pipeline/dispatch-plan.js'
import type {Exchange} from '../pipeline/exchange.js'
import {
  BETWEEN_EVENTS,
  isAfterCr,
  isBetweenEvents,
  isBetweenLines,
  STREAM_START,
  untilBetweenEvents,
} from '../sse/event-boundary.js'
import {LeadingMark} from '../sse/leading-mark.js'
import {ClientWatch} from './client-watch.js'
import type {OpenStream, OpenStreams} from './open-streams.js'
import {recordOf, type StreamEnd, type StreamRecord} from './stream-record.js'
import {Tally} from './tally.js'
import type {Spoke, TimerWheel} from './timer-wheel.js'

/** What is known of a stream when it begins. */
export interface StreamFacts {
  readonly policy: StreamPolicy
  /** Bytes may be added: its length is not told, and it is not compressed. */
  readonly extensible: boolean
  /** The client will come back for the rest, whether it is given an id or not. */
  readonly returnable: boolean
  /** The client will come back once it is given an id. */
  readonly returnsById: boolean
  readonly exchange: Exchange
}

const KEEPALIVE_EVENT = Buffer.from(':keepalive\n\n')
const KEEPALIVE_LINE = Buffer.from(':keepalive\n')

/** How long the LF of a CR may keep us waiting, in ms. */
const LF_WAIT = 50
/** Ticks until one without anything to watch is visited: while there is one the wheel tells the time. */
const RARELY = 512

/** What makes the next chunk an unusual one; a set of bits. */
const HOLDS_MARK = 1
const SWALLOWS_LF = 2
const ENDING = 4
const OVER = 8

/**
 * An event stream on its way to its client. Bytes pass as they are; where it stands is followed, so
 * that what the gateway adds (retry, keepalive) and where it ends a stream are legal. One object and
 * no timer a stream, and a chunk costs a handful of operations. Scope: one stream.
 */
export class StreamBody implements Body, Sink, Spoke, OpenStream {
  wheelNext: Spoke | undefined
  wheelBefore: Spoke | undefined
  #source: Body | undefined
  #client: Sink | undefined
  readonly #tally: Tally
  readonly #facts: StreamFacts
  readonly #streams: OpenStreams
  #id = 0
  #unusual = 0
  #mark: LeadingMark | undefined
  /** The client takes no more for now. */
  #full = false
  /** Ticks of the wheel; 0: not. */
  #received = 0
  #added = 0
  readonly #watch = new ClientWatch()
  #endAt = 0
  #endRetry = 0
  /** Why it ends when it does so between two events. */
  #why: StreamEnd = 'timeout'

  constructor(source: Body, facts: StreamFacts, streams: OpenStreams) {
    this.#source = source
    this.#facts = facts
    this.#streams = streams
    this.#tally = new Tally(streams, facts.exchange)
  }

  get returnable(): boolean {
    const {returnable, returnsById} = this.#facts
    return returnable || (returnsById && this.#tally.count.lastEventId !== '')
  }

  record(): StreamRecord {
    return recordOf(this.#facts.exchange, {
      id: this.#id,
      tally: this.#tally,
      returnable: this.returnable,
      full: this.#full,
      ending: this.#endRetry > 0 || (this.#unusual & ENDING) !== 0,
    })
  }

  discard(): void {
    this.#source?.discard()
    this.#source = undefined
  }

  flow(into: Sink): void {
    const {policy, exchange, extensible} = this.#facts
    const {wheel} = this.#streams
    const source = this.#source
    this.#source = undefined
    this.#client = into
    wheel.arm(this, 1)
    this.#tally.begin()
    this.#id = this.#streams.add(this, exchange.principal?.expiresAt)
    this.#received = wheel.tick
    if (policy.maxDuration > 0) this.#endAt = wheel.tick + wheel.ticks(policy.maxDuration)
    exchange.gone.on(() => this.#close('client'))
    if (policy.retry > 0 && extensible) this.#add(Buffer.from(`retry: ${policy.retry}\n\n`))
    source?.flow(this)
  }

  write(chunk: Uint8Array): boolean {
    if (this.#unusual !== 0) return this.#writeUnusual(chunk)
    return this.#pass(chunk)
  }

  #pass(chunk: Uint8Array): boolean {
    this.#tally.pass(chunk)
    this.#received = this.#streams.wheel.tick
    if (this.#client?.write(chunk) === true) return true
    this.#full = true
    return false
  }

  drained(again: () => void): void {
    if (!this.#full) {
      if ((this.#unusual & OVER) === 0) again()
      return
    }
    this.#client?.drained(() => {
      this.#full = false
      this.#received = this.#streams.wheel.tick
      again()
    })
  }

  end(trailers?: Headers): void {
    const client = this.#client
    if ((this.#unusual & OVER) !== 0) return
    if (this.#mark && this.#mark.held.length > 0) client?.write(this.#mark.held)
    this.#close(this.#facts.exchange.notes.lost ? 'loss' : 'service')
    client?.end(trailers)
  }

  fail(error: Error): void {
    const client = this.#client
    if ((this.#unusual & OVER) !== 0) return
    this.#close('loss')
    client?.fail(error)
  }

  breakOff(why: StreamEnd): void {
    const client = this.#client
    this.#close(why)
    client?.fail(new Error(`the stream ends: ${why}`))
  }

  endAfter(ms: number, retry: number, why: StreamEnd): void {
    const {wheel} = this.#streams
    this.#why = why
    this.#endAt = wheel.tick + wheel.ticks(ms)
    this.#endRetry = retry
    wheel.arm(this, wheel.ticks(ms))
  }

  visit(tick: number): number {
    const {policy} = this.#facts
    const {wheel} = this.#streams
    const next = Math.min(
      this.#watchClient(policy.writeTimeout, tick, wheel),
      this.#watchService(policy.idleTimeout, tick, wheel),
      this.#watchEnd(tick),
      this.#keepAlive(policy.keepaliveInterval, tick, wheel),
    )
    return (this.#unusual & OVER) !== 0 ? 0 : Math.max(1, next)
  }

  /** A client that has bytes waiting and takes none is given up. */
  #watchClient(timeout: number, tick: number, wheel: TimerWheel): number {
    if (timeout <= 0) return RARELY
    const left = this.#watch.look(this.#tally.given, this.#waiting, wheel.ticks(timeout), tick)
    if (left === 0) this.breakOff('slow')
    return left
  }

  /** Bytes that the client has not taken yet; where that is not told, 1 while it is full. */
  get #waiting(): number {
    return this.#client?.waiting ?? (this.#full ? 1 : 0)
  }

  #watchService(timeout: number, tick: number, wheel: TimerWheel): number {
    if (timeout <= 0) return RARELY
    // A service that is not read is not silent.
    if (this.#full) this.#received = tick
    const left = this.#received + wheel.ticks(timeout) - tick
    if (left <= 0) this.fail(new Error('the service was silent for too long'))
    return left
  }

  #watchEnd(tick: number): number {
    if (this.#endAt === 0) return RARELY
    if (tick < this.#endAt) return this.#endAt - tick
    if (this.returnable) this.#endSoon()
    return RARELY
  }

  #endSoon(): void {
    this.#unusual |= ENDING
    if (this.#isBetweenEvents) this.#finish()
  }

  /** Bytes that may be those of a byte order mark are not between events. */
  get #isBetweenEvents(): boolean {
    return isBetweenEvents(this.#tally.count.position) && !this.#mark?.held.length
  }

  #finish(): void {
    const client = this.#client
    if (this.#endRetry > 0) this.#add(Buffer.from(`retry: ${this.#endRetry}\n\n`))
    this.#close(this.#why)
    client?.end()
  }

  #keepAlive(interval: number, tick: number, wheel: TimerWheel): number {
    if (interval <= 0 || !this.#facts.extensible || (this.#unusual & OVER) !== 0) return RARELY
    const limit = wheel.ticks(interval)
    const left = Math.max(this.#received, this.#added) + limit - tick
    if (left > 0) return left
    if (isAfterCr(this.#tally.count.position) && tick - this.#received <= wheel.ticks(LF_WAIT)) return 1
    if (this.#waiting > 0) return limit
    if (this.#isBetweenEvents) this.#addKeepalive(KEEPALIVE_EVENT)
    else if (isBetweenLines(this.#tally.count.position)) this.#addKeepalive(KEEPALIVE_LINE)
    return limit
  }

  #addKeepalive(lines: Uint8Array): void {
    this.#tally.figures.keepalives++
    this.#add(lines)
  }

  /** Whole lines of the gateway's own, where they may stand. The LF that may still belong to a CR before them must not come after. */
  #add(lines: Uint8Array): void {
    if (this.#tally.count.position === STREAM_START) {
      this.#unusual |= HOLDS_MARK
      this.#mark ??= new LeadingMark()
    } else if (isAfterCr(this.#tally.count.position)) this.#unusual |= SWALLOWS_LF
    this.#added = this.#streams.wheel.tick
    this.#tally.add(lines)
    this.#client?.write(lines)
  }

  #writeUnusual(chunk: Uint8Array): boolean {
    if ((this.#unusual & OVER) !== 0 || chunk.length === 0) return (this.#unusual & OVER) === 0
    this.#received = this.#streams.wheel.tick
    let rest = chunk
    if ((this.#unusual & SWALLOWS_LF) !== 0) rest = this.#withoutLf(rest)
    if (this.#mark) rest = this.#withoutMark(this.#mark, rest)
    if (rest.length === 0) return true
    return (this.#unusual & ENDING) === 0 ? this.#pass(rest) : this.#passLast(rest)
  }

  #withoutLf(chunk: Uint8Array): Uint8Array {
    this.#unusual &= ~SWALLOWS_LF
    if (chunk[0] !== 10) return chunk
    this.#tally.count.push(chunk.subarray(0, 1))
    return chunk.subarray(1)
  }

  /** Empty while it is open whether a byte order mark comes. */
  #withoutMark(mark: LeadingMark, chunk: Uint8Array): Uint8Array {
    const rest = mark.push(chunk)
    if (rest === undefined) return chunk.subarray(0, 0)
    this.#unusual &= ~HOLDS_MARK
    this.#mark = undefined
    this.#tally.count.position = BETWEEN_EVENTS
    return rest
  }

  #passLast(chunk: Uint8Array): boolean {
    const length = untilBetweenEvents(this.#tally.count.position, chunk)
    if (length < 0) return this.#pass(chunk)
    this.#pass(chunk.subarray(0, length))
    this.#finish()
    return false
  }

  /** Nothing of it is left anywhere. */
  #close(why: StreamEnd): void {
    if ((this.#unusual & OVER) !== 0) return
    this.#unusual |= OVER
    this.#client = undefined
    this.#streams.wheel.disarm(this)
    this.#streams.delete(this.#id)
    this.#tally.end(why)
  }
}
