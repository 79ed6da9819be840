import {withAliases} from '../../common/alias-reference.js'
import type {Clock} from '../../common/clock.js'
import type {Log} from '../../common/log.js'
import type {RequestUrl} from '../../common/request-url.js'
import {whenAsked} from '../../common/when-asked.js'
import {createDispatch, createUpgrade} from '../../dispatch/dispatch.js'
import type {HealthChecks} from '../../dispatch/health-checks.js'
import {loadGuard} from '../../dispatch/load-guard.js'
import type {Names} from '../../dispatch/names.js'
import type {Whitelist} from '../../dispatch/whitelist.js'
import {type EndpointPool, endpointPool} from '../../ha/endpoint-pool.js'
import type {SessionSealer} from '../../ha/sessions.js'
import {jsonPlace} from '../../observe/access-log.js'
import type {DispatchPlan} from '../../pipeline/dispatch-plan.js'
import type {Gone} from '../../pipeline/exchange.js'
import type {Filter} from '../../pipeline/filter.js'
import {goneSource} from '../../pipeline/gone.js'
import type {OneTime} from '../../pipeline/one-time.js'
import type {Admins, Provider} from '../../pipeline/provider.js'
import type {Transport, UpgradeTransport} from '../../pipeline/transport.js'
import {compression} from '../../providers/compression.js'
import type {EditingParts} from '../../providers/edited-message.js'
import {aimBy, rewriteFilter} from '../../providers/rewrite.js'
import type {Forwarding} from '../../providers/x-forwarded.js'
import {buildRewriter, type Rewriter} from '../../rewrite/rewriter.js'
import type {Sealer} from '../../rewrite/sealer.js'
import type {TraceStep} from '../../rewrite/trace.js'
import type {Aliases} from '../../secrets/aliases.js'
import type {OpenStreams} from '../../streams/open-streams.js'
import {buildMatcher} from '../../template/matcher.js'
import {parseTemplate} from '../../template/parse.js'
import type {GatewayPlan, ProviderPlan, RoutePlan, ServicePlan, TopologyPlan} from '../../topology/gateway-plan.js'
import {AUTHENTICATING, TICKET} from '../../topology/providers.js'
import type {Live, LiveRoutes, LiveTopology} from './live.js'
import {type LivePool, livePool} from './live-pool.js'
import {type FillIn, liveProviders} from './live-providers.js'
import {RouteWhenAsked, type Way} from './live-route.js'
import {rewriteFunctions} from './rewrite-functions.js'

/** What all topologies share. Scope: process. */
export interface Parts {
  readonly clock: Clock
  readonly transport: Transport
  readonly upgrades: UpgradeTransport
  readonly streams: OpenStreams
  readonly checks: HealthChecks
  readonly names: Names
  /** Milliseconds over which streams end that must go elsewhere: `gateway.drain.timeout`. */
  readonly pace: number
  /** Undefined: services of that role may be anywhere. */
  whitelistOf(role: string): Whitelist | undefined
  /** The process has more to do than it should. Undefined: nobody asks. */
  readonly isBusy?: () => boolean
  readonly forwarding: Forwarding
  /** Keeps cookies of services to their topology, where that is wanted. */
  readonly cookieScope?: Filter
  /** What makes the filters of those that topologies name. */
  readonly providers: readonly Provider[]
  /** `gateway.path` */
  readonly path: string
  /** `default.app.topology.name`; empty: none. */
  readonly defaultTopology: string
  readonly admins: Admins
  readonly log: Log
  readonly editing: Omit<EditingParts, 'log' | 'trace'>
  /** What the rules of a topology encrypt with. */
  sealerOf(topology: string): Sealer
  /** What sessions of a service are marked with, by topology and role. */
  sessionSealerOf(place: string): SessionSealer
  /** What only this process knows. */
  readonly secret: Uint8Array
  readonly aliases: Aliases
  readonly once: OneTime
  /** Told each step of rewriting, for `explain`. */
  readonly trace?: (step: TraceStep) => void
  /** Begins to look after endpoints; resolves when it is known what their names stand for, or is not known soon. */
  start(): Promise<void>
  /** Ends what is open. */
  close(): Promise<void>
}

