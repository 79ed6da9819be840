import type {Clock} from '../common/clock.js'
import {GatewayError} from '../common/errors.js'
import {authorityOf, type RequestUrl} from '../common/request-url.js'
import type {Endpoint} from '../ha/endpoint.js'
import type {EndpointPool} from '../ha/endpoint-pool.js'
import {type Headers, replaced, valueOf} from '../http/headers.js'
import {type ReplayableBody, replayable} from '../http/replayable.js'
import type {AdmissionPolicy, DispatchPlan} from '../pipeline/dispatch-plan.js'
import type {Exchange, GatewayResponse} from '../pipeline/exchange.js'
import type {Dispatch} from '../pipeline/filter.js'
import type {ServiceRequest, Transport, UpgradeTransport, UpgradingClient} from '../pipeline/transport.js'
import type {OpenStreams} from '../streams/open-streams.js'
import {RefusedError} from '../streams/refused-error.js'
import {isStream, toStreamResponse} from '../streams/stream-response.js'
import {bodyMaker} from './body-user.js'
import {type Sender, type Sending, withFailover} from './failover.js'
import {type HeaderRules, headerRules} from './header-rules.js'
import {type RequestLeg, requestLeg} from './leg.js'
import {type Manners, mannersOf} from './manners.js'
import {withinTime} from './route-timeout.js'
import {isRefusal, isRefusedSoftly, isTransient, softRefusal} from './soft-refusal.js'
import {refusals} from './standby.js'
import {isStreaming, STREAMING} from './streaming.js'
import {type TargetText, targetText} from './target.js'
import type {Whitelist} from './whitelist.js'
import {type WholeExchange, wholeStreams} from './whole-streams.js'

/** What a route's requests need on their way to the service. */
export interface DispatchParts {
  readonly plan: DispatchPlan
  /** Of the service; one without a policy when the plan's dispatch does not fail over. */
  readonly pool: EndpointPool
  readonly clock: Clock
  /** Undefined: the service is not covered. */
  readonly whitelist: Whitelist | undefined
}

/** Knox's own words, which its users look for. */
const GATE_CLOSED = 'Async support is not enabled. SSE requests cannot be processed.'

/**
 * Sends requests to the service and gives back its responses, event streams among them. Throws
 * EndpointError, NoEndpointError, GatewayError 403 for a target that the whitelist does not allow,
 * 500 when an SSE dispatch's gate is closed.
 * Source: Knox, `DefaultDispatch`, `ConfigurableDispatch`, `SSEDispatch` and their HA forms.
 */
export function createDispatch(parts: DispatchParts, transport: Transport, streams: OpenStreams): Dispatch {
  const {plan, pool, clock} = parts
  const sender = senderOf(parts, transport, streams)
  const wholeOf = wholeStreams({policy: plan.stream, admission: plan.admission, pool, clock, transport, streams})
  const inLine = lineOf(plan.admission, streams)
  const makeBody = bodyMaker(plan.manners, pool)
  const send = (exchange: Exchange, streaming: boolean) => {
    const {body: given} = exchange.request
    const body = given && replayable(given, plan.replayLimit)
    return discarding(body, () => {
      if (streaming) streams.admit(exchange, plan.stream.maxStreams)
      return inLine(exchange, () =>
        withFailover(sender, {exchange, body, streaming, whole: wholeOf?.(exchange), asked: 0}),
      )
    })
  }
  return {
    dispatch(exchange) {
      const {request} = exchange
      const streaming = isStreaming(plan, exchange)
      if (streaming && !plan.gateOpen) return Promise.reject(new GatewayError(500, 'sse-gate-closed', GATE_CLOSED))
      const response = withinTime(plan.stream.routeTimeout, clock, exchange, each => {
        const made = makeBody?.(each)
        return made === undefined ? send(each, streaming) : made.then(next => send(next, streaming))
      })
      const soft = isRefusedSoftly(request, plan.stream.refuse, streaming)
      if (!soft && !streaming) return response
      const count = () => streams.figures.of(exchange.notes).refusals++
      return response.then(
        answer => {
          if (!isRefusal(answer, pool)) return answer
          count()
          return soft ? softly(answer, streams) : answer
        },
        (error: unknown) => {
          if (!isTransient(error)) throw error
          if (!(error instanceof RefusedError)) count()
          if (soft) return softRefusal(error, streams.random)
          throw error
        },
      )
    },
  }
}

