import type {Endpoint} from '../ha/endpoint.js'
import {valueOf} from '../http/headers.js'
import type {Exchange, Gone} from '../pipeline/exchange.js'
import type {ServiceRequest} from '../pipeline/transport.js'
import {encodeEvent} from '../sse/encode-event.js'
import type {WholeMaker} from '../streams/stream-response.js'
import {WholeStream} from '../streams/whole-stream.js'
import {requestLeg} from './leg.js'
import {Resume, type ResumeParts} from './resume.js'

/** An exchange whose stream must be of whole events. */
export interface WholeExchange {
  /** For the request: it can be given up while the exchange goes on. */
  readonly gone: Gone
  /** Makes the stream whole that came from an endpoint. */
  from(endpoint: Endpoint, requestTo: (endpoint: Endpoint) => ServiceRequest): WholeMaker
}

/**
 * What is done about streams whose service is lost, where that is more than to break them off:
 * undefined, also for requests whose streams
 * may not go on.
 */
export function wholeStreams(parts: ResumeParts): ((exchange: Exchange) => WholeExchange | undefined) | undefined {
  const {policy: given, clock, streams} = parts
  if (given.onLoss === 'abort') return undefined
  const policy = {...given, idleTimeout: 0}
  const farewell = given.lossEvent && encodeEvent(given.lossEvent)
  const resumes = given.onLoss === 'resume'
  return exchange => {
    const {gone, request} = exchange
    if (resumes && (request.method !== 'GET' || request.body !== undefined)) return undefined
    const leg = requestLeg(gone)
    return {
      gone: leg.gone,
      from: (endpoint, requestTo) => ({
        policy,
        body(body) {
          const sequel = resumes ? new Resume(parts, exchange, endpoint, requestTo) : undefined
          const lastEventId = valueOf(request.headers, 'last-event-id') ?? ''
          const {eventLimit, idleTimeout} = given
          const limit = eventLimit || Number.POSITIVE_INFINITY
          const facts = {limit, idleTimeout, lastEventId, exchange, clock, wheel: streams.wheel, sequel, farewell}
          return new WholeStream({body, stop: leg.stop}, facts)
        },
      }),
    }
  }
}
