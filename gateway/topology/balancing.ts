import {defaultsOf, type Values} from '../common/params.js'
import type {Problems} from '../common/problem.js'
import type {TopologyServiceDescriptor} from '../descriptor/topology-descriptor.js'
import type {CheckPolicy} from '../ha/balancing-policy.js'
import type {FailoverPolicy} from '../ha/failover-policy.js'
import {balancingParams, nameParams, stickinessParams} from './balancing-params.js'

/** Params that are read; those that no file sets are absent. */
export interface GivenBalancing
  extends Partial<Values<typeof balancingParams & typeof stickinessParams & typeof nameParams>> {
  readonly enableLoadBalancing?: boolean
  readonly enableStickySession?: boolean
  readonly useTwoWaySsl?: boolean
  readonly 'httpclient.http2'?: 'off' | 'offered' | 'always'
}

const namedIn = (given: object, table: object) => Object.keys(table).filter(name => name in given)

const DEFAULTS = defaultsOf(balancingParams)

/** With `loadBalancing`, where nothing else is said: one failure may be that of its request. */
const EJECT_AFTER = 3

/** What the policy of a service says of balancing; nothing beyond Knox's, where none of the other params is named. */
export function balancingOf(
  given: GivenBalancing,
): Pick<FailoverPolicy, 'enableLoadBalancing' | 'balancing' | 'health'> {
  const {loadBalancing, weights} = given
  const enableLoadBalancing = given.enableLoadBalancing ?? (loadBalancing !== undefined || weights !== undefined)
  if (namedIn(given, balancingParams).length === 0) return {enableLoadBalancing}
  const all = {...DEFAULTS, ...given}
  const balancing = {method: all.loadBalancing, hashOn: all.hashOn, weights: all.weights}
  const {ejectAfter = loadBalancing === undefined ? 0 : EJECT_AFTER} = given
  const {ejectionTime, slowStart} = all
  const health = {ejectAfter, ejectionTime, slowStart, ...(all.healthCheckPath !== '' && {checks: checksOf(all)})}
  return {enableLoadBalancing, ...(enableLoadBalancing && {balancing}), health}
}

/** How clients stay with a URL, beside Knox's cookie. */
export function stickinessOf({
  stickySessionHeader: header,
  stickySessionTtl: ttl,
}: GivenBalancing): Pick<FailoverPolicy, 'session' | 'stickySessionTtl'> {
  return {
    ...(ttl !== undefined && ttl > 0 && {stickySessionTtl: ttl}),
    ...(header && {session: {header, ttl: ttl ?? stickinessParams.stickySessionTtl.default}}),
  }
}

/** The version of HTTP that a service is spoken to by. */
export function http2Of({'httpclient.http2': http2 = 'off'}: GivenBalancing): {readonly http2?: 'offered' | 'always'} {
  return http2 === 'off' ? {} : {http2}
}

/** What the names in a service's URLs stand for. */
export function namesOf({resolveNames: kind, resolveInterval}: GivenBalancing): Pick<FailoverPolicy, 'names'> {
  if (kind === undefined || kind === 'none') return {}
  return {names: {kind, interval: resolveInterval ?? nameParams.resolveInterval.default}}
}

function checksOf(all: Values<typeof balancingParams> & GivenBalancing): CheckPolicy {
  return {
    path: all.healthCheckPath,
    interval: all.healthCheckInterval,
    timeout: all.healthCheckTimeout,
    statuses: all.healthCheckStatuses,
    host: all.healthCheckHost,
    twoWay: all.useTwoWaySsl ?? false,
    ...http2Of(all),
    healthy: all.healthyThreshold,
    unhealthy: all.unhealthyThreshold,
  }
}

/** What params belong to: they change nothing without it. */
const NEEDS: readonly (readonly [names: RegExp, what: string, isThere: (given: GivenBalancing) => boolean])[] = [
  [/^hashOn$/, 'loadBalancing=hash', ({loadBalancing}) => loadBalancing === 'hash'],
  [/^(healthCheck.+|.*Threshold)$/, 'healthCheckPath', ({healthCheckPath = ''}) => healthCheckPath !== ''],
  [
    /^(enableStickySession|disableLoadBalancingForUserAgents)$/,
    'enableLoadBalancing',
    given => balancingOf(given).enableLoadBalancing,
  ],
  [
    /^(noFallback|stickySessionCookieName)$/,
    'enableStickySession',
    ({enableStickySession}) => enableStickySession === true,
  ],
  [/^resolveInterval$/, 'resolveNames', ({resolveNames = 'none'}) => resolveNames !== 'none'],
]

/** What a service may say that only HA does. */
const OF_HA = {...balancingParams, ...stickinessParams, ...nameParams, failoverStatuses: true, failoverOnIdle: true}

/** Tells of params that change nothing, and of more weights than there are URLs. `given`: of the service itself; `ha`: of HaProvider for it. */
export function checkBalancing(
  {role, urls, at}: TopologyServiceDescriptor,
  {given, ha, failover}: {given: GivenBalancing; ha: GivenBalancing; failover: FailoverPolicy | undefined},
  problems: Problems,
): void {
  const {weights = []} = failover?.balancing ?? {}
  if (weights.length > urls.length)
    problems.fault('weights-too-many', at, `${role} has ${weights.length} weights and ${urls.length} URLs`)
  const tell = (names: readonly string[], why: string) => {
    if (names.length > 0)
      problems.warning('balancing-unused', at, `${role}: ${names.join(', ')} has no effect, since ${why}`)
  }
  if (failover === undefined) tell(namedIn(given, OF_HA), 'HA is off for it')
  const all = failover === undefined ? {} : {...ha, ...given}
  for (const [names, what, isThere] of NEEDS)
    if (!isThere(all))
      tell(
        Object.entries(all).flatMap(([name, value]) => (names.test(name) && value !== false ? [name] : [])),
        `there is no ${what}`,
      )
}
