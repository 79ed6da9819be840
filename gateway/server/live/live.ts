import type {RequestUrl} from '../../common/request-url.js'
import type {EndpointPool} from '../../ha/endpoint-pool.js'
import {resolved} from '../../http/path-climb.js'
import {ticketedPath} from '../../http/stream-ticket.js'
import type {Aim, Exchange, GatewayResponse} from '../../pipeline/exchange.js'
import type {Dispatch, Filter} from '../../pipeline/filter.js'
import type {GoneSource} from '../../pipeline/gone.js'
import type {UpgradingClient} from '../../pipeline/transport.js'
import type {Forwarding} from '../../providers/x-forwarded.js'
import type {TemplateMatch, TemplateMatcher} from '../../template/matcher.js'
import type {RoutePlan, ServicePlan, TopologyPlan} from '../../topology/gateway-plan.js'
import type {LivePool} from './live-pool.js'

export type UpgradeDispatch = (exchange: Exchange, client: UpgradingClient) => Promise<GatewayResponse>

/** A route made live: what its requests pass through, and where they end. */
export interface LiveRoute {
  readonly service: ServicePlan
  readonly route: RoutePlan
  /** Topology and service as the access log prints them. */
  readonly place: string
  readonly filters: readonly Filter[]
  /** By its rules, before any filter wraps it. */
  readonly aim: Aim
  /** Which URL the dispatch asks. */
  readonly pool: EndpointPool
  readonly dispatch: Dispatch
  /** Sends a WebSocket's handshake: 101 when the service took it over, else its answer. Throws what a dispatch throws. */
  readonly upgrade: UpgradeDispatch
}

/** A topology made live. Scope: process; one of a digest at a time. */
export interface LiveTopology {
  readonly plan: TopologyPlan
  /** `/gateway/sandbox` */
  readonly path: string
  /** Of the plan with which it was made. */
  readonly generation: number
  /** Of its services, by what they are made of: the topology after it takes over those of services that stay as they are. */
  readonly pools: ReadonlyMap<string, LivePool>
  /** What every exchange begins with. */
  readonly forwarding: Forwarding
  /** It gives out tickets to its streams. */
  readonly ticketed: boolean
  /** Set when it is no longer served: what its providers hold goes. */
  readonly gone: GoneSource
  routes(): LiveRoutes
}

export type LiveRoutes = TemplateMatcher<LiveRoute>

/** What the gateway serves at this moment; a reload puts another in its place. */
export interface Live {
  /** Counts the plans, from 1. */
  readonly generation: number
  /** First segment of every topology's path: `gateway.path`. */
  readonly path: string
  /** The topology of addresses that do not begin so; empty: none. */
  readonly defaultTopology: string
  readonly topologies: ReadonlyMap<string, LiveTopology>
  /** Lets go of what its topologies hold. */
  close(): void
}

/** Where a request's path leads. */
export type Found =
  | {readonly kind: 'route'; readonly topology: LiveTopology; readonly match: TemplateMatch<LiveRoute>}
  | {
      readonly kind: 'outside' | 'no-topology' | 'no-route' | 'no-slash' | 'path-climbs'
      readonly topology?: LiveTopology
    }

/** The whole address of a request for the default topology, which may leave its beginning out. Source: Knox, `PortMappingHelperHandler`. */
export function wholeAddress({path, defaultTopology}: Live, url: RequestUrl): RequestUrl {
  if (defaultTopology === '' || url.path.startsWith(`/${path}`) || !url.path.startsWith('/')) return url
  return {...url, path: `/${path}/${defaultTopology}${url.path}`}
}

/**
 * Finds the route of an address: `/{gateway.path}/{topology}` and then the most specific route template. Who asks for the
 * ticket of a stream is on the stream's own route.
 */
export function find(live: Live, method: string, url: RequestUrl): Found {
  const {path} = url
  const start = live.path.length + 2
  if (!path.startsWith(live.path, 1) || path.charCodeAt(start - 1) !== 47 /* / */) return {kind: 'outside'}
  const slash = path.indexOf('/', start)
  const end = slash < 0 ? path.length : slash
  const topology = live.topologies.get(path.slice(start, end))
  if (topology === undefined) return {kind: 'no-topology'}
  const own = path.slice(end)
  const rest = topology.ticketed ? (ticketedPath(method, own) ?? own) : own
  const match = route(topology, rest, url.query)
  if (match === undefined) return {kind: slash < 0 ? 'no-slash' : 'no-route', topology}
  // What a service makes of dot segments must not lead to what has no route, or another one.
  const plain = resolved(rest)
  if (plain !== rest && (plain === undefined || route(topology, plain, url.query)?.value !== match.value))
    return {kind: 'path-climbs', topology}
  return {kind: 'route', topology, match}
}

const route = (topology: LiveTopology, path: string, query: string | undefined) =>
  topology.routes().match({scheme: '', host: '', port: '', path, query})
