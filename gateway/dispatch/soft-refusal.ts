import {GatewayError} from '../common/errors.js'
import type {EndpointPool} from '../ha/endpoint-pool.js'
import {bytesBody} from '../http/body.js'
import {type Headers, valueOf} from '../http/headers.js'
import type {StreamPolicy} from '../pipeline/dispatch-plan.js'
import type {GatewayRequest, GatewayResponse} from '../pipeline/exchange.js'
import {RefusedError} from '../streams/refused-error.js'

/** Milliseconds after which a client that was refused comes back: at least, and how much more by chance. */
const RETRY_LEAST = 1000
const RETRY_SPREAD = 4000

/** Statuses of the gateway's own that will pass. */
const TRANSIENT: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** Whether an error of the gateway's own will pass. */
export function isTransient(error: unknown): error is GatewayError {
  return error instanceof GatewayError && TRANSIENT.has(error.status)
}

/** Whether an answer of a service says what counts as a failure of its URL, and will pass: no other URL had a better one. */
export function isRefusal({status}: GatewayResponse, {policy}: EndpointPool): boolean {
  return TRANSIENT.has(status) && policy?.failoverStatuses.includes(status) === true
}

/**
 * How a failure that will pass is told to a client for which any status but 200 is the end for good
 * (WHATWG HTML §9.2.3): a stream that ends at once, with a reconnection time by chance, so that not
 * all come back together.
 */
export function softRefusal(error: unknown, random: () => number): GatewayResponse {
  const retry = Math.round(error instanceof RefusedError ? error.retryAfter : RETRY_LEAST + RETRY_SPREAD * random())
  const headers = ['Content-Type', 'text/event-stream', 'Cache-Control', 'no-store, no-transform']
  return {status: 200, headers, body: bytesBody(Buffer.from(`retry: ${retry}\n\n`)), own: true}
}

/** Whether a request is to be refused so: that of a browser's EventSource, unless the params say otherwise. */
export function isRefusedSoftly(
  {method, headers}: GatewayRequest,
  refuse: StreamPolicy['refuse'],
  streaming: boolean,
): boolean {
  if (refuse === 'status' || method !== 'GET') return false
  if (refuse === 'soft' && streaming) return true
  return valueOf(headers, 'accept') === 'text/event-stream' && (refuse === 'soft' || isOfBrowser(headers))
}

/** Only browsers may send these (Fetch Metadata). */
function isOfBrowser(headers: Headers): boolean {
  for (let i = 0; i < headers.length; i += 2) if (SEC_FETCH.test(headers[i] ?? '')) return true
  return false
}

const SEC_FETCH = /^sec-fetch-/i
