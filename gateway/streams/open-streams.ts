import type {Clock} from '../common/clock.js'
import type {Exchange} from '../pipeline/exchange.js'
import {Admission} from './admission.js'
import {Figures, type FiguresRecord} from './figures.js'
import {Places} from './places.js'
import {type ResumeRecord, Resumes} from './resumes.js'
import {RightsWatch} from './rights-watch.js'
import type {StreamEnd, StreamRecord} from './stream-record.js'
import {TimerWheel} from './timer-wheel.js'

/** A stream that can be looked at and ended from outside. */
export interface OpenStream {
  /** Its client will come back for the rest. */
  readonly returnable: boolean
  /** Ends it between two events, once `ms` have passed; its client is told to come back `retry` ms later. */
  endAfter(ms: number, retry: number, why: StreamEnd): void
  /** Breaks it off. */
  breakOff(why: StreamEnd): void
  record(): StreamRecord
}

/** Milliseconds after which a client comes back whose stream was ended: at least, and how much more by chance. */
const RETRY_LEAST = 500
const RETRY_SPREAD = 2500

/** All event streams on their way to clients, and the wheel that looks after them. Scope: process. */
export class OpenStreams {
  readonly wheel: TimerWheel
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number
  /** Of streams that go on, to endpoints. */
  readonly admission = new Admission()
  readonly resumes: Resumes
  readonly figures = new Figures()
  readonly clock: Clock
  readonly #places: Places
  readonly #open = new Map<number, OpenStream>()
  readonly #rights = new Map<number, RightsWatch>()
  #lastId = 0
  #deadline: number | undefined
  #drained: (() => void) | undefined

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
    this.wheel = new TimerWheel(clock)
  }

  /** How many there are. */
  get count(): number {
    return this.#open.size
  }

  /** Takes a place for a stream that may begin; throws and counts what `Places` refuses. */
  admit(exchange: Exchange, ofService: number): void {
    try {
      this.#places.take(exchange, ofService)
    } catch (error) {
      this.figures.of(exchange.notes).refusals++
      throw error
    }
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
  records(): StreamRecord[] {
    return Array.from(this.#open.values(), stream => stream.record())
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
    if (this.#deadline !== undefined && stream.returnable)
      this.#end(stream, Math.max(0, this.#deadline - this.clock.now()) * this.random(), 'drain')
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
   * Ends a stream: between two events when its client will come back for the rest, else it is broken
   * off. Undefined: there is no such stream.
   */
  end(id: number): 'between-events' | 'broken-off' | undefined {
    const stream = this.#open.get(id)
    if (stream === undefined) return undefined
    if (stream.returnable) {
      this.#end(stream, 0, 'operator')
      return 'between-events'
    }
    stream.breakOff('operator')
    return 'broken-off'
  }

  /**
   * Ends returnable streams between two events, spread evenly over `ms`, and breaks off at the
   * deadline what is left. Resolves when none is left.
   */
  drain(ms: number): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve()
    this.#deadline = this.clock.now() + ms
    const returnable = [...this.#open.values()].filter(stream => stream.returnable)
    for (const [i, stream] of returnable.entries()) this.#end(stream, (ms * i) / returnable.length, 'drain')
    return new Promise(resolve => {
      const cancel = this.clock.after(ms, () => this.abort())
      this.#drained = () => {
        cancel()
        resolve()
      }
    })
  }

  /** Breaks off all of them. */
  abort(): void {
    for (const stream of [...this.#open.values()]) stream.breakOff('drain')
  }

  #end(stream: OpenStream, ms: number, why: StreamEnd): void {
    stream.endAfter(ms, Math.round(RETRY_LEAST + RETRY_SPREAD * this.random()), why)
  }
}
