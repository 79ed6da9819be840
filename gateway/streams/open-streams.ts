import type {Clock} from '../common/clock.js'
import {Admission} from './admission.js'
import {Places} from './places.js'
import {Resumes} from './resumes.js'
import {TimerWheel} from './timer-wheel.js'

/** A stream that can be ended from outside. */
export interface OpenStream {
  /** Its client will come back for the rest. */
  readonly returnable: boolean
  /** Ends it between two events, once `ms` have passed; its client is told to come back `retry` ms later. */
  endAfter(ms: number, retry: number): void
  /** Breaks it off. */
  fail(error: Error): void
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
  readonly places: Places
  readonly #clock: Clock
  readonly #open = new Set<OpenStream>()
  #deadline: number | undefined
  #drained: (() => void) | undefined

  constructor(
    clock: Clock,
    random: () => number = Math.random,
    resumes: Resumes = new Resumes(),
    places: Places = new Places(clock),
  ) {
    this.#clock = clock
    this.random = random
    this.resumes = resumes
    this.places = places
    this.wheel = new TimerWheel(clock)
  }

  /** How many there are. */
  get count(): number {
    return this.#open.size
  }

  /** Counts a stream that begins. One that begins while others are drained ends with them. */
  add(stream: OpenStream): void {
    this.#open.add(stream)
    if (this.#deadline !== undefined && stream.returnable)
      this.#end(stream, Math.max(0, this.#deadline - this.#clock.now()) * this.random())
  }

  /** Counts a stream no more. */
  delete(stream: OpenStream): void {
    this.#open.delete(stream)
    if (this.#open.size === 0) this.#drained?.()
  }

  /**
   * Ends returnable streams between two events, spread evenly over `ms`, and breaks off at the
   * deadline what is left. Resolves when none is left.
   */
  drain(ms: number): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve()
    this.#deadline = this.#clock.now() + ms
    const returnable = [...this.#open].filter(stream => stream.returnable)
    for (const [i, stream] of returnable.entries()) this.#end(stream, (ms * i) / returnable.length)
    return new Promise(resolve => {
      const cancel = this.#clock.after(ms, () => this.abort())
      this.#drained = () => {
        cancel()
        resolve()
      }
    })
  }

  /** Breaks off all of them. */
  abort(): void {
    for (const stream of [...this.#open]) stream.fail(new Error('the gateway shuts down'))
  }

  #end(stream: OpenStream, ms: number): void {
    stream.endAfter(ms, Math.round(RETRY_LEAST + RETRY_SPREAD * this.random()))
  }
}
