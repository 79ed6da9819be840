import {type LdapServer, textsOf} from './ldap-server.js'
import {sameNames} from './ldap-text.js'

/** Who is in a dynamic group: those in a scope for whom a filter holds. */
interface MemberUrl {
  /** Distinguished name. */
  readonly base: string
  readonly scope: string
  readonly filter: string
}

/** Reads `ldap:///ou=people,dc=x??sub?(l=Oslo)` (RFC 4516 §2). Undefined for what is none. */
function readMemberUrl(text: string): MemberUrl | undefined {
  const [, ...parts] = /^ldaps?:\/\/[^/?]*\/([^?]*)(?:\?[^?]*)?(?:\?([^?]*))?(?:\?([^?]*))?/i.exec(text) ?? []
  try {
    const [base, scope = '', filter = ''] = parts.map(part => decodeURIComponent(part ?? ''))
    return base === undefined ? undefined : {base, scope: scope.toLowerCase(), filter: filter || '(objectClass=*)'}
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

/** Whether a name lies in the scope. */
function covers({base, scope}: MemberUrl, name: string): boolean {
  const [names, above] = [sameNames(name), sameNames(base)]
  const depth = names.length - above.length
  const isBelow = depth >= 0 && above.every((each, i) => each === names[depth + i])
  return isBelow && (scope === 'sub' || depth === (scope === 'one' ? 1 : 0))
}

/** Groups of a directory that tell by URLs in an attribute who is in them. */
export interface DynamicGroups {
  readonly base: string
  readonly filter: string
  readonly idAttribute: string
  readonly urlAttribute: string
}

/** Names of the dynamic groups of a user, of whom each filter is asked once. Source: Knox, `KnoxLdapRealm`. Throws GatewayError 503. */
export async function dynamicGroups(
  server: LdapServer,
  {base, filter, idAttribute, urlAttribute}: DynamicGroups,
  name: string,
): Promise<readonly string[]> {
  const entries = await server.search({base, filter, scope: 'sub', attributes: [idAttribute, urlAttribute]})
  const all = entries.flatMap(entry => {
    const urls = textsOf(entry, urlAttribute).flatMap(text => readMemberUrl(text) ?? [])
    return urls.filter(url => covers(url, name)).map(url => ({names: textsOf(entry, idAttribute), filter: url.filter}))
  })
  const holding = new Set<string>()
  for (const each of new Set(all.map(group => group.filter))) {
    const found = await server.search({base: name, filter: each, scope: 'base', attributes: ['1.1']})
    if (found.length > 0) holding.add(each)
  }
  return [...new Set(all.filter(group => holding.has(group.filter)).flatMap(group => group.names))]
}
