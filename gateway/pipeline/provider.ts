import type {Clock} from '../common/clock.js'
import type {Log} from '../common/log.js'
import {defaultsOf, type ParamTable, type Values} from '../common/params.js'
import type {RequestUrl} from '../common/request-url.js'
import type {Gone} from './exchange.js'
import type {Filter} from './filter.js'
import type {OneTime} from './one-time.js'

/** What a provider is given to make its filters with; one set for each topology. */
export interface ProviderParts {
  /** Name of the topology. */
  readonly topology: string
  /** Path of the topology, for cookies and links: `/gateway/sandbox`. */
  readonly path: string
  /** Roles of the topology's services. The one an exchange goes to is `exchange.notes.service`. */
  readonly roles: readonly string[]
  /** Whom ACLs mean by `KNOX_ADMIN_USERS` and `KNOX_ADMIN_GROUPS`. */
  readonly admins: Admins
  readonly clock: Clock
  readonly log: Log
  /** What only gateways of this home know: keys of what clients keep for them are made of it. */
  readonly secret: Uint8Array
  /** What may be used once in this process, whatever becomes of the topology. */
  readonly once: OneTime
  /** Whether a browser that logged in elsewhere may be sent to an address, which names its port; `frontendHost`: where it reached the gateway. */
  readonly mayReturnTo: (url: RequestUrl, frontendHost: string) => boolean
  /** Set when the topology is no longer served as it is: timers and connections go then. Exchanges that it has begun may still come. */
  readonly gone: Gone
}

/** Names of `gateway.knox.admin.users` and `gateway.knox.admin.groups`. */
export interface Admins {
  readonly users: readonly string[]
  readonly groups: readonly string[]
}

/** Tells something at the place of a param, or of the provider where no file sets that param. */
export type TellParam = (param: string, message: string) => void

/** What a provider's check is given. */
export interface ParamChecks {
  /** Roles of the topology's services. */
  readonly roles: readonly string[]
  readonly fault: TellParam
  readonly warning: TellParam
}

/** What a topology's `<provider>` of that role and name does. */
export interface Provider<T extends ParamTable = ParamTable> {
  readonly role: string
  readonly name: string
  readonly doc: string
  /** Names count in any case. One with a part in braces (`{role}.acl`) stands for all names of that shape. */
  readonly params: T
  /** What must hold between values that are each right by themselves. */
  check?(options: Values<T>, checks: ParamChecks): void
  /**
   * The filters, in the order in which they are entered. Called once for each live topology: what the filters
   * remember lies in this call's scope, holds for all routes of the topology, and goes with it.
   */
  create(options: Values<T>, parts: ProviderParts): readonly Filter[]
}

/** Gives the params their types, and `check` and `create` the defaults of those that no file sets. */
export function defineProvider<const T extends ParamTable>(provider: Provider<T>): Provider {
  const defaults = defaultsOf(provider.params)
  const {check} = provider
  return {
    ...provider,
    ...(check && {check: (given, checks) => check({...defaults, ...given}, checks)}),
    create: (given, parts) => provider.create({...defaults, ...given}, parts),
  }
}
