import type {RequestUrl} from '../../common/request-url.js'

/** What a client must not say of who it is. */
export interface Claims {
  /** Names of query and form parameters; lower case. */
  readonly names: ReadonlySet<string>
  /** Whether a query may hold one; most do not, and this is cheaper than to cut them. */
  readonly suspect: RegExp
}

/** What services of Hadoop believe. Source: Knox, `CommonIdentityAssertionFilter`. */
const ALWAYS = ['user.name', 'doas']

/** Those, and what `impersonation.params` adds. */
export function claimsOf(more: readonly string[]): Claims {
  const names = [...ALWAYS, ...more.map(name => name.toLowerCase())]
  const literal = names.map(name => name.replace(/[^\w]/g, '\\$&')).join('|')
  return {names: new Set(names), suspect: new RegExp(`(?:^|[&;])(?:[\\0-\\x20\\x7F]|${literal}|[^=&;]*[%+])`, 'i')}
}

/** The address without the client's claims and, where there is a name, with it as `user.name`. */
export function asserted(url: RequestUrl, name: string | undefined, claims: Claims): RequestUrl {
  const own = withoutClaims(url.query, claims)
  if (name === undefined) return own === url.query ? url : {...url, query: own}
  const said = `user.name=${PLAIN_NAME.test(name) ? name : encodeURIComponent(name)}`
  return {...url, query: own === undefined || own === '' ? said : `${own}&${said}`}
}

const PLAIN_NAME = /^[\w.-]*$/

function withoutClaims(query: string | undefined, claims: Claims): string | undefined {
  if (query === undefined || !claims.suspect.test(query)) return query
  const kept: string[] = []
  for (const pair of query.split('&')) {
    const left = pairWithout(pair, claims)
    if (left !== undefined) kept.push(left)
  }
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
  const bare = plain.charCodeAt(0) <= 32 || endsBlank(plain) ? plain.replace(AROUND, '') : plain
  return claims.names.has(bare.toLowerCase())
}

function endsBlank(name: string): boolean {
  const last = name.charCodeAt(name.length - 1)
  return last <= 32 || last === 127
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
