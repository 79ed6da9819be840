import type {Clock} from '../common/clock.js'
import {GatewayError} from '../common/errors.js'
import {authorityOf, type RequestUrl} from '../common/request-url.js'
import type {Endpoint, EndpointPool} from '../ha/endpoint-pool.js'
import type {FailoverPolicy} from '../ha/failover-policy.js'
import {replaced, valueOf} from '../http/headers.js'
import {type ReplayableBody, replayable} from '../http/replayable.js'
import type {DispatchPlan} from '../pipeline/dispatch-plan.js'
import type {Exchange, GatewayResponse} from '../pipeline/exchange.js'
import type {Dispatch} from '../pipeline/filter.js'
import type {ServiceRequest, Transport, UpgradeTransport, UpgradingClient} from '../pipeline/transport.js'
import type {OpenStreams} from '../streams/open-streams.js'
import {toStreamResponse} from '../streams/stream-response.js'
import {type Served, withFailover} from './failover.js'
import {type HeaderRules, headerRules} from './header-rules.js'
import {type TargetText, targetText} from './target.js'
import type {Whitelist} from './whitelist.js'
import {wholeStreams} from './whole-streams.js'

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

/** The methods that an SSE dispatch streams; others are ordinary requests. Source: Knox, `SSEDispatch`. */
const STREAMING: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH'])

/**
 * Sends requests to the service and gives back its responses, event streams among them. Throws
 * EndpointError, NoEndpointError, GatewayError 403 for a target that the whitelist does not allow,
 * 500 when an SSE dispatch's gate is closed.
 * Source: Knox, `DefaultDispatch`, `ConfigurableDispatch`, `SSEDispatch` and their HA forms.
 */
export function createDispatch(parts: DispatchParts, transport: Transport, streams: OpenStreams): Dispatch {
  const {plan, pool, clock} = parts
  const prepare = preparation(parts)
  const wholeOf = wholeStreams({policy: plan.stream, pool, clock, transport, streams})
  const refusal = pool.policy && pool.policy.failoverStatuses.length > 0 ? refusedResponse : undefined
  return {
    async dispatch(exchange) {
      const {request} = exchange
      const streaming = plan.kind === 'sse' && STREAMING.has(request.method)
      if (streaming && !plan.gateOpen) throw new GatewayError(500, 'sse-gate-closed', GATE_CLOSED)
      const body = request.body && replayable(request.body, plan.replayLimit)
      const requestTo = prepare.request(exchange, body, streaming)
      const whole = wholeOf(exchange)
      const gone = whole?.gone ?? exchange.gone
      try {
        const served = await withFailover(pool, clock, {
          exchange,
          send: endpoint => transport.send(requestTo(endpoint), gone, exchange.inform),
          isWhole: () => body?.whole !== false,
          ...(refusal && {refusal}),
        })
        body?.settle()
        const response = prepare.response(exchange, served)
        if (!STREAMING.has(request.method)) return response
        return toStreamResponse(response, exchange, plan.stream, streams, whole?.from(served.endpoint, requestTo))
      } catch (error) {
        body?.discard()
        throw error
      }
    },
  }
}

/** Hands upgrades over to the service by the same choice of endpoint, and gives the status it answered. Throws what a dispatch throws. */
export function createUpgrade(
  parts: DispatchParts,
  transport: UpgradeTransport,
): (exchange: Exchange, client: UpgradingClient) => Promise<number> {
  const prepare = preparation(parts)
  return async (exchange, client) => {
    const requestTo = prepare.request(exchange, undefined, false)
    const {result} = await withFailover(parts.pool, parts.clock, {
      exchange,
      send: endpoint => transport.upgrade(requestTo(endpoint), client),
      isWhole: () => true,
    })
    return result
  }
}

const refusedResponse = {
  is: (response: GatewayResponse, policy: FailoverPolicy) => policy.failoverStatuses.includes(response.status),
  drop: (response: GatewayResponse) => response.body.discard(),
}

interface Preparation {
  request(
    exchange: Exchange,
    body: ReplayableBody | undefined,
    streaming: boolean,
  ): (endpoint: Endpoint) => ServiceRequest
  response(exchange: Exchange, served: Served<GatewayResponse>): GatewayResponse
}

function preparation({plan, pool, whitelist}: DispatchParts): Preparation {
  const rules = headerRules(plan.headers)
  const asText = targetText(plan.urlEncoding)
  return {
    request(exchange, body, streaming) {
      const {method} = exchange.request
      const headers = requestHeaders(rules, exchange, streaming)
      const timeouts = streaming ? streamTimeouts(plan, method) : plainTimeouts(plan)
      return endpoint => {
        const url = targetAt(endpoint, exchange, asText, whitelist)
        return {method, url, headers: ['Host', authorityOf(url), ...headers], body: body?.open(), ...timeouts}
      }
    },
    response(exchange, {result, endpoint, attempt}) {
      const headers = rules.toClient(result.headers)
      const {path, scheme} = exchange.frontend
      const scope = {path, secure: scheme === 'https'}
      const cookie = pool.stickyCookie(exchange.request.headers, attempt, endpoint, scope)
      if (cookie !== undefined) headers.push('Set-Cookie', cookie)
      return {status: result.status, headers, body: result.body}
    },
  }
}

function requestHeaders(rules: HeaderRules, exchange: Exchange, streaming: boolean): readonly string[] {
  const headers = rules.toService(exchange)
  if (!streaming) return headers
  if (valueOf(headers, 'accept') === undefined) headers.push('Accept', 'text/event-stream')
  return replaced(headers, 'Accept-Encoding', 'identity')
}

function targetAt({url}: Endpoint, exchange: Exchange, asText: TargetText, whitelist?: Whitelist): RequestUrl {
  const target = asText(exchange.aim(url), url)
  if (whitelist && !whitelist.allows(target, exchange.frontend.host))
    throw new GatewayError(403, 'target-not-allowed', 'The address of the service is not allowed.')
  return target
}

type Timeouts = Pick<ServiceRequest, 'connectTimeout' | 'responseTimeout' | 'idleTimeout' | 'stream'>

function plainTimeouts({timeouts}: DispatchPlan): Timeouts {
  return {connectTimeout: timeouts.connect, responseTimeout: timeouts.socket, idleTimeout: timeouts.socket}
}

/** What is silent for too long is the stream's own business once it flows. */
function streamTimeouts({stream}: DispatchPlan, method: string): Timeouts {
  const responseTimeout = method === 'GET' ? stream.responseTimeoutGet : stream.responseTimeout
  return {connectTimeout: stream.connectTimeout, responseTimeout, idleTimeout: 0, stream: true}
}
