import {rememberAlike} from '../common/remember.js'
import {cookieNameOf} from '../http/cookies.js'
import {HOP_BY_HOP, namesFields, optionTest} from '../http/end-to-end.js'
import {FORWARDED_NAMES} from '../http/forwarded.js'
import {type Headers, isNamed, nameTest, rememberName, valueOf, without} from '../http/headers.js'
import type {HeaderPolicy} from '../pipeline/dispatch-plan.js'
import type {Exchange} from '../pipeline/exchange.js'
import {actorTelling, actorTest} from './actor-headers.js'

/** What frames a message is the gateway's own business, whatever a param excludes. */
const FRAMING: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding'])

/** By these a client could ask frameworks (Zend, Symfony, IIS) for another address than the one that was judged. */
const ADDRESSES = ['x-original-url', 'x-rewrite-url']

/** Header fields on their way to a service and back, as a dispatch's params want them. */
export interface HeaderRules {
  /** End-to-end fields for the service at that host: without the excluded ones, with X-Request-Id, who the user is, and what is appended, in place of what the client sent of that name. */
  toService(exchange: Exchange, host: string): string[]
  /** A service's end-to-end fields for the client: without the excluded ones; the same list when all may pass. */
  toClient(headers: Headers): Headers
}

/** What becomes of a request's field, by its name. */
type Fate = 'goes' | 'stays' | 'is the ID' | 'is lengthened' | 'tells options'

/** Thousands of routes share a few. */
const MOST_POLICIES = 200

/** The rules of a policy. Scope: process. Source: Knox, `AbstractGatewayDispatch`, `DefaultDispatch`, `ConfigurableDispatch`. */
export const headerRules = rememberAlike((policy: HeaderPolicy): HeaderRules => {
  const {requestAppend, responseExcludeCookies, actor, context} = policy
  const excludedOut = nameTest(policy.responseExclude.filter(name => !FRAMING.has(name)))
  const idExcluded = [...policy.requestExclude, ...requestAppend.map(lowerName)].includes('x-request-id')
  const tellActor = actor && actorTelling(actor)
  const appended = requestAppend.flat()
  const cookies = new Set(responseExcludeCookies)
  const added = (path: string) =>
    typeof context === 'number' ? (path.split('/', context + 1)[context] ?? '') : context
  const fateOf = fatesBy(policy)
  /** Nobody need look through them. */
  const forwardedGo = FORWARDED_NAMES.every(name => fateOf(name) === 'goes')
  return {
    toService({request: {headers: own, url}, forwarded, id, principal}, host) {
      const headers = forwardedGo ? own : [...own, ...forwarded]
      // As long as it can get at first: what grows is copied again and again.
      let sent = new Array<string>(4 + headers.length + forwarded.length)
      let end = put(sent, 0, 'Host', host)
      let hasId = idExcluded
      let isOption: ((name: string) => boolean) | undefined
      for (let i = 0; i < headers.length; i += 2) {
        const name = headers[i] ?? ''
        const fate = fateOf(name)
        if (fate === 'stays') continue
        const value = headers[i + 1] ?? ''
        if (fate === 'tells options') {
          if (namesFields(value)) isOption ??= optionTest(headers)
          continue
        }
        end = put(sent, end, name, fate === 'is lengthened' ? `${value}/${added(url.path)}` : value)
        hasId ||= fate === 'is the ID'
      }
      if (forwardedGo) for (const each of forwarded) sent[end++] = each
      if (!hasId) end = put(sent, end, 'X-Request-Id', id)
      // To set its length costs more than to take the few that were left out.
      while (sent.length > end) sent.pop()
      if (isOption) sent = [...without(sent, isOption)]
      if (tellActor) sent.push(...tellActor(principal))
      if (appended.length > 0) sent.push(...appended)
      return sent
    },
    toClient(headers) {
      const kept = without(headers, excludedOut)
      return cookies.size === 0 || valueOf(kept, 'set-cookie') === undefined ? kept : withoutCookies(kept, cookies)
    },
  }
}, MOST_POLICIES)

function put(fields: string[], at: number, name: string, value: string): number {
  fields[at] = name
  fields[at + 1] = value
  return at + 2
}

const lowerName = ([name]: readonly [string, string]) => name.toLowerCase()

function fatesBy({requestExclude, requestAppend, actor, context}: HeaderPolicy): (name: string) => Fate {
  const excluded = requestExclude.filter(name => !FRAMING.has(name))
  const stays = nameTest([...HOP_BY_HOP, ...ADDRESSES, 'host', ...excluded, ...requestAppend.map(lowerName)])
  const isActors = actorTest(actor)
  return rememberName(name => {
    if (isNamed(name, 'connection')) return 'tells options'
    if (stays(name) || isAlias(name) || isActors(name)) return 'stays'
    if (context !== undefined && isNamed(name, 'x-forwarded-context')) return 'is lengthened'
    return isNamed(name, 'x-request-id') ? 'is the ID' : 'goes'
  })
}

/**
 * Whether services that make variables of fields (CGI, WSGI) may take a name for another: `X_Forwarded_For`. nginx
 * drops these as well, by `underscores_in_headers`. SM_USER, which Knox's HeaderPreAuth reads, has no other spelling.
 */
const isAlias = (name: string) => name.includes('_') && !isNamed(name, 'sm_user')

function withoutCookies(headers: Headers, names: ReadonlySet<string>): Headers {
  const sent: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? ''
    const value = headers[i + 1] ?? ''
    if (!isNamed(name, 'set-cookie')) sent.push(name, value)
    else if (!names.has(cookieNameOf(value).toLowerCase())) sent.push(name, withoutAttributes(value, names))
  }
  return sent
}

function withoutAttributes(setCookie: string, names: ReadonlySet<string>): string {
  const [pair = '', ...attributes] = setCookie.split(';')
  const kept = attributes.filter(attribute => !names.has((attribute.split('=')[0] ?? '').trim().toLowerCase()))
  return [pair, ...kept].join(';')
}
