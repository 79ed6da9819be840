import type {Aside, Body, Sink} from '../http/body.js'
import type {Headers} from '../http/headers.js'
import type {ChangeEvent} from '../sse/changed-block.js'
import {EventTransform} from '../sse/event-transform.js'
import type {EditingFailed} from './edited-body.js'

/** An event stream whose events are changed or dropped, each as soon as it is whole. It fails for an event longer than the limit. */
export function editedEvents(body: Body, change: ChangeEvent, limit: number, failed: EditingFailed): Body {
  return {
    flow: into => body.flow(new EventsSink(into, new EventTransform(change, limit), failed)),
    discard: () => body.discard(),
  }
}

/** Takes the bytes of a stream and gives on its events. Scope: one stream. */
class EventsSink implements Sink, Aside {
  readonly #into: Sink
  readonly #transform: EventTransform
  readonly #failed: EditingFailed
  #offset = 0
  #given = 0
  #full = false
  #over = false

  constructor(into: Sink, transform: EventTransform, failed: EditingFailed) {
    this.#into = into
    this.#transform = transform
    this.#failed = failed
  }

  write(chunk: Uint8Array): boolean {
    if (this.#over) return true
    this.#offset += chunk.length
    try {
      this.#give(this.#transform.push(chunk))
    } catch (error) {
      this.#break(error instanceof Error ? error : new Error(String(error)))
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

  get aside(): Aside {
    return this
  }

  get given(): number {
    return this.#into.aside?.given ?? this.#given
  }

  give(lines: Uint8Array): void {
    this.#transform.interrupted()
    if (this.#into.aside) this.#into.aside.give(lines)
    else this.#write(lines)
  }

  #break(error: Error): void {
    this.#failed(error, this.#offset)
    this.fail(error)
  }

  #give(bytes: Uint8Array): void {
    this.#given += bytes.length
    if (bytes.length > 0) this.#write(bytes)
  }

  #write(bytes: Uint8Array): void {
    if (!this.#into.write(bytes)) this.#full = true
  }
}
