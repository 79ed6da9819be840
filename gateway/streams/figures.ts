import type {ExchangeNotes} from '../pipeline/exchange.js'
import {Histogram, type HistogramRecord} from './histogram.js'
import type {RefusedCode} from './refused-error.js'
import type {ResumeOutcome} from './resumes.js'
import {noEnds, type StreamEnd} from './stream-record.js'

/** Where streams belong. */
export type Place = Pick<ExchangeNotes, 'topology' | 'service' | 'endpoint'>

/** What became of the streams of one endpoint of a service, as it is told; counted since the start. */
export interface FiguresRecord extends Place {
  /** Open now. */
  readonly open: number
  /** Begun; one that went on elsewhere counts where it began. */
  readonly begun: number
  /** `in`: sent by the service; `out`: given to clients. Events that came again after a loss are only in. */
  readonly events: {readonly in: number; readonly out: number}
  /** The same. Keepalive and `retry:` of the gateway are only out; what a loss cut off or repeated is in neither. */
  readonly bytes: {readonly in: number; readonly out: number}
  /** Milliseconds from a request being sent to its response head. */
  readonly head: HistogramRecord
  /** Milliseconds from the response head to the first event. */
  readonly firstEvent: HistogramRecord
  /** Milliseconds between two events of a stream, to the 50 that the streams' wheel tells apart. */
  readonly gap: HistogramRecord
  readonly keepalives: number
  /** Requests and lost streams that were sent elsewhere because this endpoint failed them before a head. */
  readonly failovers: number
  /** Requests that got a failure that will pass instead of a stream, however they were told, and all that there was no room for. */
  readonly refusals: number
  /** Those that there was no room for. */
  readonly noRoom: Readonly<Record<RefusedCode, number>>
  /** What became of lost streams that were to go on here. */
  readonly resumes: Readonly<Record<ResumeOutcome, number>>
  readonly ends: Readonly<Record<StreamEnd, number>>
}

/** The same while it is counted. Scope: process. */
export class EndpointFigures {
  begun = 0
  eventsIn = 0
  eventsOut = 0
  bytesIn = 0
  bytesOut = 0
  keepalives = 0
  failovers = 0
  refusals = 0
  readonly place: Place
  readonly head = new Histogram()
  readonly firstEvent = new Histogram()
  readonly gap = new Histogram()
  readonly resumes: Record<ResumeOutcome, number> = {whole: 0, unverified: 0, gap: 0, answered: 0, failed: 0}
  readonly noRoom: Record<RefusedCode, number> = {'streams-full': 0, 'service-busy': 0, 'gateway-busy': 0}
  readonly ends = noEnds()

  constructor({topology, service, endpoint}: Place) {
    this.place = {topology, service, endpoint}
  }

  refuse(code: RefusedCode): void {
    this.refusals++
    this.noRoom[code]++
  }

  record(open: number): FiguresRecord {
    const {begun, keepalives, failovers, refusals, resumes, ends} = this
    return {
      ...this.place,
      open,
      begun,
      events: {in: this.eventsIn, out: this.eventsOut},
      bytes: {in: this.bytesIn, out: this.bytesOut},
      head: this.head.record(),
      firstEvent: this.firstEvent.record(),
      gap: this.gap.record(),
      keepalives,
      failovers,
      refusals,
      noRoom: {...this.noRoom},
      resumes: {...resumes},
      ends: {...ends},
    }
  }
}

/** What became of streams, by service and endpoint. There are as many as configurations have named. Scope: process. */
export class Figures {
  readonly #all = new Map<string, EndpointFigures>()

  /** Those of a place. */
  of(place: Place): EndpointFigures {
    const key = keyOf(place)
    const known = this.#all.get(key)
    if (known) return known
    const figures = new EndpointFigures(place)
    this.#all.set(key, figures)
    return figures
  }

  /** How streams ended, at all places. */
  get ends(): Readonly<Record<StreamEnd, number>> {
    const sum = noEnds()
    for (const {ends} of this.#all.values()) for (const why of Object.keys(sum) as StreamEnd[]) sum[why] += ends[why]
    return sum
  }

  /** All of them, given where each open stream is. */
  records(open: readonly Place[]): FiguresRecord[] {
    const counts = new Map<string, number>()
    for (const place of open) counts.set(keyOf(place), (counts.get(keyOf(place)) ?? 0) + 1)
    return Array.from(this.#all, ([key, figures]) => figures.record(counts.get(key) ?? 0))
  }
}

const keyOf = ({topology, service, endpoint}: Place) => `${topology} ${service} ${endpoint}`
