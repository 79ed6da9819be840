import type {Aside, Body, Sink} from '../http/body.js'
import type {Headers} from '../http/headers.js'
import type {Exchange} from '../pipeline/exchange.js'
import {BETWEEN_EVENTS, isAfterCr, isBetweenEvents, untilBetweenEvents} from '../sse/event-boundary.js'
import {keepaliveAt} from '../sse/keepalive.js'
import {ClientWatch} from './client-watch.js'
import {EndPlan} from './end-plan.js'
import type {OpenStream, OpenStreams} from './open-streams.js'
import type {StreamFacts} from './stream-facts.js'
import {recordOf, type StreamEnd, type StreamRecord} from './stream-record.js'
import {Tally} from './tally.js'
import type {Spoke, TimerWheel} from './timer-wheel.js'

/** How long the LF of a CR may keep us waiting, in ms. */
const LF_WAIT = 50
/** Ticks until one without anything to watch is visited: while there is one the wheel tells the time. */
const RARELY = 512

/** How often a stream that is to end is asked whether it has turned returnable, in ms. */
const ID_WAIT = 1000

/** What makes the next chunk an unusual one; a set of bits. */
const HAS_SEAM = 1
const ENDING = 2
const OVER = 4

/**
 * An event stream on its way to its client. Bytes pass as they are; where it stands is followed, so
 * that what the gateway adds (retry, keepalive) and where it ends a stream are legal. One object and
 * no timer a stream, and a chunk costs a handful of operations. Scope: one stream.
 */
export class StreamBody implements Body, Sink, Aside, Spoke, OpenStream {
  wheelNext: Spoke | undefined
  wheelBefore: Spoke | undefined
  #source: Body | undefined
  #client: Sink | undefined
  readonly #tally: Tally
  readonly #facts: StreamFacts
  readonly #streams: OpenStreams
  #id = 0
  #unusual = 0
  /** The client takes no more for now. */
  #full = false
  /** Ticks of the wheel; 0: not. */
  #received = 0
  #added = 0
  readonly #watch = new ClientWatch()
  #plan: EndPlan | undefined
  /** Once its client was given the end: why. */
  #why: StreamEnd = 'service'

  constructor(source: Body, facts: StreamFacts, streams: OpenStreams) {
    this.#source = source
    this.#facts = facts
    this.#streams = streams
    this.#tally = new Tally(streams, facts.exchange)
  }

