import type {RequestUrl} from '../../common/request-url.js'

/** Names of query and form parameters by which a client would say who it is; lower case. */
export type Claims = ReadonlySet<string>

/** What services of Hadoop believe. Source: Knox, `CommonIdentityAssertionFilter`. */
const ALWAYS = ['user.name', 'doas']

/** Those, and what `impersonation.params` adds. */
export const claimsOf = (more: readonly string[]): Claims =>
  new Set([...ALWAYS, ...more.map(name => name.toLowerCase())])

/** The address without the client's claims and, where there is a name, with it as `user.name`. */
export function asserted(url: RequestUrl, name: string | undefined, claims: Claims): RequestUrl {
  const own = withoutClaims(url.query, claims)
  if (name === undefined) return own === url.query ? url : {...url, query: own}
  const said = `user.name=${encodeURIComponent(name)}`
  return {...url, query: own === undefined || own === '' ? said : `${own}&${said}`}
}

function withoutClaims(query: string | undefined, claims: Claims): string | undefined {
  if (query === undefined) return undefined
  const pairs = query.split('&')
  const kept = pairs.flatMap(pair => pairWithout(pair, claims) ?? [])
  if (kept.length === pairs.length && kept.every((pair, i) => pair === pairs[i])) return query
  return kept.length === 0 ? undefined : kept.join('&')
}

/** Some services take `;` for a separator too. */
function pairWithout(pair: string, claims: Claims): string | undefined {
  if (!pair.includes(';')) return isClaim(nameOf(pair), claims) ? undefined : pair
  const kept = pair.split(';').filter(piece => !isClaim(nameOf(piece), claims))
  return kept.length === 0 ? undefined : kept.join(';')
}

const nameOf = (pair: string) => {
  const equals = pair.indexOf('=')
  return equals < 0 ? pair : pair.slice(0, equals)
}

/**
 * Whether a parameter's name, as sent, is a claim: in any case, under any escape, with spaces or control
 * characters around it, since services differ in what they make of these before they look.
 */
export function isClaim(name: string, claims: Claims): boolean {
  const plain = name.includes('%') || name.includes('+') ? nameOf(unescaped(name)) : name
  return claims.has(plain.replace(AROUND, '').toLowerCase())
}

/** Spaces and control characters at either end. */
const AROUND = /^[\0-\x20\x7F]+|[\0-\x20\x7F]+$/g

/** Only ASCII: no claim is made of anything else. Twice, for services that decode once more than they should. */
const unescaped = (name: string) => unescapedOnce(unescapedOnce(name.replaceAll('+', ' ')))

const unescapedOnce = (name: string) =>
  name.replace(/%([0-7][0-9A-Fa-f])/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

/** Value of the first parameter of that very name, decoded, empty when it cannot be; undefined when there is none. */
export function parameterOf(query: string | undefined, name: string): string | undefined {
  const pair = query?.split('&').find(each => decoded(nameOf(each)) === name)
  return pair && (decoded(pair.slice(nameOf(pair).length + 1)) ?? '')
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
