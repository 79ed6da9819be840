import type {Problems} from '../common/problem.js'
import {cutUrl} from '../common/request-url.js'
import type {ApplyDescriptor, PolicyDescriptor, RouteDescriptor} from '../descriptor/service-descriptor.js'
import type {
  DispatchDescriptor,
  TopologyDescriptor,
  TopologyServiceDescriptor,
} from '../descriptor/topology-descriptor.js'
import type {FailoverPolicy} from '../ha/failover-policy.js'
import type {DispatchPlan} from '../pipeline/dispatch-plan.js'
import type {Site} from '../site/site.js'
import {checkBalancing} from './balancing.js'
import type {Catalogue} from './catalogue.js'
import type {Definition} from './definition.js'
import {type DefinitionIndex, isNamed} from './definition-index.js'
import {chooseDispatch, type DispatchChoice, planDispatch} from './dispatch.js'
import type {ProviderPlan, RoutePlan, ServicePlan} from './gateway-plan.js'
import {failoverOf, type HaParams} from './ha.js'
import {planPolicies} from './providers.js'
import {type GivenParams, readServiceParams} from './service-params.js'

/** What all services of a topology share. */
export interface TopologyContext {
  readonly index: DefinitionIndex
  readonly site: Site
  readonly catalogue: Catalogue
  readonly topology: TopologyDescriptor
  readonly providers: readonly ProviderPlan[]
  readonly ha: HaParams
  readonly gateOpen: boolean
  /** Whether the topology's definitions have a rule or filter of that name, and have not left it out. */
  has(name: string): boolean
}

/** A service of a topology with the definition it means. */
export interface Chosen {
  readonly service: TopologyServiceDescriptor
  readonly definition: Definition
}

/** The plan of one service; it counts only if no fault was told. */
export function planService(chosen: Chosen, context: TopologyContext, problems: Problems): ServicePlan {
  const {service, definition} = chosen
  const params = readServiceParams(service.params, problems)
  const failover = failoverOf(service.role, context.ha, {...definition.params, ...params})
  checkUrls(service, problems)
  checkBalancing(service, {given: params, ha: context.ha.get(service.role) ?? {}, failover}, problems)
  tellMissingRoles(chosen, context, problems)
  return {
    role: service.role,
    name: definition.service.name,
    version: definition.service.version,
    urls: service.urls.map(({url}) => url),
    failover,
    routes: planRoutes(chosen, params, failover, context, problems),
    at: service.at,
  }
}

/** Other schemes only lend their URL to rules. */
function checkUrls({role, urls, at}: TopologyServiceDescriptor, problems: Problems): void {
  if (urls.length === 0) problems.fault('service-without-url', at, `${role} has no url`)
  for (const {url, at: where} of urls)
    if (!/^(https?|wss?)$/i.test(cutUrl(url)?.scheme ?? ''))
      problems.fault('url-invalid', where, `${role} is served at "${url}", which is not http, https, ws or wss`)
}

/** Tells of roles whose URL the routes of a service cannot do without, and that the topology does not have. */
function tellMissingRoles({service, definition}: Chosen, {topology}: TopologyContext, problems: Problems): void {
  const there = new Set(topology.services.flatMap(({role, urls}) => (urls.length > 0 ? [role] : [])))
  const told = new Set<string>()
  for (const {path, rewrites} of definition.routes) {
    const rule = ruleOf(rewrites)
    for (const role of definition.neededRoles.get(rule ?? '') ?? []) {
      if (there.has(role) || told.size === told.add(role).size) continue
      const what = `${path} of ${service.role} needs a URL of ${role}, by the rule ${rule}`
      problems.warning('role-missing', service.at, `${what}: without it, requests are answered with 500`)
    }
  }
}

const ruleOf = (rewrites: readonly ApplyDescriptor[]) => rewrites.findLast(({to}) => to === 'request.url')?.apply