  get exchange(): Exchange {
    return this.#facts.exchange
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
      ending: (this.#plan?.retry ?? 0) > 0 || (this.#unusual & ENDING) !== 0,
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
    if (policy.maxDuration > 0) this.#planned.end(wheel.tick + wheel.ticks(policy.maxDuration), 0, 'timeout')
    if (policy.routeTimeout > 0) this.#planned.break(wheel.tick + wheel.ticks(policy.routeTimeout), 'timeout')
    exchange.gone.on(() => this.#close((this.#unusual & OVER) === 0 ? 'client' : this.#why))
    if (policy.retry > 0 && extensible) this.give(Buffer.from(`retry: ${policy.retry}\n\n`))
    source?.flow(this)
  }

  write(chunk: Uint8Array): boolean {
    return this.#unusual === 0 ? this.#pass(chunk) : this.#writeUnusual(chunk)
  }

  #pass(chunk: Uint8Array): boolean {
    this.#tally.pass(chunk)
    this.#received = this.#streams.wheel.tick
    if (this.#client?.write(chunk) === true) return true
    const {bufferLimit} = this.#facts.policy
    this.#full = bufferLimit > 0 && (this.#client?.waiting ?? bufferLimit) >= bufferLimit
    return !this.#full
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
    if ((this.#unusual & OVER) !== 0) return
    if (this.#tally.held.length > 0) this.#client?.write(this.#tally.held)
    this.#endClient(this.#facts.exchange.notes.lost ? 'loss' : 'service', trailers)
  }

  fail(error: Error): void {
    const client = this.#client
    if ((this.#unusual & OVER) !== 0) return
    // The transport hears before the stream that the client left, and gives the service up.
    this.#close(this.#facts.exchange.gone.is ? 'client' : 'loss')
    client?.fail(error)
  }

  breakOff(why: StreamEnd): void {
    const client = this.#client
    this.#close(why)
    client?.fail(new Error(`the stream ends: ${why}`))
  }

  endAfter(ms: number, retry: number, why: StreamEnd): void {
    this.#planned.end(this.#tickAfter(ms), retry, why)
  }

  breakAfter(ms: number, why: StreamEnd): void {
    this.#planned.break(this.#tickAfter(ms), why)
  }

  get #planned(): EndPlan {
    this.#plan ??= new EndPlan()
    return this.#plan
  }

  /** At its next visit it finds out what that means. */
  #tickAfter(ms: number): number {
    const {wheel} = this.#streams
    wheel.arm(this, 1)
    return wheel.tick + wheel.ticks(ms)
  }

  visit(tick: number): number {
    const {policy} = this.#facts
    const {wheel} = this.#streams
    this.#closeIfTaken()
    let next = Math.min(this.#watchPlan(tick, wheel), this.#watchClient(policy.writeTimeout, tick, wheel))
    if ((this.#unusual & OVER) === 0)
      next = Math.min(
        next,
        this.#watchService(policy.idleTimeout, tick, wheel),
        this.#keepAlive(policy.keepaliveInterval, tick, wheel),
      )
    return this.#client === undefined ? 0 : Math.max(1, next)
  }

  /** A client that has bytes waiting and takes none is given up. */
  #watchClient(timeout: number, tick: number, wheel: TimerWheel): number {
    if (timeout <= 0) return RARELY
    const left = this.#watch.look(this.given, this.#waiting, wheel.ticks(timeout), tick)
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

  #watchPlan(tick: number, wheel: TimerWheel): number {
    const plan = this.#plan
    if (plan === undefined) return RARELY
    const {endAt, breakAt} = plan
    if (tick >= breakAt) this.breakOff(plan.breakWhy)
    else if (tick < endAt) return Math.min(endAt, breakAt) - tick
    else if ((this.#unusual & OVER) === 0 && this.returnable) this.#endSoon()
    return Math.min(breakAt - tick, wheel.ticks(ID_WAIT))
  }

  #endSoon(): void {
    this.#unusual |= ENDING
    if (isBetweenEvents(this.#tally.count.position) && this.#tally.held.length === 0) this.#finish()
  }

  #finish(): void {
    const {retry, why} = this.#planned
    if (retry > 0) this.give(Buffer.from(`retry: ${retry}\n\n`))
    this.#endClient(why)
  }

  #keepAlive(interval: number, tick: number, wheel: TimerWheel): number {
    if (interval <= 0 || !this.#facts.extensible || this.#client === undefined) return RARELY
    const limit = wheel.ticks(interval)
    // Filters of events give on whole ones.
    const {aside} = this.#client
    const given = this.#watch.quietSince(this.given, this.#received)
    const left = Math.max(given, this.#added) + limit - tick
    if (left > 0) return left
    const position = aside ? BETWEEN_EVENTS : this.#tally.count.position
    if (isAfterCr(position) && tick - this.#received <= wheel.ticks(LF_WAIT)) return 1
    if (this.#waiting > 0) return limit
    const comment = this.#tally.held.length > 0 ? undefined : keepaliveAt(position)
    if (comment) {
      this.#tally.figures.keepalives++
      this.give(comment)
    }
    return limit
  }

  get aside(): Aside {
    return this
  }

  get given(): number {
    return this.#client?.aside?.given ?? this.#tally.given
  }

  /** Whole lines of the gateway's own, where they may stand. */
  give(lines: Uint8Array): void {
    if ((this.#unusual & OVER) !== 0) return
    const aside = this.#client?.aside
    this.#added = this.#streams.wheel.tick
    this.#tally.add(lines, aside === undefined)
    if (this.#tally.hasSeam) this.#unusual |= HAS_SEAM
    if (aside) aside.give(lines)
    else this.#client?.write(lines)
  }

  #writeUnusual(chunk: Uint8Array): boolean {
    if ((this.#unusual & OVER) !== 0 || chunk.length === 0) return (this.#unusual & OVER) === 0
    this.#received = this.#streams.wheel.tick
    const rest = this.#tally.pastSeam(chunk)
    if (!this.#tally.hasSeam) this.#unusual &= ~HAS_SEAM
    if (rest.length === 0) return true
    return (this.#unusual & ENDING) === 0 ? this.#pass(rest) : this.#passLast(rest)
  }

  #passLast(chunk: Uint8Array): boolean {
    const length = untilBetweenEvents(this.#tally.count.position, chunk)
    if (length < 0) return this.#pass(chunk)
    this.#pass(chunk.subarray(0, length))
    this.#finish()
    return false
  }

  /** A client that has not taken everything yet is still looked after. */
  #endClient(why: StreamEnd, trailers?: Headers): void {
    this.#unusual |= OVER
    this.#why = why
    this.#client?.end(trailers)
    this.#closeIfTaken()
  }

  #closeIfTaken(): void {
    if ((this.#unusual & OVER) !== 0 && this.#waiting === 0) this.#close(this.#why)
  }

  /** Nothing of it is left anywhere. */
  #close(why: StreamEnd): void {
    if (this.#client === undefined) return
    this.#unusual |= OVER
    this.#client = undefined
    this.#streams.wheel.disarm(this)
    this.#streams.delete(this.#id)
    this.#tally.end(why)
  }
}
