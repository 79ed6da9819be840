import type {SourceLocation} from '../common/problem.js'
import type {SettingName, Settings} from './settings.js'

/** The settings of a home, and where each came from. */
export interface Site {
  readonly settings: Settings
  readonly origins: Readonly<Record<SettingName, Origin>>
  /** Properties that begin with `gateway.group.config.`, without that: params of providers that ask for them. */
  readonly groupConfig: readonly SiteProperty[]
}

/** `default`, `conf/gateway-site.xml:12`, `environment GATEWAY_PORT`, or `implied by gateway.tls.certificate`. */
export type Origin = string

/** How the names of `Site.groupConfig` begin in the file. Source: Knox, `CENTRAL_GROUP_CONFIG_PREFIX`. */
export const GROUP_CONFIG = 'gateway.group.config.'

/** One `<property>` of `gateway-site.xml`. */
export interface SiteProperty {
  readonly name: string
  readonly value: string
  readonly at: SourceLocation
}