/** Many routes share a dispatch or policies, which are planned, and told of, once. */
function planRoutes(
  chosen: Chosen,
  params: GivenParams,
  failover: FailoverPolicy | undefined,
  context: TopologyContext,
  problems: Problems,
): readonly RoutePlan[] {
  const {service, definition} = chosen
  const {topology, providers, catalogue} = context
  const ofTopology = service.dispatch && readServiceParams(service.dispatch.params, problems)
  const attempts = failover && {
    maxFailoverAttempts: failover.maxFailoverAttempts,
    failoverSleep: failover.failoverSleep,
    failoverOnIdle: failover.failoverOnIdle,
  }
  const dispatches = new Map<DispatchDescriptor | undefined, {readonly value: DispatchPlan | undefined}>()
  const guards = new Map<readonly PolicyDescriptor[], {readonly value: RoutePlan['providers']}>()
  return definition.routes.flatMap(route => {
    const choice = chooseDispatch(service.dispatch, route.dispatch, definition.service.dispatch)
    const policies = route.policies.length > 0 ? route.policies : definition.service.policies
    const dispatch = once(dispatches, choice.descriptor, () => {
      const own = choice.from === 'topology' ? ofTopology : paramsOf(choice, definition)
      const layered = {...definition.params, ...own, ...params, ...attempts}
      return planOne(choice, layered, {service, context, ha: failover !== undefined}, problems)
    })
    const guard = once(guards, policies, () => planPolicies(policies, topology, providers, catalogue, problems))
    const rewrites = keptApplies(route, definition, context, problems)
    if (!canAim(route, context, problems)) return []
    return dispatch ? [{path: route.path, rewrites, providers: guard, dispatch, at: route.at}] : []
  })
}

const paramsOf = ({descriptor}: DispatchChoice, {dispatchParams}: Definition) =>
  descriptor && dispatchParams.get(descriptor)

interface DispatchPlace {
  readonly service: TopologyServiceDescriptor
  readonly context: TopologyContext
  readonly ha: boolean
}

function planOne(
  choice: DispatchChoice,
  params: GivenParams,
  {service, context, ha}: DispatchPlace,
  problems: Problems,
): DispatchPlan | undefined {
  const {site, catalogue, gateOpen, topology} = context
  const {role, at} = service
  const place = {site, catalogue, gateOpen, topology: topology.name, role, at, ha}
  const plan = planDispatch(choice, params, place, problems)
  if (plan?.kind === 'sse' && !gateOpen)
    problems.warning(
      'gate-closed',
      at,
      `${role} streams, but neither gateway.servlet.async.supported nor gateway.servlet.async.supported.topologies lets ${topology.name} do so: its streams are answered with 500`,
    )
  return plan
}

/** Without the rule that makes its address a route would go wherever another rule leads: it is not offered. */
function canAim({rewrites, path, at}: RouteDescriptor, context: TopologyContext, problems: Problems): boolean {
  const lost = ruleOf(rewrites)
  if (lost === undefined || context.has(lost)) return true
  problems.warning('route-unserved', at, `${path} needs the rule ${lost}, which is not there; it is not served`)
  return false
}

/** The applies of a route that name a rule or filter of the topology. */
function keptApplies(
  {rewrites}: RouteDescriptor,
  definition: Definition,
  context: TopologyContext,
  problems: Problems,
): readonly ApplyDescriptor[] {
  return rewrites.filter(({apply, at}) => {
    if (context.has(apply)) return true
    if (!definition.names.has(apply) && isNamed(apply, definition, context.index)) {
      const roles = [...(context.index.names.get(apply) ?? [])].join(', ')
      problems.warning('apply-elsewhere', at, `${apply} is a rule or filter of ${roles}, which not every topology has`)
    }
    return false
  })
}

/** What was made for a key, made when it is first asked for. */
function once<K, V>(made: Map<K, {readonly value: V}>, key: K, make: () => V): V {
  const before = made.get(key)
  if (before) return before.value
  const value = make()
  made.set(key, {value})
  return value
}
