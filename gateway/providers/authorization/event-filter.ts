import {GatewayError} from '../../common/errors.js'
import type {Body, Sink} from '../../http/body.js'
import {isEventStream, valueOf} from '../../http/headers.js'
import type {GatewayResponse} from '../../pipeline/exchange.js'
import {BlockReader} from '../../sse/block-reader.js'
import {LeadingMark} from '../../sse/leading-mark.js'
import {type ReadEvent, readEvent} from '../../sse/read-event.js'

/** Bytes of an event that can be judged; a stream with a longer one is broken off. */
const LONGEST = 1024 * 1024

/**
 * An event stream without the events that its reader may not see. Of one that has an ID, that is handed on alone, so that
 * a reader who comes back comes back behind it. Other answers are as they were. Throws GatewayError 502 for a stream that is compressed.
 */
export function withoutEvents(response: GatewayResponse, maySee: (event: ReadEvent) => boolean): GatewayResponse {
  const {headers, body} = response
  if (!isEventStream(valueOf(headers, 'content-type'))) return response
  const encoding = valueOf(headers, 'content-encoding')
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity')
    throw new GatewayError(502, 'events-compressed', 'The events of this service cannot be read.')
  const own: Body = {flow: into => body.flow(new EventSink(into, maySee)), discard: () => body.discard()}
  return {...response, body: own}
}

/** Scope: one stream. */
class EventSink implements Sink {
  readonly #into: Sink
  readonly #maySee: (event: ReadEvent) => boolean
  readonly #reader = new BlockReader(LONGEST)
  #mark: LeadingMark | undefined = new LeadingMark()
  #failed = false

  constructor(into: Sink, maySee: (event: ReadEvent) => boolean) {
    this.#into = into
    this.#maySee = maySee
  }

  get waiting(): number {
    return this.#into.waiting ?? 0
  }

  write(chunk: Uint8Array): boolean {
    const bytes = this.#mark ? this.#mark.push(chunk) : chunk
    if (bytes === undefined || this.#failed) return true
    this.#mark = undefined
    const seen = this.#seenOf(bytes)
    if (this.#reader.tooLong) this.fail(new Error('an event is too long to be judged'))
    return (
      seen.length === 0 ||
      this.#failed ||
      this.#into.write(seen.length === 1 ? (seen[0] ?? bytes) : Buffer.concat(seen))
    )
  }

  drained(again: () => void): void {
    this.#into.drained(again)
  }

  /** What is not whole at the end is an event to nobody. */
  end(trailers?: readonly string[]): void {
    if (!this.#failed) this.#into.end(trailers)
  }

  fail(error: Error): void {
    if (!this.#failed) this.#into.fail(error)
    this.#failed = true
  }

  #seenOf(bytes: Uint8Array): readonly Uint8Array[] {
    const reader = this.#reader
    const seen: Uint8Array[] = []
    reader.feed(bytes)
    while (reader.next()) {
      const block = reader.take()
      if (!reader.hasData || this.#maySee(readEvent(block))) seen.push(block)
      else if (reader.id !== undefined) seen.push(Buffer.from(`id: ${reader.id}\n\n`, 'latin1'))
    }
    reader.keep()
    return seen
  }
}
