import type {SourceLocation} from '../common/problem.js'
import type {ApplyDescriptor} from '../descriptor/service-descriptor.js'
import type {FailoverPolicy} from '../ha/failover-policy.js'
import type {DispatchPlan} from '../pipeline/dispatch-plan.js'
import type {RewritePlan} from '../rewrite/rewrite-plan.js'

/** Everything the gateway serves; immutable JSON, right by construction. */
export interface GatewayPlan {
  /** By name. */
  readonly topologies: Readonly<Record<string, TopologyPlan>>
}

export interface TopologyPlan {
  readonly name: string
  /** Of everything below; two plans with the same digest are the same, and a swap keeps the live one. */
  readonly digest: string
  /** What its files ask for and it does not do: the warnings that say so, without their places. */
  readonly leftOut: readonly string[]
  /** In the order in which they guard a request. */
  readonly providers: readonly ProviderPlan[]
  readonly services: readonly ServicePlan[]
  readonly rewrite: RewritePlan
  readonly at: SourceLocation
}

export interface ProviderPlan {
  readonly role: string
  readonly name: string
  /** Those that the file sets, as read by the provider's table. */
  readonly params: Readonly<Record<string, unknown>>
  readonly at: SourceLocation
}

export interface ServicePlan {
  readonly role: string
  readonly name: string
  readonly version: string
  readonly urls: readonly string[]
  /** Undefined: HA is off for this service, its first URL serves. */
  readonly failover: FailoverPolicy | undefined
  readonly routes: readonly RoutePlan[]
  readonly at: SourceLocation
}

export interface RoutePlan {
  /** URL template of path and query, relative to the topology. */
  readonly path: string
  readonly rewrites: readonly ApplyDescriptor[]
  /** Of the route's or the definition's policies, in their order; undefined: those of the topology guard it. */
  readonly providers: readonly ProviderPlan[] | undefined
  readonly dispatch: DispatchPlan
  readonly at: SourceLocation
}
