import type {Log} from '../common/log.js'
import type {SourceLocation} from '../common/problem.js'
import {printUrl, type RequestUrl} from '../common/request-url.js'
import type {Direction} from '../descriptor/rewrite-descriptor.js'
import {headerRules} from '../dispatch/header-rules.js'
import type {Body} from '../http/body.js'
import {type Headers, valueOf, without} from '../http/headers.js'
import {runChain} from '../pipeline/chain.js'
import type {Exchange, GatewayResponse} from '../pipeline/exchange.js'
import type {Dispatch} from '../pipeline/filter.js'
import {goneSource} from '../pipeline/gone.js'
import type {TraceStep} from '../rewrite/trace.js'
import type {GatewayPlan} from '../topology/gateway-plan.js'
import {answer, failureOf} from './answers.js'
import {type Decision, watched} from './decisions.js'
import {cutTarget} from './front/request.js'
import {goLive, type Parts} from './live/go-live.js'
import {type Found, find, type Live, type LiveRoute, wholeAddress} from './live/live.js'
import {type Begun, newExchange} from './live/new-exchange.js'
import {type Rewritten, rewritten} from './live/rewritten.js'
import {notFound} from './not-found.js'

/** A request to be explained. `url` is a whole address, or a path of the gateway. */
export interface Question {
  readonly method: string
  readonly url: string
  /** name, value, name, value … */
  readonly headers: Headers
  readonly body?: Body
  /** What the service would answer, where that is asked about too. */
  readonly response?: Answer
}

/** Headers and body of a response. */
interface Answer {
  readonly headers: Headers
  readonly body: Body
}

/** What would become of a request; nothing is sent. */
export interface Explanation {
  readonly method: string
  readonly url: string
  readonly topology?: string
  readonly topologies?: readonly string[]
  readonly service?: {
    readonly role: string
    readonly name: string
    readonly version: string
    readonly at: SourceLocation
  }
  readonly route?: {readonly path: string; readonly at: SourceLocation}
  readonly routes?: readonly string[]
  /** What each filter made of it, in order. */
  readonly filters?: readonly Decision[]
  readonly steps?: readonly TraceStep[]
  /** Headers and body of the request, on their way to the service. */
  readonly toService?: Rewritten
  /** The same of the response that was asked about. */
  readonly toClient?: Rewritten
  /** Headers of that response which the dispatch does not pass on. */
  readonly dropped?: Headers
  /** What serving would log. */
  readonly log?: readonly Logged[]
  readonly principal?: string | undefined
  readonly target?: string
  readonly dispatch?: {readonly className: string; readonly from: string; readonly kind: string; readonly ha: boolean}
  readonly endpoints?: readonly string[]
  readonly gate?: 'open' | 'closed'
  /** Why it would not be served. */
  readonly refusal?: {readonly status: number; readonly code: string; readonly message: string}
}

