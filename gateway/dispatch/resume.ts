import type {Clock} from '../common/clock.js'
import type {Endpoint} from '../ha/endpoint.js'
import type {EndpointPool} from '../ha/endpoint-pool.js'
import {type Headers, nameTest, without} from '../http/headers.js'
import type {AdmissionPolicy, StreamPolicy} from '../pipeline/dispatch-plan.js'
import {EndpointError} from '../pipeline/endpoint-error.js'
import type {Exchange, GatewayResponse} from '../pipeline/exchange.js'
import {pause} from '../pipeline/pause.js'
import type {ServiceRequest, Transport} from '../pipeline/transport.js'
import type {Wholeness} from '../sse/id-order.js'
import type {OpenStreams} from '../streams/open-streams.js'
import type {ResumeOutcome} from '../streams/resumes.js'
import type {Sequel, Source} from '../streams/sequel.js'
import {isStream, plainBody} from '../streams/stream-response.js'
import {requestLeg} from './leg.js'
import {pastStale} from './past-stale.js'

/** What streams of a route need to go on. */
export interface ResumeParts {
  readonly policy: StreamPolicy
  /** Undefined: the service is asked by as many at a time as its endpoints admit. */
  readonly admission?: AdmissionPolicy | undefined
  readonly pool: EndpointPool
  readonly clock: Clock
  readonly transport: Transport
  readonly streams: OpenStreams
}

/** Milliseconds, at most, before an endpoint is asked that was not asked yet. */
const JITTER = 200
/** Milliseconds between two attempts, at least and at most. */
const SLEEP_LEAST = 50
const SLEEP_MOST = 5000

/** Statuses that the client is to meet itself when it comes back; any other than these and 200 is a failure. */
const ANSWERS: ReadonlySet<number> = new Set([204, 401, 403, 404, 410])

/**
 * How a stream goes on: the next endpoint (or the same one, started again) is asked at once with the
 * last event ID, others after a jitter, all of them again after a pause that grows. Scope: one stream.
 */
export class Resume implements Sequel {
  readonly order: StreamPolicy['idOrder']
  readonly gap: StreamPolicy['gap']
  readonly #parts: ResumeParts
  readonly #exchange: Exchange
  readonly #requestTo: (endpoint: Endpoint) => ServiceRequest
  #endpoint: Endpoint
  #tried: Endpoint[]
  #attempts = 0
  #rounds = 0
  #lost: {readonly from: string; readonly cause: string; readonly at: number} | undefined
  /** Of what was asked last. */
  #ms = 0
  #asked = 0

  constructor(
    parts: ResumeParts,
    exchange: Exchange,
    endpoint: Endpoint,
    requestTo: (endpoint: Endpoint) => ServiceRequest,
  ) {
    this.#parts = parts
    this.#exchange = exchange
    this.#endpoint = endpoint
    this.#requestTo = requestTo
    this.#tried = [endpoint]
    this.order = parts.policy.idOrder
    this.gap = parts.policy.gap
  }

  wentOn(): void {
    this.#attempts = 0
    this.#rounds = 0
    this.#tried = [this.#endpoint]
  }

  tell(outcome: ResumeOutcome | Wholeness, skipped: number): void {
    const {id, notes} = this.#exchange
    const {topology, service, client, user} = notes
    const {from = '', cause = ''} = this.#lost ?? {}
    const to = this.#endpoint.name
    const attempts = this.#asked
    const {resumes} = this.#parts.streams
    resumes.add({outcome, id, topology, service, client, user, from, to, cause, attempts, ms: this.#ms, skipped})
  }

  async ask(lastEventId: string, lost: Error): Promise<Source | undefined> {
    const {notes} = this.#exchange
    notes.resumes++
    notes.resuming = true
    const source = await this.#askInTurn(lastEventId, lost)
    notes.resuming = false
    return source
  }

  async #askInTurn(lastEventId: string, lost: Error): Promise<Source | undefined> {
    const {clock, pool, policy} = this.#parts
    this.#lost = {from: this.#endpoint.name, cause: lost.message, at: clock.now()}
    pool.failed(this.#endpoint, 'lost')
    while (this.#attempts <= policy.resumeAttempts) {
      const answer = await this.#attempt(lastEventId)
      this.#ms = clock.now() - this.#lost.at
      this.#asked = this.#attempts
      if (typeof answer === 'object') return answer
      if (answer === 'failed') continue
      this.tell('answered', 0)
      return undefined
    }
    this.tell('failed', 0)
    throw lost
  }

  async #attempt(lastEventId: string): Promise<Source | 'answered' | 'failed'> {
    const {clock, pool, streams} = this.#parts
    const {gone, request, notes} = this.#exchange
    const {headers} = request
    const attempt = this.#attempts++
    const endpoint = pool.isBound(headers) ? this.#endpoint : (pool.pick(this.#exchange, this.#tried) ?? this.#endpoint)
    if (attempt > 0) await pause(clock, this.#pauseBefore(endpoint), gone)
    this.#endpoint = endpoint
    this.#tried.push(endpoint)
    notes.endpoint = endpoint.url
    notes.address = endpoint.address ?? ''
    notes.attempts++
    try {
      const answer = await streams.admission.run(endpoint.name, gone, () =>
        this.#inLine(() => this.#send(endpoint, lastEventId)),
      )
      if (answer === 'failed') pool.failed(endpoint, 'status')
      else pool.succeeded(endpoint)
      return answer
    } catch (error) {
      if (!(error instanceof EndpointError) || gone.is) throw error
      pool.failed(endpoint, error.failure)
      streams.figures.of(notes).failovers++
      return 'failed'
    }
  }

  /** A stream that is open waits for its turn as long as it must. */
  #inLine<T>(ask: () => Promise<T>): Promise<T> {
    const {admission, streams} = this.#parts
    const {notes, gone} = this.#exchange
    return admission === undefined ? ask() : streams.lines.run(notes, {...admission, timeout: 0}, gone, ask)
  }

  /** An endpoint that was not asked yet is asked soon; one that was, after a pause that doubles each time. */
  #pauseBefore(endpoint: Endpoint): number {
    const {policy, streams} = this.#parts
    const chance = streams.random()
    if (!this.#tried.includes(endpoint)) return JITTER * chance
    const sleep = Math.max(SLEEP_LEAST, policy.resumeSleep) * 2 ** this.#rounds++
    return Math.min(sleep, SLEEP_MOST) * (0.5 + chance)
  }

  #send(endpoint: Endpoint, lastEventId: string): Promise<Source | 'answered' | 'failed'> {
    const {transport, policy} = this.#parts
    const given = this.#requestTo(endpoint)
    const headers = withLastEventId(given.headers, lastEventId)
    const request = {...given, headers, responseTimeout: policy.resumeTimeout}
    return pastStale(async fresh => {
      const leg = requestLeg(this.#exchange.gone)
      try {
        return sourceOf(await transport.send({...request, fresh}, leg.gone), leg.stop)
      } catch (error) {
        leg.stop()
        throw error
      }
    })
  }
}

/** Of a response that goes on its bytes; any other is let go of. */
function sourceOf(response: GatewayResponse, stop: () => void): Source | 'answered' | 'failed' {
  const body = isStream(response) ? plainBody(response) : undefined
  if (body) return {body, stop}
  response.body.discard()
  return ANSWERS.has(response.status) ? 'answered' : 'failed'
}

const isLastEventId = nameTest(['last-event-id'])

function withLastEventId(headers: Headers, id: string): Headers {
  const others = without(headers, isLastEventId)
  return id === '' ? others : [...others, 'Last-Event-ID', id]
}
