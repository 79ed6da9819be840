import type {Socket} from 'node:net'
import type {TLSSocket} from 'node:tls'
import type {Clock} from '../common/clock.js'
import {GatewayError} from '../common/errors.js'
import type {Log} from '../common/log.js'
import {printUrl} from '../common/request-url.js'
import {isRefusedSoftly, isTransient, softRefusal} from '../dispatch/soft-refusal.js'
import {isEventStream, valueOf} from '../http/headers.js'
import type {AccessLog} from '../observe/access-log.js'
import {runChain} from '../pipeline/chain.js'
import {type Exchange, type GatewayResponse, withoutSecrets} from '../pipeline/exchange.js'
import type {Dispatch} from '../pipeline/filter.js'
import {type GoneSource, goneSource} from '../pipeline/gone.js'
import type {OpenStreams} from '../streams/open-streams.js'
import {RefusedError} from '../streams/refused-error.js'
import type {RoutePlan} from '../topology/gateway-plan.js'
import {failureAnswer, failureOf} from './answers.js'
import type {ClientSide, Committed} from './front/client-side.js'
import type {RequestHead} from './front/request.js'
import type {BodyLimits} from './front/request-body.js'
import {newRequestId} from './front/request-id.js'
import {logVisit} from './front/visit-log.js'
import {find, type Live, type LiveRoute, wholeAddress} from './live/live.js'
import {type Begun, newExchange} from './live/new-exchange.js'
import {notFound} from './not-found.js'

/** What serving needs. Scope: process; `live` changes with each reload, an exchange stays with the one it began under. */
export interface Serving {
  readonly live: Live
  readonly clock: Clock
  readonly log: Log
  readonly access: AccessLog
  readonly streams: OpenStreams
  readonly limits: Limits
  /** Whether services may be joined by them: `gateway.websocket.feature.enabled`. */
  readonly webSockets: boolean
  /** Strict-Transport-Security of all responses; empty: none. Source: Knox, `HSTSHandler`. */
  readonly strictTransport: string
  /** Connections end with their next response. */
  readonly stopping: boolean
  /** Answers for the gateway's own paths, which lie outside every topology; undefined: not one of them. */
  own(method: string, path: string): GatewayResponse | undefined
}

export interface Limits extends BodyLimits {
  /** Characters of a request target; 0: no limit. */
  readonly target: number
  /** Header fields of a request. */
  readonly fields: number
}

/** One request of one client, from its head to its line in the log. */
export interface Visit {
  readonly client: ClientSide
  readonly secure: boolean
  readonly began: number
  readonly gone: GoneSource
  id: string
  accept: string | undefined
  exchange: Exchange | undefined
  commit: Committed | undefined
  /** Of the answer, as long as nothing is committed. */
  status: number
  headMs: number
  /** The response is an event stream. */
  streams: boolean
}

/** Where a chain ends: the route's dispatch, or what takes an upgrade over. */
export type Ending = (route: LiveRoute) => Dispatch

/** Serves one request. Never throws. */
export function serve(serving: Serving, visit: Visit, ending: Ending = route => route.dispatch): void {
  visit.client.onClose(() => {
    visit.gone.set()
    logVisit(serving, visit, visit.streams ? 'end' : 'request')
  })
  try {
    const head = visit.client.readHead(visit.secure, serving.limits)
    visit.id = head.id ?? visit.id
    visit.accept = head.accept
    const own = serving.own(visit.client.method, head.url.path)
    if (own !== undefined) commit(serving, visit, own)
    else follow(serving, visit, head, ending)
  } catch (error) {
    commit(serving, visit, answerTo(serving, visit, error))
  }
}

/** A visit begun now. */
export function visit(serving: Serving, client: ClientSide, secure: boolean): Visit {
  return {
    client,
    secure,
    began: serving.clock.now(),
    gone: goneSource(),
    id: newRequestId(),
    accept: undefined,
    exchange: undefined,
    commit: undefined,
    status: 200,
    headMs: 0,
    streams: false,
  }
}

function follow(serving: Serving, visit: Visit, head: RequestHead, ending: Ending): void {
  const url = wholeAddress(serving.live, head.url)
  const found = find(serving.live, visit.client.method, url)
  if (found.kind !== 'route') throw notFound(found.kind, url)
  const {topology, match} = found
  const exchange = newExchange(begun(serving, visit, url === head.url ? head : {...head, url}), topology, match.value)
  visit.exchange = exchange
  const {filters, route} = match.value
  const answered = runChain(filters, ending(match.value), error => refusalOf(serving, visit, route, error), exchange)
  void answered.then(response => commitOrGiveUp(serving, visit, response))
}

