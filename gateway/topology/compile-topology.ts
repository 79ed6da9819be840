import type {Problems} from '../common/problem.js'
import {cutUrl} from '../common/request-url.js'
import {suggestion} from '../common/suggest.js'
import type {ApplyDescriptor, RouteDescriptor} from '../descriptor/service-descriptor.js'
import type {TopologyDescriptor, TopologyServiceDescriptor} from '../descriptor/topology-descriptor.js'
import type {FailoverPolicy} from '../ha/failover-policy.js'
import type {Site} from '../site/site.js'
import type {Catalogue} from './catalogue.js'
import type {Definition} from './definition.js'
import {chooseDefinition, type DefinitionIndex, isNamed} from './definition-index.js'
import {digestOf} from './digest.js'
import {chooseDispatch, planDispatch} from './dispatch.js'
import type {ProviderPlan, RoutePlan, ServicePlan, TopologyPlan} from './gateway-plan.js'
import {failoverOf, type HaParams, readHaParams} from './ha.js'
import {hostmapOf, planPolicies, planProviders} from './providers.js'
import {type GivenParams, readServiceParams} from './service-params.js'

/** What all topologies of a plan share. */
export interface PlanContext {
  readonly index: DefinitionIndex
  readonly site: Site
  readonly siteDigest: string
  readonly catalogue: Catalogue
}

/** What all services of a topology share. */
interface TopologyContext extends PlanContext {
  readonly topology: TopologyDescriptor
  readonly providers: readonly ProviderPlan[]
  readonly ha: HaParams
  readonly gateOpen: boolean
  /** Rules and filters that the topology's definitions have, without those left out. */
  readonly names: ReadonlySet<string>
}

/** A service of a topology with the definition it means. */
interface Chosen {
  readonly service: TopologyServiceDescriptor
  readonly definition: Definition
}

/** The plan of one topology; it counts only if no fault was told. */
export function compileTopology(topology: TopologyDescriptor, context: PlanContext, problems: Problems): TopologyPlan {
  const {index, site, siteDigest, catalogue} = context
  const chosen = lastOfEach(
    topology.services.flatMap(service => choose(service, index, problems)),
    problems,
  )
  const used = [...new Set(chosen.map(({definition}) => definition))]
  const providers = planProviders(topology, catalogue, problems)
  const shared: TopologyContext = {
    ...context,
    topology,
    providers,
    ha: readHaParams(topology, problems),
    gateOpen: isGateOpen(topology.name, site),
    names: new Set(used.flatMap(({names, leftOut}) => [...names].filter(name => !leftOut.has(name)))),
  }
  return {
    name: topology.name,
    digest: digestOf([topology, used.map(({digest}) => digest), siteDigest]),
    providers,
    services: chosen.map(each => planService(each, shared, problems)),
    rewrite: {
      definitions: used.map(({rewrite}) => rewrite),
      serviceUrls: Object.fromEntries(topology.services.map(({role, urls}) => [role, urls.map(({url}) => url)])),
      hostmap: hostmapOf(topology),
      topology: topology.name,
      gatewayName: site.settings['gateway.path'],
    },
    at: topology.at,
  }
}

/** Source: Knox, `GatewayConfigImpl.isTopologyAsyncSupported`. */
function isGateOpen(topology: string, {settings}: Site): boolean {
  const name = topology.toLowerCase()
  return (
    settings['gateway.servlet.async.supported'] ||
    settings['gateway.servlet.async.supported.topologies'].some(each => each.toLowerCase() === name)
  )
}

function choose(service: TopologyServiceDescriptor, index: DefinitionIndex, problems: Problems): readonly Chosen[] {
  const definition = chooseDefinition(service, index, problems)
  if (definition === 'refused') return []
  if (definition !== 'undefined') return [{service, definition}]
  const {role, urls, at} = service
  const lends = urls.length > 0 ? 'it only lends its URL to rules' : 'it is not served'
  if (urls.length === 0 || urls.some(({url}) => /^(https?|wss?):/i.test(url)))
    problems.warning(
      'role-undefined',
      at,
      `no definition has the role ${role}${suggestion(role, index.byRole.keys())}; ${lends}`,
    )
  return []
}

