import type {RequestUrl} from '../common/request-url.js'
import type {Exchange} from '../pipeline/exchange.js'
import {defineProvider} from '../pipeline/provider.js'

/**
 * Tells the service who the user is, as `user.name=` in the query; what the client says under that
 * name or as `doAs` never passes. Source: Knox, `DefaultIdentityAsserter…`, `IdentityAsserterHttpServletRequestWrapper`.
 */
export const defaultIdentity = defineProvider({
  role: 'identity-assertion',
  name: 'Default',
  doc: 'Tells services the user by `user.name`.',
  params: {},
  create: () => [{name: 'Default', enter: asserting}],
})

function asserting(exchange: Exchange): Exchange {
  const {aim} = exchange
  return {...exchange, aim: (serviceUrl, last) => asserted(aim(serviceUrl, last), last.principal?.name)}
}

const CLAIMS = /(?:^|&)(?:user\.name|doas)(?:=[^&]*)?(?=&|$)/i

const ESCAPED_NAME = /(?:^|&)[^=&]*%/

/** The address without the client's claims and with the principal's name. */
export function asserted(url: RequestUrl, principal: string | undefined): RequestUrl {
  const own = withoutClaims(url.query)
  if (principal === undefined) return own === url.query ? url : {...url, query: own}
  const name = `user.name=${encodeURIComponent(principal)}`
  return {...url, query: own === undefined || own === '' ? name : `${own}&${name}`}
}

/** A parameter is a claim under any escape of its name: services decode names before they look. */
function withoutClaims(query: string | undefined): string | undefined {
  if (query === undefined || !(CLAIMS.test(query) || ESCAPED_NAME.test(query))) return query
  const kept = query.split('&').filter(pair => !isClaim(pair))
  return kept.length === 0 ? undefined : kept.join('&')
}

function isClaim(pair: string): boolean {
  const name = pair.split('=', 1)[0] ?? ''
  const plain = name
    .replace(/\+/g, ' ')
    .replace(/%([0-7][0-9A-Fa-f])/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const claimed = plain.trim().toLowerCase()
  return claimed === 'user.name' || claimed === 'doas'
}