function commitOrGiveUp(serving: Serving, visit: Visit, response: GatewayResponse): void {
  try {
    commit(serving, visit, response)
  } catch (error) {
    giveUp(serving, visit, error)
  }
}

function begun(serving: Serving, visit: Visit, {url, headers, hasBody}: RequestHead): Begun {
  const {client, id, gone} = visit
  return {
    id,
    request: {
      method: client.method,
      url,
      headers,
      body: hasBody ? client.body(serving.limits, serving.clock) : undefined,
      version: client.version,
    },
    clientAddress: client.socket.remoteAddress ?? '',
    certificateSubject: visit.secure ? () => subjectOf(client.socket) : undefined,
    gone,
    inform: (status, headers) => client.inform(status, headers),
  }
}

/** A certificate that TLS does not trust says nothing. */
function subjectOf(socket: Socket): string | undefined {
  // the socket of a server of HTTPS
  const {authorized, getPeerX509Certificate} = socket as TLSSocket
  return authorized ? getPeerX509Certificate.call(socket)?.subject : undefined
}

/** Writes the response, unless the client has left. */
function commit(serving: Serving, visit: Visit, response: GatewayResponse): void {
  const {client} = visit
  if (client.left || response.status === 101) {
    response.body.discard()
    return
  }
  visit.headMs = serving.clock.now() - visit.began
  visit.streams = isEventStream(valueOf(response.headers, 'content-type'))
  visit.commit = client.commit(overTls(response, serving.strictTransport), serving.stopping, serving.clock)
  if (visit.streams) logVisit(serving, visit, 'open')
}

/** A response that tells its browser how to come back; what it says of that itself goes before. */
function overTls(response: GatewayResponse, value: string): GatewayResponse {
  const {headers} = response
  if (value === '' || valueOf(headers, 'strict-transport-security') !== undefined) return response
  return {...response, headers: [...headers, 'Strict-Transport-Security', value]}
}

/** A response that cannot be written, such as one with a control character in a header: lets go of what it hangs on. */
function giveUp(serving: Serving, visit: Visit, error: unknown): void {
  visit.gone.set()
  if (visit.client.begun) visit.client.breakOff()
  else commit(serving, visit, answerTo(serving, visit, error))
}

/** A browser's EventSource comes back when what it needs, such as a directory that says who asks, does not answer now. */
function refusalOf(serving: Serving, visit: Visit, {dispatch}: RoutePlan, error: unknown): GatewayResponse {
  const answer = answerTo(serving, visit, error)
  const {exchange} = visit
  const {kind, stream} = dispatch
  if (!exchange || !isTransient(error) || !isRefusedSoftly(exchange.request, stream.refuse, kind === 'sse'))
    return answer
  if (!(error instanceof RefusedError)) serving.streams.figures.of(exchange.notes).refusals++
  return softRefusal(error, serving.streams.random)
}

function answerTo(serving: Serving, visit: Visit, error: unknown): GatewayResponse {
  const failure = failureOf(error)
  // Counted, and told by the access log: a line of its own for each would cost more than what is refused.
  if (error instanceof RefusedError) return failureAnswer(failure, visit.id, visit.accept)
  if (failure.status >= 500 && !OF_CLIENTS.has(failure.status)) tell(serving.log, visit, failure.code, error)
  else if (error instanceof GatewayError && error.cause !== undefined) tellRefusal(serving.log, visit, error)
  return failureAnswer(failure, visit.id, visit.accept)
}

/** What a client is not told: which part of what it brought was wrong. */
function tellRefusal(log: Log, {id, exchange}: Visit, {code, cause}: GatewayError): void {
  log.info('refused', {
    id,
    code,
    client: exchange?.notes.client,
    topology: exchange?.notes.topology,
    service: exchange?.notes.service,
    cause: cause instanceof Error ? cause.message : String(cause),
  })
}

/** What only a client's request leads to: an unknown transfer coding, another version of HTTP. */
const OF_CLIENTS: ReadonlySet<number> = new Set([501, 505])

function tell(log: Log, {id, exchange, client}: Visit, code: string, error: unknown): void {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  log.error('request failed', {
    id,
    code,
    method: client.method,
    url: withoutSecrets(exchange ? printUrl(exchange.request.url) : client.target, exchange?.notes),
    topology: exchange?.notes.topology,
    service: exchange?.notes.service,
    endpoint: exchange?.notes.endpoint || undefined,
    cause: cause instanceof Error ? cause.message : String(cause),
    stack: code === 'internal' && cause instanceof Error ? cause.stack : undefined,
  })
}