function softly({body}: GatewayResponse, {random}: OpenStreams): GatewayResponse {
  body.discard()
  return softRefusal(undefined, random)
}

/** Asks when it is an exchange's turn, where the service is asked by so many at a time. */
function lineOf(policy: AdmissionPolicy | undefined, streams: OpenStreams) {
  return <T>(exchange: Exchange, ask: () => Promise<T>): Promise<T> => {
    if (policy === undefined) return ask()
    const tooBusy = () => streams.tooBusy(exchange)
    if (streams.lines.isFull(exchange.notes, policy)) throw tooBusy()
    return streams.lines.run(exchange.notes, policy, exchange.gone, ask, tooBusy)
  }
}

function senderOf(parts: DispatchParts, transport: Transport, streams: OpenStreams) {
  const {plan, pool, clock} = parts
  const ways = {rules: headerRules(plan.headers), manners: mannersOf(plan.manners)}
  const requestTo = requestMaker(parts, ways)
  const respond = responder(pool, ways)
  const refusal = refusals(pool.policy, plan, clock)
  const sender: Sender<ServiceSending, GatewayResponse, GatewayResponse> = {
    pool,
    clock,
    send(sending, endpoint, fresh) {
      const {gone, inform} = sending.exchange
      sending.asked = clock.now()
      const leaving = sending.whole?.gone ?? gone
      if (plan.stream.firstEventTimeout > 0) sending.leg = requestLeg(leaving)
      return transport.send(requestTo(sending, endpoint, fresh), sending.leg?.gone ?? leaving, inform)
    },
    receive(sending, result, endpoint, attempt) {
      const {exchange, body, whole, streaming} = sending
      body?.settle()
      const response = respond(exchange, result, endpoint, attempt)
      if (!STREAMING.has(exchange.request.method)) return response
      if (!isStream(response)) return response
      if (!streaming) takePlace(exchange, response, plan, streams)
      streams.figures.of(exchange.notes).head.add(clock.now() - sending.asked)
      const maker = whole?.from(endpoint, next => requestTo(sending, next))
      return toStreamResponse(response, exchange, plan.stream, streams, maker)
    },
    movesOn({streaming, exchange}) {
      if (streaming) streams.figures.of(exchange.notes).failovers++
    },
    ...(refusal && {refusal}),
  }
  return sender
}

/** For a stream of which nothing was known before its service answered. */
function takePlace(exchange: Exchange, {body}: GatewayResponse, plan: DispatchPlan, streams: OpenStreams): void {
  try {
    streams.admit(exchange, plan.stream.maxStreams)
  } catch (error) {
    body.discard()
    throw error
  }
}

/** Lets go of the body when the request fails, be it before anything was waited for. */
function discarding<R>(body: ReplayableBody | undefined, send: () => Promise<R>): Promise<R> {
  const failed = (error: unknown) => {
    body?.discard()
    return Promise.reject(error)
  }
  try {
    const response = send()
    return body === undefined ? response : response.catch(failed)
  } catch (error) {
    return failed(error)
  }
}

/** Hands upgrades over to the service by the same choice of endpoint; 101: it has taken them. Throws what a dispatch throws. */
export function createUpgrade(
  parts: DispatchParts,
  transport: UpgradeTransport,
  streams: OpenStreams,
): (exchange: Exchange, client: UpgradingClient) => Promise<GatewayResponse> {
  const {plan, pool, clock} = parts
  const ways = {rules: headerRules(plan.headers), manners: mannersOf(plan.manners)}
  const requestTo = requestMaker(parts, ways)
  const respond = responder(pool, ways)
  const sender: Sender<UpgradeSending, GatewayResponse, GatewayResponse> = {
    pool,
    clock,
    send: (sending, endpoint) => transport.upgrade(requestTo(sending, endpoint), sending.client),
    receive: ({exchange}, response, endpoint, attempt) =>
      response.status === 101 ? response : respond(exchange, response, endpoint, attempt),
  }
  const inLine = lineOf(plan.admission, streams)
  return async (exchange, client) =>
    inLine(exchange, () =>
      withFailover(sender, {exchange, client, body: undefined, streaming: false, whole: undefined, asked: 0}),
    )
}

