import type {SourceLocation} from '../common/problem.js'
import {printUrl, type RequestUrl} from '../common/request-url.js'
import {valueOf} from '../http/headers.js'
import {runChain} from '../pipeline/chain.js'
import type {Exchange, GatewayResponse} from '../pipeline/exchange.js'
import type {Dispatch} from '../pipeline/filter.js'
import {goneSource} from '../pipeline/gone.js'
import type {TraceStep} from '../rewrite/rewrite-function.js'
import type {GatewayPlan} from '../topology/gateway-plan.js'
import {answer, failureOf} from './answers.js'
import {type Decision, watched} from './decisions.js'
import {goLive, type Parts} from './go-live.js'
import {type Found, find, type Live, type LiveRoute} from './live.js'
import {type Begun, newExchange} from './new-exchange.js'
import {notFound} from './not-found.js'
import {cutTarget} from './request.js'

/** A request to be explained. `url` is a whole address, or a path of the gateway. */
export interface Question {
  readonly method: string
  readonly url: string
  /** name, value, name, value … */
  readonly headers: readonly string[]
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
  readonly principal?: string | undefined
  readonly target?: string
  readonly dispatch?: {readonly className: string; readonly from: string; readonly kind: string; readonly ha: boolean}
  readonly endpoints?: readonly string[]
  readonly gate?: 'open' | 'closed'
  /** Why it would not be served. */
  readonly refusal?: {readonly status: number; readonly code: string; readonly message: string}
}

/** Runs a request through the same matching and filters as serving does, up to where it would be sent. */
export async function explain(plan: GatewayPlan, parts: Parts, question: Question): Promise<Explanation> {
  const steps: TraceStep[] = []
  const live = goLive(plan, {...parts, trace: step => steps.push(step)})
  const host = valueOf(question.headers, 'host') ?? 'localhost'
  const url = cutTarget(question.url, /^https:/i.test(question.url) ? 'https' : 'http', host)
  const asked = {method: question.method, url: printUrl(url)}
  const found = find(live, question.method, url)
  if (found.kind !== 'route') return {...asked, ...unserved(found, live)}
  const {topology, match} = found
  const exchange = newExchange(begun(question, url), live, topology, match.value)
  const sent = await follow(match.value, exchange)
  live.close()
  return {...asked, topology: topology.plan.name, ...describe(match.value), ...sent, steps}
}

function unserved(found: Exclude<Found, {kind: 'route'}>, live: Live): Partial<Explanation> {
  const failure = failureOf(notFound(found.kind))
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

/** Passes the filters; the dispatch at the end only writes down where it would send. */
async function follow({filters, service}: LiveRoute, start: Exchange): Promise<Partial<Explanation>> {
  let sent: Partial<Explanation> = {}
  const decisions: Decision[] = []
  const dispatch: Dispatch = {
    async dispatch(exchange) {
      const {principal} = exchange
      sent = {principal: principal?.name, target: printUrl(exchange.aim(service.urls[0] ?? '', exchange))}
      return answer(200, 'text/plain', '')
    },
  }
  const refused = (error: unknown): GatewayResponse => {
    sent = {...sent, refusal: failureOf(error)}
    return answer(500, 'text/plain', '')
  }
  await runChain(watched(filters, decisions), dispatch, refused, start)
  return {...sent, filters: decisions}
}

function begun({method, headers}: Question, url: RequestUrl): Begun {
  return {
    id: 'explain',
    request: {method, url, headers, body: undefined, version: '1.1'},
    clientAddress: '127.0.0.1',
    gone: goneSource(),
    inform() {},
  }
}
