/** What a request is hashed by; names of header fields are lower case. */
export type HashOn = 'principal' | `header:${string}` | `cookie:${string}`

/** How requests are shared out among the URLs of a service, where it is not left to Knox's queue. */
export interface BalancingPolicy {
  readonly method: 'round-robin' | 'least-streams' | 'hash'
  /** Only for `hash`. */
  readonly hashOn: HashOn
  /** Of the URLs, in their order; those without one have 1. */
  readonly weights: readonly number[]
}

/** When an endpoint is left out, and how it comes back. Times in milliseconds. */
export interface HealthPolicy {
  /** Failures in a row after which it is left out; 0: never. */
  readonly ejectAfter: number
  /** How long, before one request may try it again; doubled each time that fails. */
  readonly ejectionTime: number
  /** How long its part of the requests grows once it is back; 0: it has all of it at once. */
  readonly slowStart: number
  /** Absent: nothing is asked but what clients ask. */
  readonly checks?: CheckPolicy
}

/** How endpoints are asked whether they are well. Times in milliseconds. */
export interface CheckPolicy {
  /** From the root of the URL's host; with a query, if need be. */
  readonly path: string
  readonly interval: number
  readonly timeout: number
  /** First and last of each range that is well. */
  readonly statuses: readonly (readonly [first: number, last: number])[]
  /** Named as Host; empty: that of the URL. */
  readonly host: string
  /** The gateway shows its certificate. */
  readonly twoWay: boolean
  /** As requests go. */
  readonly http2?: 'offered' | 'always'
  /** Checks in a row after which an endpoint that is down is up, and the other way round. */
  readonly healthy: number
  readonly unhealthy: number
}

/** What the name in a service's URL stands for. */
export interface NamePolicy {
  /** All of its addresses, or the services that its SRV records name. */
  readonly kind: 'addresses' | 'srv'
  /** Milliseconds until it is asked for again, where the answer does not say. */
  readonly interval: number
}
