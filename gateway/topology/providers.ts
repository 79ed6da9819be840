import {itemsOf} from '../common/params.js'
import type {Problems, Severity} from '../common/problem.js'
import {suggestion} from '../common/suggest.js'
import type {PolicyDescriptor} from '../descriptor/service-descriptor.js'
import type {ProviderDescriptor, TopologyDescriptor} from '../descriptor/topology-descriptor.js'
import type {Site} from '../site/site.js'
import {type FindAlias, tellUnfitAliases} from './alias-check.js'
import type {Catalogue} from './catalogue.js'
import type {ProviderPlan} from './gateway-plan.js'
import {isHaProvider} from './ha.js'
import {readParams} from './read-params.js'

const HOSTMAP = 'hostmap'

/** Rewriting is always there, in its place, and takes the hosts of `hostmap`. */
const ASIDE: ReadonlySet<string> = new Set([HOSTMAP, 'rewrite'])

/** Who a provider must be for a topology not to be open to everybody. */
export const AUTHENTICATING: ReadonlySet<string> = new Set(['authentication', 'federation'])

/** The role of a provider that lets in who authenticated a moment ago. */
export const TICKET = 'ticket'

/**
 * The providers of a topology that guard its requests, in Knox's order. One that is not enabled is
 * left out, one that the gateway lacks is a fault. Identity assertion is added when none is named.
 * Source: Knox, `DeploymentFactory`.
 */
export function planProviders(
  topology: TopologyDescriptor,
  {catalogue, site, aliases}: ProviderContext,
  problems: Problems,
): readonly ProviderPlan[] {
  const roles = rolesOf(topology)
  tellUnfit(topology, catalogue, aliases, problems)
  const planned = topology.providers
    .filter(({enabled, role, name}) => enabled && role !== '' && name !== '')
    .filter(provider => !isHaProvider(provider))
    .flatMap(provider => planProvider(withGroupConfig(provider, site), roles, catalogue, problems) ?? [])
    .filter(({role}) => !ASIDE.has(role))
  if (!planned.some(({role}) => AUTHENTICATING.has(role)) && !authenticated(topology))
    tellOpen(topology, site, problems)
  if (!topology.providers.some(provider => sameName(provider.role, IDENTITY_ASSERTION)))
    planned.push({role: IDENTITY_ASSERTION, name: 'Default', params: {}, at: topology.at})
  return planned.sort((one, other) => place(one, catalogue) - place(other, catalogue))
}

/** What planning providers needs to know. */
interface ProviderContext {
  readonly catalogue: Catalogue
  readonly site: Site
  readonly aliases: FindAlias
}

function tellUnfit(
  {name: topology, providers}: TopologyDescriptor,
  catalogue: Catalogue,
  find: FindAlias,
  problems: Problems,
) {
  const valueOf = (alias: string) => {
    const found = find(topology, alias)
    return 'value' in found ? found.value : undefined
  }
  for (const {enabled, role, name, params} of providers)
    if (enabled) tellUnfitAliases(findProvider(role, name, catalogue)?.params ?? {}, params, valueOf, problems)
}

/** `gateway.strict.topology.validation`. Source: Knox, `GatewayConfig.isTopologyValidationEnabled`. */
function tellOpen({name, at}: TopologyDescriptor, {settings}: Site, problems: Problems): void {
  if (settings['gateway.strict.topology.validation'])
    problems.fault('topology-open', at, `${name} has no authentication`)
  else problems.warning('topology-open', at, `${name} has no authentication: it is served open`)
}

/** A provider's own params go before those of the site that it asks for. Source: Knox, `HadoopGroupProviderDeploymentContributor`. */
function withGroupConfig(provider: ProviderDescriptor, {groupConfig}: Site): ProviderDescriptor {
  const {params} = provider
  const named = (name: string) => params.some(param => sameName(param.name, name))
  if (!named('CENTRAL_GROUP_CONFIG_PREFIX')) return provider
  return {...provider, params: [...groupConfig.filter(({name}) => !named(name)), ...params]}
}

const IDENTITY_ASSERTION = 'identity-assertion'

const authenticated = ({providers}: TopologyDescriptor) =>
  providers.some(({role, enabled}) => enabled && AUTHENTICATING.has(role.toLowerCase()))

function planProvider(
  provider: ProviderDescriptor,
  roles: readonly string[],
  catalogue: Catalogue,
  problems: Problems,
): ProviderPlan | undefined {
  const {role, name, params, at} = provider
  const found = findProvider(role, name, catalogue)
  if (!found) {
    const names = catalogue.providers.filter(each => sameName(each.role, role)).map(each => each.name)
    const meant = names.length > 0 ? suggestion(name, names) : suggestion(role, catalogue.providerRoles)
    problems.fault(
      'provider-unavailable',
      at,
      `there is no provider ${role}/${name}${meant}; the topology is not served without it`,
    )
    return undefined
  }
  const given = readParams(`${found.role}/${found.name}`, found.params, params, problems)
  const tell = (severity: Severity) => (param: string, message: string) => {
    const place = params.findLast(each => sameName(each.name, param))?.at ?? at
    problems[severity](severity === 'fault' ? 'param-invalid' : 'param-doubtful', place, `${param}: ${message}`)
  }
  found.check?.(given, {roles, fault: tell('fault'), warning: tell('warning')})
  return {role: found.role, name: found.name, params: given, at}
}

/**
 * The providers of a route by the policies of its definition; undefined: those of the topology.
 * A policy of a role that the topology does not have is left out; tickets, which Knox does not know, are for all routes. Source: Knox,
 * `ServiceDefinitionDeploymentContributor`.
 */
export function planPolicies(
  policies: readonly PolicyDescriptor[],
  topology: TopologyDescriptor,
  planned: readonly ProviderPlan[],
  catalogue: Catalogue,
  problems: Problems,
): readonly ProviderPlan[] | undefined {
  if (policies.length === 0) return undefined
  const tickets = planned.filter(({role}) => role === TICKET)
  const named = policies.flatMap(policy => {
    const role = policy.role.toLowerCase()
    const own = planned.filter(provider => sameName(provider.role, role))
    const wanted = policy.name === undefined ? own : own.filter(provider => sameName(provider.name, policy.name ?? ''))
    if (wanted.length > 0) return wanted
    if (policy.name === undefined || !(own.length > 0 || (AUTHENTICATING.has(role) && authenticated(topology))))
      return []
    const provider = {role, name: policy.name, enabled: true, params: [], at: policy.at}
    return planProvider(provider, rolesOf(topology), catalogue, problems) ?? []
  })
  return [...tickets, ...named.filter(({role}) => role !== TICKET)]
}

/** Host names of the provider `hostmap`: outside, several between commas, to inside. Source: Knox, `HostmapDeploymentContributor`. */
export function hostmapOf({providers}: TopologyDescriptor): Readonly<Record<string, readonly string[]>> {
  const entries = providers
    .filter(({role, enabled}) => enabled && sameName(role, HOSTMAP))
    .flatMap(({params}) => params)
    .map(({name, value}) => [name, itemsOf(value)] as const)
  return Object.fromEntries(entries)
}

const rolesOf = ({services}: TopologyDescriptor) => services.map(({role}) => role)

const findProvider = (role: string, name: string, {providers}: Catalogue) =>
  providers.find(each => sameName(each.role, role) && sameName(each.name, name))

const sameName = (one: string, other: string) => one.trim().toLowerCase() === other.trim().toLowerCase()

function place({role}: ProviderPlan, {providerRoles}: Catalogue): number {
  const found = providerRoles.indexOf(role)
  return found < 0 ? providerRoles.length : found
}