/** Makes a plan live; what did not change since `previous` stays as it is, with its state. */
export function goLive(plan: GatewayPlan, parts: Parts, previous?: Live): Live {
  const generation = (previous?.generation ?? 0) + 1
  const topologies = Object.values(plan.topologies).map((topology): [string, LiveTopology] => {
    const before = previous?.topologies.get(topology.name)
    const stays = before?.plan.digest === topology.digest
    return [topology.name, stays ? before : liveTopology(topology, generation, parts, before)]
  })
  const live = new Map(topologies)
  for (const [name, before] of previous?.topologies ?? []) if (live.get(name) !== before) leave(before, live.get(name))
  return {
    generation,
    path: parts.path,
    defaultTopology: parts.defaultTopology,
    topologies: live,
    close() {
      for (const topology of live.values()) leave(topology)
    },
  }
}

/** Lets go of what the topology after it does not take over. */
function leave({gone, pools}: LiveTopology, after?: LiveTopology): void {
  gone.set()
  for (const [key, pool] of pools) if (after?.pools.get(key) !== pool) pool.close()
}

/** Made live when it is first asked for: a gateway with many topologies starts at once. */
function liveTopology(plan: TopologyPlan, generation: number, parts: Parts, before?: LiveTopology): LiveTopology {
  const pools = new Map(plan.services.map(service => poolFor(plan, service, parts, before)))
  const gone = goneSource()
  return {
    plan,
    path: pathOf(plan, parts),
    generation,
    pools,
    forwarding: parts.forwarding,
    ticketed: plan.providers.some(({role}) => role === TICKET),
    gone,
    routes: whenAsked(() => liveRoutes(plan, pools, parts, gone)),
  }
}

const pathOf = ({name}: TopologyPlan, {path}: Parts) => `/${path}/${name}`

/** What a pool has seen fail, and whose turn it is, holds as long as all that it is made of stays. */
function poolFor(
  {name}: TopologyPlan,
  service: ServicePlan,
  parts: Parts,
  before?: LiveTopology,
): readonly [key: string, pool: LivePool] {
  const key = poolKey(service)
  return [key, before?.pools.get(key) ?? livePool(name, service, parts)]
}

const poolKey = ({role, urls, failover}: ServicePlan) => JSON.stringify([role, urls, failover])

function liveRoutes(plan: TopologyPlan, pools: LiveTopology['pools'], parts: Parts, gone: Gone): LiveRoutes {
  const fill: FillIn = value => withAliases(value, name => parts.aliases.valueOf(plan.name, name))
  const shared = {
    topology: plan.name,
    path: pathOf(plan, parts),
    roles: plan.services.map(({role}) => role),
    admins: parts.admins,
    clock: parts.clock,
    log: parts.log,
    once: parts.once,
    get secret() {
      return parts.secret
    },
    mayReturnTo: (url: RequestUrl, host: string) => parts.whitelistOf('KNOXSSO')?.allows(url, host) === true,
    gone,
  }
  const filtersOf = liveProviders(parts.providers, shared, fill)
  const rewriter = buildRewriter(plan.rewrite, rewriteFunctions, parts.sealerOf(plan.name))
  const byRole = new Map(plan.services.map(service => [service.role, pools.get(poolKey(service))?.pool]))
  const serviceUrl = (role: string) => byRole.get(role)?.endpoints[0]?.url ?? plan.rewrite.serviceUrls[role]?.[0]
  const editing = {...parts.editing, log: parts.log, trace: parts.trace}
  const entries = plan.services.flatMap(service => {
    const pool = byRole.get(service.role) ?? alone(service)
    const ways = new Map<string, () => Way>()
    const place = jsonPlace(plan.name, service.role)
    return service.routes.map(route => {
      const key = wayKey(route)
      const given = {plan, service, route, pool, rewriter, editing, serviceUrl, filtersOf, fill}
      const way = ways.get(key) ?? whenAsked(() => wayOf(given, parts))
      ways.set(key, way)
      return [parseTemplate(route.path), new RouteWhenAsked(service, route, place, way)] as const
    })
  })
  return buildMatcher(entries)
}

