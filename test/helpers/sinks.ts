import type {Body, Sink} from '../../gateway/http/body.js'
import type {Headers} from '../../gateway/http/headers.js'

/** Takes a body and tells how far it is. Text is Latin-1. */
export class TestSink implements Sink {
  text = ''
  bytes = 0
  trailers: Headers | undefined
  failure: Error | undefined
  /** Resolves when the body ended or failed. */
  readonly done: Promise<void>
  /** Says whether there is room after so many bytes. */
  room: (bytes: number) => boolean = () => true
  #finish: () => void = () => {}
  #again: (() => void) | undefined
  #waiting: (() => void)[] = []

  constructor(body?: Body) {
    this.done = new Promise(resolve => {
      this.#finish = resolve
    })
    body?.flow(this)
  }

  write(chunk: Uint8Array): boolean {
    this.bytes += chunk.length
    this.text += Buffer.from(chunk).toString('latin1')
    this.#changed()
    return this.room(this.bytes)
  }

  drained(again: () => void): void {
    this.#again = again
    this.#changed()
  }

  end(trailers?: Headers): void {
    this.trailers = trailers ?? []
    this.#finish()
    this.#changed()
  }

  fail(error: Error): void {
    this.failure = error
    this.#finish()
    this.#changed()
  }

  /** Whether the writer waits for room. */
  get full(): boolean {
    return this.#again !== undefined
  }

  /** Makes room for everything. */
  open(): void {
    this.room = () => true
    const again = this.#again
    this.#again = undefined
    again?.()
  }

  /** Waits until the function says so, or the body is over. */
  async until(reached: (sink: this) => boolean): Promise<void> {
    while (!reached(this) && this.trailers === undefined && this.failure === undefined)
      await new Promise<void>(resolve => this.#waiting.push(resolve))
  }

  #changed(): void {
    for (const look of this.#waiting.splice(0)) look()
  }
}

/** The whole of a body as text; rejects when it is not whole. */
export async function textOf(body: Body): Promise<string> {
  const sink = new TestSink(body)
  await sink.done
  if (sink.failure) throw sink.failure
  return sink.text
}

/** A body that a test feeds. */
export class FedBody implements Body {
  discarded = false
  /** Resolves with where the bytes go, once the body is wanted. */
  readonly wanted: Promise<Sink>
  /** How often it was asked to flow. */
  flows = 0
  #want: (into: Sink) => void = () => {}

  constructor() {
    this.wanted = new Promise(resolve => {
      this.#want = resolve
    })
  }

  flow(into: Sink): void {
    this.flows++
    this.#want(into)
  }

  discard(): void {
    this.discarded = true
  }
}
