import {frontendAddress} from '../common/frontend.js'
import type {RequestUrl} from '../common/request-url.js'
import {type Headers, nameTest, replaced, valueOf, without} from '../http/headers.js'
import type {Exchange} from '../pipeline/exchange.js'

const isClients = nameTest(['cookie', 'x-proxiedentitieschain'])

/**
 * Fields for NiFi: the user in X-ProxiedEntitiesChain, the path before NiFi's own in X-Forwarded-Context, no cookies.
 * Source: Knox, `NiFiRequestUtil`; NiFi, `ProxiedEntitiesUtils`. Differs: a chain that the client sent is replaced, since its first name counts.
 */
export function nifiHeaders(headers: string[], exchange: Exchange, target: RequestUrl): string[] {
  const sent = [...without(headers, isClients), 'X-ProxiedEntitiesChain', `<${chained(exchange.principal?.name)}>`]
  const context = valueOf(sent, 'x-forwarded-context')
  if (context === undefined || context === '' || context.includes('nifi-app')) return sent
  return [...replaced(sent, 'X-Forwarded-Context', context + routeOf(exchange, target))]
}

/** Nobody is told by an empty name; what is not printable ASCII by `<base64>`. */
function chained(name: string | undefined): string {
  if (name === undefined || name.toLowerCase() === 'anonymous') return ''
  const escaped = name.replace(/[<>]/g, '\\$&')
  return /^[ -~]*$/.test(escaped) ? escaped : `<${Buffer.from(escaped).toString('base64')}>`
}

/** What a client's path has before that at the service. */
function routeOf(exchange: Exchange, target: RequestUrl): string {
  const path = pathInfo(exchange)
  const end = path.lastIndexOf(target.path.replace(/\/$/, ''))
  return end < 0 ? '' : path.slice(0, end).replace(/\/$/, '')
}

/** The client's path below the topology. */
const pathInfo = ({request, arrival}: Exchange) => request.url.path.slice(arrival.path.length)

/** A redirect (302) to the very path that was asked for leads there through the gateway. Source: Knox, `NiFiResponseUtil`. */
export function nifiLocation(headers: Headers, exchange: Exchange, status: number): Headers {
  const location = status === 302 ? valueOf(headers, 'location') : undefined
  const [, path = '', rest = ''] = /^(?:[a-z][a-z0-9+.-]*:\/\/[^/?#]*)?([^?#]*)(.*)$/is.exec(location ?? '') ?? []
  if (location === undefined || !path.includes(exchange.request.url.path)) return headers
  const asked = exchange.request.url.path
  const slash = path.endsWith('/') && !asked.endsWith('/') ? '/' : ''
  const {frontend} = exchange
  const topology = `${frontend.scheme}://${frontendAddress(frontend)}${frontend.path}`
  return replaced(headers, 'Location', topology + pathInfo(exchange) + slash + rest)
}