/** Of one definition asked for twice the last service holds, as in Knox. */
function lastOfEach(chosen: readonly Chosen[], problems: Problems): readonly Chosen[] {
  return chosen.filter(({service, definition}, i) => {
    const later = chosen.slice(i + 1).find(other => other.definition === definition)
    if (later)
      problems.warning(
        'service-duplicate',
        service.at,
        `${service.role} stands in line ${later.service.at.line} again, which holds; one service may have several URLs`,
      )
    return later === undefined
  })
}

function planService({service, definition}: Chosen, context: TopologyContext, problems: Problems): ServicePlan {
  const params = readServiceParams(service.params, problems)
  const layered = {...definition.params, ...params}
  const failover = failoverOf(service.role, context.ha, layered)
  checkUrls(service, problems)
  return {
    role: service.role,
    name: definition.service.name,
    version: definition.service.version,
    urls: service.urls.map(({url}) => url),
    failover,
    routes: planRoutes({service, definition}, params, failover, context, problems),
    at: service.at,
  }
}

function checkUrls({role, urls, at}: TopologyServiceDescriptor, problems: Problems): void {
  if (urls.length === 0) problems.fault('service-without-url', at, `${role} has no url`)
  for (const {url, at: where} of urls) {
    const cut = cutUrl(url)
    if (/^[^/?#]*\/\/[^/?#]*@|#/.test(url))
      problems.warning('url-unused', where, 'user, password and fragment of the URL are not sent to the service')
    if (!/^(https?|wss?)$/i.test(cut?.scheme ?? '') || cut?.host === '')
      problems.fault('url-invalid', where, `"${url}" is not an address such as http://host:8080/path`)
  }
}

function planRoutes(
  {service, definition}: Chosen,
  params: GivenParams,
  failover: FailoverPolicy | undefined,
  context: TopologyContext,
  problems: Problems,
): readonly RoutePlan[] {
  const planned = new Map<unknown, RoutePlan['dispatch'] | undefined>()
  const topologyDispatch = service.dispatch && readServiceParams(service.dispatch.params, problems)
  return definition.routes.flatMap(route => {
    const choice = chooseDispatch(service.dispatch, route.dispatch, definition.service.dispatch)
    const own =
      choice.from === 'topology'
        ? topologyDispatch
        : choice.descriptor && definition.dispatchParams.get(choice.descriptor)
    if (!planned.has(choice.descriptor)) {
      const {site, catalogue, gateOpen, topology} = context
      const where = {site, catalogue, gateOpen, topology: topology.name, role: service.role, at: service.at}
      const layered = {...definition.params, ...own, ...params}
      const dispatch = planDispatch(choice, layered, {...where, ha: failover !== undefined}, problems)
      if (dispatch?.kind === 'sse' && !gateOpen) warnOfGate(service, context, problems)
      planned.set(choice.descriptor, dispatch)
    }
    const dispatch = planned.get(choice.descriptor)
    return dispatch ? [{...planRoute(route, definition, context, problems), dispatch}] : []
  })
}

function warnOfGate({role, at}: TopologyServiceDescriptor, {topology}: TopologyContext, problems: Problems): void {
  problems.warning(
    'gate-closed',
    at,
    `${role} streams, but neither gateway.servlet.async.supported nor gateway.servlet.async.supported.topologies lets ${topology.name} do so: its streams are answered with 500`,
  )
}

function planRoute(
  route: RouteDescriptor,
  definition: Definition,
  {names, index, topology, providers, catalogue}: TopologyContext,
  problems: Problems,
): Omit<RoutePlan, 'dispatch'> {
  const policies = route.policies.length > 0 ? route.policies : definition.service.policies
  const keep = ({apply, at}: ApplyDescriptor) => {
    if (names.has(apply)) return true
    if (!definition.names.has(apply) && isNamed(apply, definition, index)) {
      const roles = [...(index.names.get(apply) ?? [])].join(', ')
      problems.warning('apply-elsewhere', at, `${apply} is a rule or filter of ${roles}, which not every topology has`)
    }
    return false
  }
  return {
    path: route.path,
    rewrites: route.rewrites.filter(keep),
    providers: planPolicies(policies, topology, providers, catalogue, problems),
    at: route.at,
  }
}
