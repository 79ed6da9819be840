import type {Body, Sink} from '../http/body.js'
import type {Headers} from '../http/headers.js'
import {type ChangeEvent, EventTransform} from '../sse/event-transform.js'

/** An event stream whose events are changed or dropped, each as soon as it is whole. It fails for an event longer than the limit. */
export function editedEvents(body: Body, change: ChangeEvent, limit: number): Body {
  return {
    flow: into => body.flow(new EventsSink(into, new EventTransform(change, limit))),
    discard: () => body.discard(),
  }
}

/** Takes the bytes of a stream and gives on its events. Scope: one stream. */
class EventsSink implements Sink {
  readonly #into: Sink
  readonly #transform: EventTransform
  #full = false
  #over = false

  constructor(into: Sink, transform: EventTransform) {
    this.#into = into
    this.#transform = transform
  }

  write(chunk: Uint8Array): boolean {
    if (this.#over) return true
    try {
      this.#give(this.#transform.push(chunk))
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)))
    }
    return !this.#full
  }

  drained(again: () => void): void {
    if (!this.#full) {
      again()
      return
    }
    this.#into.drained(() => {
      this.#full = false
      again()
    })
  }

  end(trailers?: Headers): void {
    if (this.#over) return
    this.#over = true
    this.#give(this.#transform.end())
    this.#into.end(trailers)
  }

  fail(error: Error): void {
    if (this.#over) return
    this.#over = true
    this.#into.fail(error)
  }

  get waiting(): number {
    return this.#into.waiting ?? 0
  }

  #give(bytes: Uint8Array): void {
    if (bytes.length > 0 && !this.#into.write(bytes)) this.#full = true
  }
}
