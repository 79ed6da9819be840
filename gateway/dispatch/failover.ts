import type {Clock} from '../common/clock.js'
import type {Endpoint} from '../ha/endpoint.js'
import type {EndpointPool} from '../ha/endpoint-pool.js'
import type {FailoverPolicy} from '../ha/failover-policy.js'
import {isIdempotent} from '../http/methods.js'
import type {ReplayableBody} from '../http/replayable.js'
import {EndpointError, type EndpointFailure} from '../pipeline/endpoint-error.js'
import type {Exchange} from '../pipeline/exchange.js'
import {pause} from '../pipeline/pause.js'
import {NoEndpointError} from './no-endpoint-error.js'
import {isStale, pastStale} from './past-stale.js'

/** One request that may be sent to several endpoints. */
export interface Sending {
  readonly exchange: Exchange
  /** Undefined: the request has none. */
  readonly body: ReplayableBody | undefined
}

/** How the requests of one dispatch are sent, and what becomes of what comes back. */
export interface Sender<S extends Sending, T, R> {
  readonly pool: EndpointPool
  readonly clock: Clock
  /** Rejects with EndpointError when the endpoint failed. `fresh`: on a connection that has carried no other request. */
  send(sending: S, endpoint: Endpoint, fresh: boolean): Promise<T>
  /** `attempt` counts from 0. */
  receive(sending: S, result: T, endpoint: Endpoint, attempt: number): R
  /** Told before another endpoint is tried. */
  movesOn?(sending: S): void
  /** Undefined: whatever comes back is good. */
  readonly refusal?: Refusal<S, T>
}

/** Whether what came back counts as a failure of the endpoint. */
export interface Refusal<S, T> {
  /** `isLast`: no other one will be tried. */
  of(result: T, policy: FailoverPolicy, isLast: boolean): Promise<Judged<T>>
  /** Lets go of it: another one is tried. */
  drop(result: T, sending: S): void
}

/** What came back, whole again where it was looked into; refused by its status, by its silence, or by a standby, which has done nothing. */
export interface Judged<T> {
  readonly result: T
  readonly refused: 'status' | 'idle' | 'standby' | undefined
}

/**
 * Sends to the endpoint that the pool picks; on failure the next, up to 1 + maxFailoverAttempts.
 *
 * A failed connection is always safe to try elsewhere. Once the request was sent it is tried again
 * only for idempotent methods (RFC 9110 §9.2.2), or when the policy allows more.
 * Throws the last EndpointError, NoEndpointError. Source: Knox, `CommonHaDispatch`, `ConfigurableHADispatch`.
 */
export function withFailover<S extends Sending, T, R>(sender: Sender<S, T, R>, sending: S): Promise<R> {
  const {policy} = sender.pool
  return policy === undefined ? sendOnce(sender, sending, 1) : sendInTurn(sender, sending, policy)
}

/** HA is off: there is one endpoint, and no loop to pay for. */
function sendOnce<S extends Sending, T, R>(sender: Sender<S, T, R>, sending: S, asked: number): Promise<R> {
  const endpoint = pick(sender.pool, sending.exchange, NONE)
  return sender.send(sending, endpoint, asked > 1).then(
    result => sender.receive(sending, result, endpoint, 0),
    (error: unknown) => {
      if (!isStale(error, asked) || !maySendAgain(undefined, sending)) throw error
      return sendOnce(sender, sending, asked + 1)
    },
  )
}

async function sendInTurn<S extends Sending, T, R>(
  sender: Sender<S, T, R>,
  sending: S,
  policy: FailoverPolicy,
): Promise<R> {
  const {pool, clock, refusal} = sender
  const {exchange} = sending
  const tried: Endpoint[] = []
  for (let attempt = 0; ; attempt++) {
    const endpoint = pick(pool, exchange, tried)
    try {
      const send = (fresh: boolean) => sender.send(sending, endpoint, fresh)
      const answer = await pastStale(send, () => maySendAgain(policy, sending))
      const mayGoOn = (failure: Failure) =>
        !pool.isBound(exchange.request.headers) && mayFailOver(failure, policy, attempt, sending)
      const {result, refused} = refusal
        ? await refusal.of(answer, policy, !mayGoOn('idle'))
        : {result: answer, refused: undefined}
      if (refused === undefined) pool.succeeded(endpoint)
      else pool.failed(endpoint, refused)
      if (refused === undefined || !mayGoOn(refused)) return sender.receive(sending, result, endpoint, attempt)
      refusal?.drop(result, sending)
    } catch (error) {
      if (!(error instanceof EndpointError) || exchange.gone.is) throw error
      if (pool.isBound(exchange.request.headers)) throw error
      if (error.failure !== 'stale') pool.failed(endpoint, error.failure)
      if (!mayFailOver(error.failure, policy, attempt, sending)) throw error
    }
    sender.movesOn?.(sending)
    tried.push(endpoint)
    await pause(clock, policy.failoverSleep, exchange.gone)
  }
}

const NONE: readonly Endpoint[] = []

function pick(pool: EndpointPool, exchange: Exchange, tried: readonly Endpoint[]): Endpoint {
  const endpoint = pool.pick(exchange, tried)
  if (endpoint === undefined) throw new NoEndpointError()
  const {notes} = exchange
  notes.endpoint = endpoint.url
  notes.address = endpoint.address ?? ''
  notes.attempts = tried.length + 1
  return endpoint
}

/** Whether the same endpoint may be asked again. */
function maySendAgain(policy: FailoverPolicy | undefined, sending: Sending): boolean {
  return mayRepeat(policy, sending) && isWhole(sending)
}

type Failure = EndpointFailure | 'status' | 'idle' | 'standby'

/** Of these it is known that nothing was done. */
const UNDONE: ReadonlySet<Failure> = new Set(['connect', 'timeout-connect', 'standby'])

function mayFailOver(failure: Failure, policy: FailoverPolicy, attempt: number, sending: Sending): boolean {
  if (attempt >= policy.maxFailoverAttempts || !isWhole(sending)) return false
  if (UNDONE.has(failure)) return true
  return mayRepeat(policy, sending)
}

/** Whether all of the request can be sent again. */
const isWhole = ({body}: Sending) => body?.whole !== false

/** Whether a request that was sent may be sent again. */
function mayRepeat(policy: FailoverPolicy | undefined, {exchange}: Sending): boolean {
  return policy?.failoverNonIdempotentRequestEnabled === true || isIdempotent(exchange.request.method)
}
