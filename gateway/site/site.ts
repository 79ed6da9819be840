import type {SourceLocation} from '../common/problem.js'
import type {SettingName, Settings} from './settings.js'

/** The settings of a home, and where each came from. */
export interface Site {
  readonly settings: Settings
  readonly origins: Readonly<Record<SettingName, Origin>>
}

/** `default`, `conf/gateway-site.xml:12`, `environment GATEWAY_PORT`, or `implied by gateway.tls.certificate`. */
export type Origin = string

/** One `<property>` of `gateway-site.xml`. */
export interface SiteProperty {
  readonly name: string
  readonly value: string
  readonly at: SourceLocation
}
