import type {Clock} from '../common/clock.js'
import type {Exchange} from '../pipeline/exchange.js'
import {Admission} from './admission.js'
import {Comeback} from './comeback.js'
import {Figures, type FiguresRecord} from './figures.js'
import {Places} from './places.js'
import {type RefusedCode, RefusedError} from './refused-error.js'
import {type ResumeRecord, Resumes} from './resumes.js'
import {RightsWatch} from './rights-watch.js'
import {ServiceLines} from './service-lines.js'
import type {StreamEnd, StreamRecord} from './stream-record.js'
import {TimerWheel} from './timer-wheel.js'

/** A stream that can be looked at and ended from outside. */
export interface OpenStream {
  /** As its dispatch got it. */
  readonly exchange: Exchange
  /** Its client will come back for the rest. */
  readonly returnable: boolean
  /**
   * Ends it between two events, once `ms` have passed and its client will come back for the rest, which it is
   * told to do `retry` ms later. Of several such times the first holds.
   */
  endAfter(ms: number, retry: number, why: StreamEnd): void
  /** Breaks it off, if it is still open when `ms` have passed. */
  breakAfter(ms: number, why: StreamEnd): void
  /** Breaks it off. */
  breakOff(why: StreamEnd): void
  record(): StreamRecord
}

/** Milliseconds after which a client comes back whose stream was ended: at least, and how much more by chance. */
const RETRY_LEAST = 500
const RETRY_SPREAD = 2500

/** Milliseconds that a stream which must end has for the event in its middle. */
const PATIENCE = 800

/** All event streams on their way to clients, and the wheel that looks after them. Scope: process. */
export class OpenStreams {
  readonly wheel: TimerWheel
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number
  /** Of streams that go on, to endpoints. */
  readonly admission = new Admission()
  /** Of requests, to services. */
  readonly lines: ServiceLines
  readonly resumes: Resumes
  readonly figures = new Figures()
  readonly clock: Clock
  readonly #places: Places
  readonly #comeback: Comeback
  readonly #open = new Map<number, OpenStream>()
  readonly #rights = new Map<number, RightsWatch>()
  #lastId = 0
  #deadline: number | undefined
  #drained: (() => void) | undefined
  /** Told of each stream that begins. */
  began: (stream: OpenStream) => void = () => {}

  constructor(
    clock: Clock,
    random: () => number = Math.random,
    tellResume: (record: ResumeRecord) => void = () => {},
    places: Places = new Places(clock),
  ) {
    this.clock = clock
    this.random = random
    this.resumes = new Resumes(this.figures, tellResume)
    this.#places = places
    this.#comeback = new Comeback(clock, random)
    this.lines = new ServiceLines(clock)
    this.wheel = new TimerWheel(clock)
  }

  /** How many there are. */
  get count(): number {
    return this.#open.size
  }

  /** Takes a place for a stream that may begin; throws and counts what `Places` refuses. */
  admit(exchange: Exchange, ofService: number): void {
    this.#throw(exchange, this.#places.take(exchange, ofService))
  }

  /** Throws and counts what `admit` would, as far as it is known who asks. */
  check(exchange: Exchange, ofService: number): void {
    this.#throw(exchange, this.#places.check(exchange, ofService))
  }

  /** Whether there may be too many. */
  isCapped(ofService: number): boolean {
    return this.#places.isLimited(ofService)
  }

  /** A refusal, counted. */
  refused({notes}: Exchange, status: number, code: RefusedCode, message: string): RefusedError {
    this.figures.of(notes).refuse(code)
    return new RefusedError(status, code, message, this.#comeback.next())
  }

  /** That of a service which has its line full, or lets one wait in it for too long. */
  tooBusy(exchange: Exchange): RefusedError {
    return this.refused(exchange, 503, 'service-busy', 'The service has too much to do.')
  }

  /** Thrown once: each time costs as much as writing the answer. */
  #throw({notes}: Exchange, refusal: RefusedError | undefined): void {
    if (refusal === undefined) return
    this.figures.of(notes).refuse(refusal.code)
    throw refusal
  }

  /** What became of all streams since the start, by service and endpoint. */
  figureRecords(): FiguresRecord[] {
    return this.figures.records(this.records())
  }

  /** How streams ended. */
  get ends(): Readonly<Record<StreamEnd, number>> {
    return this.figures.ends
  }

  /** Those that are open, the oldest first. */
  get all(): readonly OpenStream[] {
    return [...this.#open.values()]
  }

  /** The same, as they are told. */
  records(): StreamRecord[] {
    return this.all.map(stream => stream.record())
  }

  /** The stream of that ID, while it is open. */
  record(id: number): StreamRecord | undefined {
    return this.#open.get(id)?.record()
  }

  /** Takes a stream that begins in, and gives it an ID. One that begins while others are drained ends with them; `expiresAt`: when its client's rights end, in ms since 1970. */
  add(stream: OpenStream, expiresAt?: number): number {
    const id = ++this.#lastId
    this.#open.set(id, stream)
    if (expiresAt !== undefined) this.#rights.set(id, new RightsWatch(stream, expiresAt, this.clock, this.wheel))
    if (this.#deadline !== undefined) {
      const left = Math.max(0, this.#deadline - this.clock.now())
      this.#end(stream, left * this.random(), 'drain')
      stream.breakAfter(left, 'drain')
    }
    this.began(stream)
    return id
  }

  /** Forgets a stream that is over. */
  delete(id: number): void {
    this.#open.delete(id)
    const rights = this.#rights.get(id)
    if (rights !== undefined) this.wheel.disarm(rights)
    this.#rights.delete(id)
    if (this.#open.size === 0) this.#drained?.()
  }

  /**
   * Ends a stream: between two events, within a second, when its client will come back for the rest;
   * else it is broken off.
   */
  endNow(stream: OpenStream, why: StreamEnd): 'between-events' | 'broken-off' {
    if (!stream.returnable) {
      stream.breakOff(why)
      return 'broken-off'
    }
    this.#end(stream, 0, why)
    stream.breakAfter(PATIENCE, why)
    return 'between-events'
  }

  /** The same for the stream of that ID. Undefined: there is none. */
  end(id: number): 'between-events' | 'broken-off' | undefined {
    const stream = this.#open.get(id)
    return stream && this.endNow(stream, 'operator')
  }

  /** Ends streams between two events, spread evenly over `ms`; those whose clients will not come back run on. */
  move(streams: readonly OpenStream[], ms: number): void {
    // Apart, since others may turn returnable until their time has come.
    for (const returnable of [true, false]) {
      const some = streams.filter(stream => stream.returnable === returnable)
      for (const [i, stream] of some.entries()) this.#end(stream, (ms * i) / some.length, 'drain')
    }
  }

  /** The same; what is left of them after `ms` is broken off. */
  retire(streams: readonly OpenStream[], ms: number): void {
    // The last one, too, has time for the event in its middle.
    this.move(streams, ms - Math.min(PATIENCE, ms / 10))
    for (const stream of streams) stream.breakAfter(Math.max(ms, PATIENCE), 'drain')
  }

  /** Retires all of them, and those that begin meanwhile. Resolves when none is left. */
  drain(ms: number): Promise<void> {
    this.#deadline = this.clock.now() + ms
    if (this.#open.size === 0) return Promise.resolve()
    this.retire(this.all, ms)
    return new Promise(resolve => {
      this.#drained = resolve
    })
  }

  #end(stream: OpenStream, ms: number, why: StreamEnd): void {
    stream.endAfter(ms, Math.round(RETRY_LEAST + RETRY_SPREAD * this.random()), why)
  }
}
