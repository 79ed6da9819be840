import type {Body, Sink} from './body.js'

/** A body that can be sent more than once, as long as it did not outgrow its limit. */
export interface ReplayableBody {
  /** Whether `open` gives the whole body: nothing of it has flowed, or all that flowed was kept. */
  readonly whole: boolean
  /** The body from its beginning; it fails when that is not whole. What an earlier one flowed into gets nothing more. */
  open(): Body
  /** It is not opened again: what has gone on is forgotten. */
  settle(): void
  /** Lets go of the body. */
  discard(): void
}

/** Keeps the first `limit` bytes of a body as they flow, so that another endpoint can be given them too. */
export function replayable(body: Body, limit: number): ReplayableBody {
  return new Replay(body, limit)
}

interface Reader {
  readonly into: Sink
  /** Index in what is kept of its next chunk. */
  next: number
  full: boolean
}

/** Scope: one exchange. What was kept is the queue from which the latest reader is served. */
class Replay implements ReplayableBody, Sink {
  readonly #body: Body
  readonly #limit: number
  readonly #kept: Uint8Array[] = []
  #bytes = 0
  #flowing = false
  #ended: 'no' | 'well' | Error = 'no'
  #reader: Reader | undefined
  #again: (() => void) | undefined

  constructor(body: Body, limit: number) {
    this.#body = body
    this.#limit = limit
  }

  get whole(): boolean {
    return this.#bytes <= this.#limit
  }

  open(): Body {
    return {flow: into => this.#open(into), discard() {}}
  }

  settle(): void {
    if (!this.#flowing) return
    this.#bytes = Math.max(this.#bytes, this.#limit + 1)
    this.#kept.splice(0, this.#reader?.next ?? 0)
    if (this.#reader) this.#reader.next = 0
  }

  discard(): void {
    this.#reader = undefined
    this.#kept.length = 0
    this.#bytes = Number.POSITIVE_INFINITY
    if (!this.#flowing) this.#body.discard()
    this.#flowing = true
  }

  #open(into: Sink): void {
    if (!this.whole) {
      into.fail(new Error('the body is too large to be sent again'))
      return
    }
    this.#reader = {into, next: 0, full: false}
    if (this.#flowing) this.#pump()
    else {
      this.#flowing = true
      this.#body.flow(this)
    }
  }

  #pump(): void {
    const reader = this.#reader
    if (!reader) return
    while (!reader.full && reader.next < this.#kept.length) this.#give(reader)
    if (!this.whole) this.#kept.splice(0, reader.next)
    if (!this.whole) reader.next = 0
    if (reader.full) return
    if (this.#ended === 'well') reader.into.end()
    else if (this.#ended !== 'no') reader.into.fail(this.#ended)
    const again = this.#again
    this.#again = undefined
    again?.()
  }

  #give(reader: Reader): void {
    const chunk = this.#kept[reader.next++]
    if (chunk === undefined || reader.into.write(chunk)) return
    reader.full = true
    reader.into.drained(() => {
      reader.full = false
      if (reader === this.#reader) this.#pump()
    })
  }

  write(chunk: Uint8Array): boolean {
    if (this.#bytes === Number.POSITIVE_INFINITY) return false
    this.#bytes += chunk.length
    this.#kept.push(chunk)
    this.#pump()
    return this.#reader?.full === false
  }

  drained(again: () => void): void {
    if (this.#reader?.full === false) again()
    else this.#again = again
  }

  end(): void {
    this.#ended = 'well'
    this.#pump()
  }

  fail(error: Error): void {
    this.#ended = error
    this.#pump()
  }
}