/** What a route says of its way. */
type Said = Pick<RoutePlan, 'rewrites' | 'providers' | 'dispatch'>

const wayKey = ({rewrites, providers, dispatch}: Said) =>
  JSON.stringify([rewrites.map(({to, apply}) => [to, apply]), providers, dispatch])

interface RouteParts {
  readonly plan: TopologyPlan
  readonly service: ServicePlan
  readonly route: Said
  readonly pool: EndpointPool
  readonly rewriter: Rewriter
  readonly editing: EditingParts
  readonly serviceUrl: (role: string) => string | undefined
  readonly fill: FillIn
  readonly filtersOf: (provider: ProviderPlan) => readonly Filter[]
}

function wayOf(given: RouteParts, parts: Parts): Way {
  const {service, route, pool, fill} = given
  const {transport, upgrades, streams, clock} = parts
  const plan = fill(route.dispatch)
  const options = {
    plan,
    pool: plan.ha || !pool.policy ? pool : alone(service),
    clock,
    whitelist: parts.whitelistOf(service.role),
  }
  const rewriting = {
    rewriter: given.rewriter.route(service.role, route.rewrites),
    role: service.role,
    serviceUrl: given.serviceUrl,
    log: parts.log,
    editing: given.editing,
  }
  return {
    filters: chainOf(given, plan, rewriteFilter(rewriting), parts),
    aim: aimBy(rewriting),
    pool: options.pool,
    dispatch: createDispatch(options, transport, streams),
    upgrade: createUpgrade(options, upgrades, streams),
  }
}

/** For a dispatch that knows one URL only, whatever the HaProvider says. */
const alone = ({urls}: ServicePlan) => endpointPool(urls.slice(0, 1), undefined)

/** In the order of Knox: who is it, rewrite, as whom, may they. */
function chainOf(
  {plan, route, filtersOf}: RouteParts,
  dispatch: DispatchPlan,
  rewrite: Filter,
  parts: Parts,
): readonly Filter[] {
  const providers = route.providers ?? plan.providers
  const made = (roles: ReadonlySet<string>) =>
    providers
      .filter(({role}) => roles.has(role))
      .flatMap(provider => {
        const filters = filtersOf(provider)
        return AUTHENTICATING.has(provider.role) ? filters.map(unlessAdmitted) : filters
      })
  const before = made(BEFORE_REWRITE)
  const early = before.filter(({late}) => late !== true)
  // Behind CORS, without which a page of another site could not read a refusal.
  const ofWeb = made(OF_WEB).filter(({late}) => late !== true).length
  const guard = loadGuard(dispatch, parts.streams, parts.isBusy)
  return [
    ...(dispatch.compression ? [compression(dispatch.compression)] : []),
    ...early.slice(0, ofWeb),
    ...(guard ? [guard] : []),
    ...early.slice(ofWeb),
    ...before.filter(({late}) => late === true),
    ...(parts.cookieScope ? [parts.cookieScope] : []),
    rewrite,
    ...made(AFTER_REWRITE),
  ]
}

/** Whoever was let in in another way need not authenticate. */
function unlessAdmitted(filter: Filter): Filter {
  const {enter} = filter
  return enter === undefined ? filter : {...filter, enter: exchange => (exchange.admitted ? exchange : enter(exchange))}
}

const OF_WEB: ReadonlySet<string> = new Set(['webappsec'])
const BEFORE_REWRITE: ReadonlySet<string> = new Set(['webappsec', TICKET, ...AUTHENTICATING])
const AFTER_REWRITE: ReadonlySet<string> = new Set(['identity-assertion', 'authorization'])
