import type {Clock} from '../common/clock.js'
import type {Endpoint, EndpointPool} from '../ha/endpoint-pool.js'
import type {FailoverPolicy} from '../ha/failover-policy.js'
import {EndpointError, type EndpointFailure} from '../pipeline/endpoint-error.js'
import type {Exchange} from '../pipeline/exchange.js'
import {NoEndpointError} from './no-endpoint-error.js'
import {pause} from './pause.js'

/** One request that may be sent to several endpoints. */
export interface Sending<T> {
  readonly exchange: Exchange
  /** Rejects with EndpointError when the endpoint failed. */
  send(endpoint: Endpoint): Promise<T>
  /** Whether all of the request can be sent again. */
  isWhole(): boolean
  /** What came back counts as a failure of the endpoint; it is dropped when another one is tried. */
  readonly refusal?: {is(result: T, policy: FailoverPolicy): boolean; drop(result: T): void}
}

/** What came back, and from where. */
export interface Served<T> {
  readonly result: T
  readonly endpoint: Endpoint
  /** Counted from 0. */
  readonly attempt: number
}

/**
 * Sends to the endpoint that the pool picks; on failure the next, up to 1 + maxFailoverAttempts.
 *
 * A failed connection is always safe to try elsewhere. Once the request was sent it is tried again
 * only for idempotent methods (RFC 9110 §9.2.2), or when the policy allows more.
 * Throws the last EndpointError, NoEndpointError. Source: Knox, `CommonHaDispatch`, `ConfigurableHADispatch`.
 */
export async function withFailover<T>(pool: EndpointPool, clock: Clock, sending: Sending<T>): Promise<Served<T>> {
  const {exchange} = sending
  const {policy} = pool
  const {headers} = exchange.request
  const tried: Endpoint[] = []
  for (let attempt = 0; ; attempt++) {
    const endpoint = pool.pick(headers, tried)
    if (endpoint === undefined) throw new NoEndpointError()
    exchange.notes.endpoint = endpoint.url
    exchange.notes.attempts = attempt + 1
    try {
      const result = await sendTo(endpoint, policy, sending)
      if (policy === undefined || sending.refusal?.is(result, policy) !== true) return {result, endpoint, attempt}
      pool.failed(endpoint)
      if (!mayFailOver('sent', policy, attempt, sending)) return {result, endpoint, attempt}
      sending.refusal.drop(result)
    } catch (error) {
      if (!(error instanceof EndpointError) || exchange.gone.is || policy === undefined) throw error
      if (pool.isBound(headers)) throw error
      if (error.failure !== 'stale') pool.failed(endpoint)
      if (!mayFailOver(error.failure, policy, attempt, sending)) throw error
    }
    tried.push(endpoint)
    await pause(clock, policy.failoverSleep, exchange.gone)
  }
}

/** A pool of kept-alive connections may hold so many that the service has closed meanwhile. */
const MOST_STALE = 8

/** A stale connection says nothing of its endpoint, so the same one is asked again. */
async function sendTo<T>(endpoint: Endpoint, policy: FailoverPolicy | undefined, sending: Sending<T>): Promise<T> {
  for (let stale = 1; ; stale++) {
    try {
      return await sending.send(endpoint)
    } catch (error) {
      const again = error instanceof EndpointError && error.failure === 'stale' && stale < MOST_STALE
      if (!again || !mayRepeat(policy, sending) || !sending.isWhole()) throw error
    }
  }
}

function mayFailOver<T>(failure: EndpointFailure, policy: FailoverPolicy, attempt: number, sending: Sending<T>) {
  if (attempt >= policy.maxFailoverAttempts || !sending.isWhole()) return false
  if (failure === 'connect' || failure === 'timeout-connect') return true
  return mayRepeat(policy, sending)
}

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'])

/** Whether a request that was sent may be sent again; of methods that RFC 9110 §9.2.2 does not name nothing is known. */
function mayRepeat<T>(policy: FailoverPolicy | undefined, {exchange}: Sending<T>): boolean {
  return policy?.failoverNonIdempotentRequestEnabled === true || IDEMPOTENT.has(exchange.request.method)
}
