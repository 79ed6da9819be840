import {valueOf} from '../http/headers.js'
import type {Exchange, ExchangeNotes} from '../pipeline/exchange.js'
import {EventCount} from '../sse/event-count.js'
import {Seam} from '../sse/seam.js'
import type {EndpointFigures} from './figures.js'
import type {OpenStreams} from './open-streams.js'
import type {StreamEnd} from './stream-record.js'

/** Follows and counts what passes in a stream: for its record, and for the figures of the endpoint that sends it. Scope: one stream. */
export class Tally {
  readonly count: EventCount
  /** Bytes given to the client. */
  given = 0
  /** When it began to flow, in milliseconds by the clock. */
  #began = 0
  readonly #streams: OpenStreams
  readonly #notes: ExchangeNotes
  #figures: EndpointFigures
  /** Where the gateway has just put lines of its own. */
  #seam: Seam | undefined
  /** Tick of the last event; 0: there was none. */
  #eventAt = 0

  constructor(streams: OpenStreams, {notes, request}: Exchange) {
    this.count = new EventCount(valueOf(request.headers, 'last-event-id') ?? '')
    this.#streams = streams
    this.#notes = notes
    this.#figures = streams.figures.of(notes)
  }

  begin(): void {
    this.#began = this.#streams.clock.now()
    this.figures.begun++
  }

  /** When it began to flow, in milliseconds since 1970. */
  get since(): number {
    const {clock} = this.#streams
    return clock.date() - (clock.now() - this.#began)
  }

  /** Figures of the endpoint that sends it now: a stream that went on has another. */
  get figures(): EndpointFigures {
    const known = this.#figures
    if (known.place.endpoint === this.#notes.endpoint) return known
    this.#figures = this.#streams.figures.of(this.#notes)
    return this.#figures
  }

  /** Bytes of the service go to the client. */
  pass(chunk: Uint8Array): void {
    const {figures} = this
    const {length} = chunk
    this.given += length
    figures.bytesIn += length
    figures.bytesOut += length
    const events = this.count.push(chunk)
    if (events > 0) this.#passEvents(events, figures)
  }

  #passEvents(events: number, figures: EndpointFigures): void {
    const {tick} = this.#streams.wheel
    figures.eventsIn += events
    figures.eventsOut += events
    if (this.#eventAt === 0) figures.firstEvent.add(this.#streams.clock.now() - this.#began)
    else figures.gap.add(this.#streams.wheel.ms(tick - this.#eventAt))
    if (events > 1) figures.gap.add(0, events - 1)
    this.#eventAt = tick
  }

  /** Bytes of the gateway's own go to the client, `among` those of the service or past them. */
  add(bytes: Uint8Array, among: boolean): void {
    const {position} = this.count
    if (among && Seam.at(position)) this.#seam ??= new Seam(position)
    this.given += bytes.length
    this.figures.bytesOut += bytes.length
  }

  /** Some of the service's next bytes may have to go. */
  get hasSeam(): boolean {
    return this.#seam !== undefined
  }

  /** Bytes that may be those of a byte order mark: while there are any, it is open where the stream stands. */
  get held(): Uint8Array {
    return this.#seam?.held ?? NOTHING
  }

  /** What stays of a chunk behind lines of the gateway's own. */
  pastSeam(chunk: Uint8Array): Uint8Array {
    const rest = this.#seam?.take(chunk, this.count) ?? chunk
    if (this.#seam?.open === false) this.#seam = undefined
    return rest
  }

  end(why: StreamEnd): void {
    this.figures.ends[why]++
  }
}

const NOTHING = new Uint8Array()
