import type {RequestUrl} from '../common/request-url.js'

/** Which addresses a service may be reached at. Source: Knox, `WhitelistUtils`, `RegExUtils`. */
export interface Whitelist {
  /** `frontendHost`: the host by which the client reached the gateway; the words DEFAULT and HTTPS_ONLY mean its domain. */
  allows(target: RequestUrl, frontendHost: string): boolean
}

/** Knox checks it whatever the settings say. */
const ALWAYS_COVERED = 'KNOXSSO'

/**
 * Reads `gateway.dispatch.whitelist`: regexes between semicolons, of which one must match the whole
 * of `scheme://host:port`, or the words DEFAULT (also when empty) and HTTPS_ONLY. Gives undefined for a
 * role that `services` does not cover; `*` covers all.
 */
export function whitelistFor(setting: string, services: readonly string[], role: string): Whitelist | undefined {
  if (role !== ALWAYS_COVERED && !services.includes(role) && !services.includes('*')) return undefined
  const word = setting.trim().toUpperCase()
  if (word === '' || word === 'DEFAULT') return {allows: (target, host) => isNear(target, host, /^https?$/)}
  if (word === 'HTTPS_ONLY') return {allows: (target, host) => isNear(target, host, /^https$/)}
  const regexes = setting.split(';').map(source => new RegExp(`^(?:${source.trim()})$`))
  return {allows: target => regexes.some(regex => regex.test(baseOf(target)))}
}

function baseOf({scheme, host, port}: RequestUrl): string {
  return port === '' ? `${scheme}://${host}` : `${scheme}://${host}:${port}`
}

const LOCAL = /^(localhost|127\.0\.0\.1|0:0:0:0:0:0:0:1|::1)$/
const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/

/** In the domain of the gateway itself; as in Knox, only addresses that name their port. */
function isNear({scheme, host, port}: RequestUrl, frontendHost: string, schemes: RegExp): boolean {
  if (!schemes.test(scheme) || port === '') return false
  const own = bare(frontendHost)
  const name = bare(host)
  const dot = IPV4.test(own) ? -1 : own.indexOf('.')
  if (dot > 0) return name.length > own.length - dot && name.endsWith(own.slice(dot))
  return LOCAL.test(own) ? LOCAL.test(name) : name === own
}

const bare = (host: string) => host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