/** A line of the log. */
export interface Logged {
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Runs a request through the same matching and filters as serving does, up to where it would be sent, and back with the response asked about. */
export async function explain(plan: GatewayPlan, parts: Parts, question: Question): Promise<Explanation> {
  const trace: Trace = {in: [], out: [], log: [], direction: 'in'}
  const live = goLive(plan, {...parts, log: logInto(trace.log), trace: step => trace[trace.direction].push(step)})
  const host = valueOf(question.headers, 'host') ?? 'localhost'
  const given = cutTarget(question.url, /^https:/i.test(question.url) ? 'https' : 'http', host)
  const asked = {method: question.method, url: printUrl(given)}
  const url = wholeAddress(live, given)
  const found = find(live, question.method, url)
  if (found.kind !== 'route') return {...asked, ...unserved(found, url, live)}
  const {topology, match} = found
  const response = question.response && passedOn(question.response, match.value)
  const exchange = newExchange(begun(question, url), topology, match.value)
  const sent = await follow(match.value, exchange, response, trace)
  live.close()
  const {role} = match.value.service
  const about = {plan: topology.plan.rewrite, role}
  const steps = trace.in.filter(({kind}) => kind === 'rule' || kind === 'function')
  return {
    ...asked,
    topology: topology.plan.name,
    ...describe(match.value),
    ...sent,
    steps,
    toService: rewritten(trace.in, {...about, direction: 'in', given: question.headers}),
    ...(response &&
      trace.direction === 'out' && {
        toClient: rewritten(trace.out, {...about, direction: 'out', given: response.headers}),
        dropped: response.dropped,
      }),
    log: trace.log,
  }
}

/** A response as the dispatch passes it on. */
function passedOn({headers, body}: Answer, {route}: LiveRoute): Answer & {readonly dropped: Headers} {
  const kept = headerRules(route.dispatch.headers).toClient(headers)
  return {headers: kept, body, dropped: without(headers, name => kept.some((each, i) => i % 2 === 0 && each === name))}
}

/** What is heard, first of the request, then of the response. */
interface Trace {
  readonly in: TraceStep[]
  readonly out: TraceStep[]
  readonly log: Logged[]
  direction: Direction
}

function logInto(log: Logged[]): Log {
  const tell = (message: string, {id: _, ...fields}: Readonly<Record<string, unknown>> = {}) => {
    log.push({message, fields})
  }
  return {info: tell, warn: tell, error: tell}
}

function unserved(found: Exclude<Found, {kind: 'route'}>, url: RequestUrl, live: Live): Partial<Explanation> {
  const failure = failureOf(notFound(found.kind, url))
  const services = found.topology?.plan.services ?? []
  const routes = services.flatMap(({role, routes}) => routes.map(({path}) => `${role} ${path}`))
  if (found.topology) return {topology: found.topology.plan.name, routes, refusal: failure}
  return {topologies: [...live.topologies.keys()], refusal: failure}
}

function describe({service, route}: LiveRoute): Partial<Explanation> {
  const {className, from, kind, ha, gateOpen} = route.dispatch
  return {
    service: {role: service.role, name: service.name, version: service.version, at: service.at},
    route: {path: route.path, at: route.at},
    dispatch: {className, from, kind, ha: ha && service.failover !== undefined},
    endpoints: service.urls,
    ...(kind === 'sse' ? {gate: gateOpen ? 'open' : 'closed'} : {}),
  }
}

/** Passes the filters; the dispatch at the end only writes down where it would send, and gives the response asked about. */
async function follow(
  {filters, pool}: LiveRoute,
  start: Exchange,
  response: Answer | undefined,
  trace: Trace,
): Promise<Partial<Explanation>> {
  let sent: Partial<Explanation> = {}
  const decisions: Decision[] = []
  const dispatch: Dispatch = {
    async dispatch(exchange) {
      const {principal, request} = exchange
      sent = {principal: principal?.name, target: printUrl(exchange.aim(pool.pick(exchange, [])?.url ?? '', exchange))}
      if (request.body) await read(request.body, trace)
      trace.direction = 'out'
      return response ? {status: 200, headers: response.headers, body: response.body} : answer(200, 'text/plain', '')
    },
  }
  const refused = (error: unknown): GatewayResponse => {
    sent = {...sent, refusal: failureOf(error)}
    return answer(500, 'text/plain', '')
  }
  const given = await runChain(watched(filters, decisions), dispatch, refused, start)
  await read(given.body, trace)
  return {...sent, filters: decisions}
}

/** Lets a body flow to its end, or to where it breaks off. */
function read(body: Body, {log}: Trace): Promise<void> {
  return new Promise(resolve => {
    body.flow({
      write: () => true,
      drained: again => again(),
      end: () => resolve(),
      fail(error) {
        log.push({message: 'the body is broken off', fields: {cause: error.message}})
        resolve()
      },
    })
  })
}

function begun({method, headers, body}: Question, url: RequestUrl): Begun {
  return {
    id: 'explain',
    request: {method, url, headers, body, version: '1.1'},
    clientAddress: '127.0.0.1',
    gone: goneSource(),
    inform() {},
  }
}