interface ServiceSending extends Sending {
  /** The service is expected to answer with an event stream. */
  readonly streaming: boolean
  /** Undefined: the bytes of a stream pass as they are. */
  readonly whole: WholeExchange | undefined
  /** When it was sent last, in milliseconds by the clock. */
  asked: number
  /** Of what was sent last, where a stream that has begun may be given up. */
  leg?: RequestLeg
}

interface UpgradeSending extends ServiceSending {
  readonly client: UpgradingClient
}

interface Ways {
  readonly rules: HeaderRules
  readonly manners: Manners
}

function requestMaker(
  {plan, pool, whitelist}: DispatchParts,
  {rules, manners}: Ways,
): (sending: ServiceSending, endpoint: Endpoint, fresh?: boolean) => ServiceRequest {
  const asText = targetText(plan.urlEncoding)
  const plain = plainTimeouts(plan)
  const streamed = streamTimeouts(plan, plan.stream.responseTimeout)
  const streamedGet = streamTimeouts(plan, plan.stream.responseTimeoutGet)
  return ({exchange, body, streaming}, endpoint, fresh = false) => {
    const {method, headers: asked} = exchange.request
    const url = manners.target(targetAt(endpoint, exchange, asText, whitelist), exchange)
    const own = manners.toService(rules.toService(exchange, authorityOf(url)), exchange, url)
    const headers = pool.sessions?.toService(own, asked) ?? own
    const {connectTimeout, responseTimeout, idleTimeout, stream} = streaming
      ? method === 'GET'
        ? streamedGet
        : streamed
      : plain
    return {
      method,
      url,
      address: endpoint.address,
      headers: streaming ? streamHeaders(headers) : headers,
      body: body?.open(),
      connectTimeout,
      responseTimeout,
      idleTimeout,
      stream,
      fresh,
      twoWay: plan.useTwoWaySsl,
      ...(plan.http2 && {http2: plan.http2}),
    }
  }
}

function responder(pool: EndpointPool, {rules, manners}: Ways) {
  return (exchange: Exchange, {status, headers, body}: GatewayResponse, endpoint: Endpoint, attempt: number) => {
    const {path, scheme} = exchange.frontend
    const own = manners.toClient(rules.toClient(headers), exchange, status)
    const kept = pool.sessions?.toClient(own, endpoint) ?? own
    const cookie = pool.stickyCookie(exchange.request.headers, attempt, endpoint, {path, secure: scheme === 'https'})
    return {status, headers: cookie === undefined ? kept : [...kept, 'Set-Cookie', cookie], body}
  }
}

function streamHeaders(given: Headers): Headers {
  const headers = valueOf(given, 'accept') === undefined ? [...given, 'Accept', 'text/event-stream'] : given
  return replaced(headers, 'Accept-Encoding', 'identity')
}

function targetAt({url}: Endpoint, exchange: Exchange, asText: TargetText, whitelist?: Whitelist): RequestUrl {
  const target = asText(exchange.aim(url, exchange), url)
  if (whitelist && !whitelist.allows(target, exchange.frontend.host))
    throw new GatewayError(403, 'target-not-allowed', 'The address of the service is not allowed.')
  return target
}

type Timeouts = Required<Pick<ServiceRequest, 'connectTimeout' | 'responseTimeout' | 'idleTimeout' | 'stream'>>

function plainTimeouts({timeouts: {connect, socket}}: DispatchPlan): Timeouts {
  return {connectTimeout: connect, responseTimeout: socket, idleTimeout: socket, stream: false}
}

/** What is silent for too long is the stream's own business once it flows. */
function streamTimeouts({stream}: DispatchPlan, responseTimeout: number): Timeouts {
  return {connectTimeout: stream.connectTimeout, responseTimeout, idleTimeout: 0, stream: true}
}
