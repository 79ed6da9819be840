import type {BalancingPolicy, HealthPolicy, NamePolicy} from './balancing-policy.js'
import type {SessionPolicy} from './sessions.js'

/**
 * How the URLs of one service share the work; the fields are those of Knox's HaProvider, spelt as
 * in its files. Source: Knox, `HaServiceConfig`.
 */
export interface FailoverPolicy {
  /** Attempts after the first. */
  readonly maxFailoverAttempts: number
  /** Milliseconds between two attempts. */
  readonly failoverSleep: number
  readonly enableLoadBalancing: boolean
  readonly enableStickySession: boolean
  /** Whole name, the role's suffix included. */
  readonly stickySessionCookieName: string
  readonly noFallback: boolean
  readonly failoverNonIdempotentRequestEnabled: boolean
  /** Parts of User-Agent values for which balancing is off. */
  readonly disableLoadBalancingForUserAgents: readonly string[]
  /** Statuses that count as a failure of the endpoint (before the response head); none in Knox. */
  readonly failoverStatuses: readonly number[]
  /** So does a stream without a first event. */
  readonly failoverOnIdle: boolean
  /** Of the sticky cookie, in milliseconds; absent: it ends with the browser's session, as Knox's does. */
  readonly stickySessionTtl?: number
  /** Absent: services name no sessions. */
  readonly session?: SessionPolicy
  /** Absent: Knox's queue decides. */
  readonly balancing?: BalancingPolicy
  /** Absent: no endpoint is ever left out. */
  readonly health?: HealthPolicy
  /** Absent: the names in URLs are resolved for each connection, and each URL is one endpoint. */
  readonly names?: NamePolicy
}
