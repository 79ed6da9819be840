import type {Problems} from '../common/problem.js'
import {suggestion} from '../common/suggest.js'
import type {ParamDescriptor, ProviderDescriptor, TopologyDescriptor} from '../descriptor/topology-descriptor.js'
import type {FailoverPolicy} from '../ha/failover-policy.js'
import {balancingOf, namesOf, stickinessOf} from './balancing.js'
import {balancingParams, nameParams, stickinessParams} from './balancing-params.js'
import {readParams} from './read-params.js'
import {type GivenParams, haParams} from './service-params.js'

const ALL = {...haParams, ...balancingParams, ...stickinessParams, ...nameParams}

type GivenHa = ReturnType<typeof readParams<typeof ALL>>

/** What HaProvider says, by service role. */
export type HaParams = ReadonlyMap<string, GivenHa>

const PROVIDER_ROLE = 'ha'

/** Of the only provider of that role, in lower case. */
const PROVIDER_NAME = 'haprovider'

/** Whether a provider is Knox's HaProvider. */
export function isHaProvider({role}: ProviderDescriptor): boolean {
  return role.toLowerCase() === PROVIDER_ROLE
}

/** Reads the params of HaProvider, each named after a role. Source: Knox, `HaDescriptorFactory`. */
export function readHaParams(topology: TopologyDescriptor, problems: Problems): HaParams {
  const roles = new Set(topology.services.map(service => service.role))
  const read = new Map<string, GivenHa>()
  for (const provider of topology.providers) {
    if (!isHaProvider(provider) || !provider.enabled) continue
    if (provider.name.toLowerCase() !== PROVIDER_NAME)
      problems.fault('provider-unavailable', provider.at, `there is no provider ha/${provider.name}, only HaProvider`)
    for (const param of provider.params) {
      if (!roles.has(param.name))
        problems.warning(
          'ha-role-unknown',
          param.at,
          `the topology has no service with the role ${param.name}${suggestion(param.name, roles)}`,
        )
      read.set(param.name, readParams('HaProvider', ALL, pairsOf(param, problems), problems))
    }
  }
  return read
}

/** Keys of Knox's older documentation, which its code does not read, and those of service discovery. */
const UNUSED: ReadonlySet<string> = new Set([
  'retrySleep',
  'maxRetryAttempts',
  'zookeeperEnsemble',
  'zookeeperNamespace',
])

function pairsOf({value, at}: ParamDescriptor, problems: Problems): readonly ParamDescriptor[] {
  const pairs: ParamDescriptor[] = []
  for (const pair of value.split(';')) {
    const [name = '', ...rest] = pair.split('=').map(part => part.trim())
    const text = rest.join('=')
    if (name === '') continue
    if (UNUSED.has(name)) problems.warning('ha-param-unused', at, `${name} has no effect, neither here nor in Knox`)
    else if (name === 'enabled' && text.toLowerCase() === 'auto') {
      problems.warning(
        'ha-enabled-auto',
        at,
        'enabled=auto belongs to service discovery; it counts as false, as in Knox',
      )
      pairs.push({name, value: 'false', at})
    } else if (rest.length > 0) pairs.push({name, value: text, at})
    else problems.fault('ha-param-invalid', at, `"${pair}" is not name=value`)
  }
  return pairs
}

/**
 * The policy of a service; undefined when HA is off for it. Params of the service go before those
 * of the provider. Source: Knox, `HaProviderDeploymentContributor`, `CommonHaDispatch`.
 */
export function failoverOf(role: string, ha: HaParams, service: GivenParams): FailoverPolicy | undefined {
  const given = ha.get(role)
  if (given === undefined || !(service.haEnabled ?? given.enabled ?? haParams.enabled.default)) return undefined
  const shared = balancingOf({...given, ...service})
  const balancing = shared.enableLoadBalancing
  const sticky = balancing && (given.enableStickySession ?? false)
  const cookie = given.stickySessionCookieName ?? haParams.stickySessionCookieName.default
  return {
    maxFailoverAttempts:
      service.maxFailoverAttempts ?? given.maxFailoverAttempts ?? haParams.maxFailoverAttempts.default,
    failoverSleep: service.failoverSleep ?? given.failoverSleep ?? haParams.failoverSleep.default,
    ...shared,
    ...stickinessOf({...given, ...service}),
    ...namesOf({...given, ...service}),
    enableStickySession: sticky,
    stickySessionCookieName: `${cookie}-${role}`,
    noFallback: sticky && (given.noFallback ?? false),
    failoverNonIdempotentRequestEnabled: given.failoverNonIdempotentRequestEnabled ?? false,
    disableLoadBalancingForUserAgents:
      given.disableLoadBalancingForUserAgents ?? haParams.disableLoadBalancingForUserAgents.default,
    failoverStatuses: service.failoverStatuses ?? given.failoverStatuses ?? [],
    failoverOnIdle: service.failoverOnIdle ?? given.failoverOnIdle ?? haParams.failoverOnIdle.default,
  }
}
