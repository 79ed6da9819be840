import {cookieNameOf} from '../http/cookies.js'
import {endToEnd} from '../http/end-to-end.js'
import {type Headers, isNamed} from '../http/headers.js'
import type {ActorHeaders, HeaderPolicy} from '../pipeline/dispatch-plan.js'
import type {Exchange} from '../pipeline/exchange.js'

/** What frames a message is the gateway's own business, whatever a param excludes. */
const FRAMING: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding'])

/** Header fields on their way to a service and back, as a dispatch's params want them. */
export interface HeaderRules {
  /** End-to-end fields for the service, all but Host: without the excluded ones, with X-Request-Id, who the user is, and what is appended. */
  toService(exchange: Exchange): string[]
  /** A service's end-to-end fields for the client: without the excluded ones. */
  toClient(headers: Headers): string[]
}

/** Prepares the rules of a policy. Source: Knox, `AbstractGatewayDispatch`, `DefaultDispatch`, `ConfigurableDispatch`. */
export function headerRules(policy: HeaderPolicy): HeaderRules {
  const {requestAppend, responseExcludeCookies, actor} = policy
  const excludedIn = nameTest(['host', ...policy.requestExclude.filter(name => !FRAMING.has(name))])
  const excludedOut = nameTest(policy.responseExclude.filter(name => !FRAMING.has(name)))
  const idExcluded = policy.requestExclude.includes('x-request-id')
  const isActors = actorTest(actor)
  const appended = requestAppend.flat()
  const cookies = new Set(responseExcludeCookies)
  return {
    toService({request, id, principal}) {
      const sent: string[] = []
      const given = endToEnd(request.headers)
      let identified = idExcluded
      for (let i = 0; i < given.length; i += 2) {
        const name = given[i] ?? ''
        if (excludedIn(name) || isActors(name)) continue
        identified ||= isNamed(name, 'x-request-id')
        sent.push(name, given[i + 1] ?? '')
      }
      if (!identified) sent.push('X-Request-Id', id)
      if (actor) sent.push(actor.id, principal ?? '')
      sent.push(...appended)
      return sent
    },
    toClient(headers) {
      const sent: string[] = []
      for (let i = 0; i < headers.length; i += 2) {
        const name = headers[i] ?? ''
        const value = headers[i + 1] ?? ''
        if (excludedOut(name)) continue
        if (cookies.size === 0 || !isNamed(name, 'set-cookie')) sent.push(name, value)
        else if (!cookies.has(cookieNameOf(value).toLowerCase())) sent.push(name, withoutAttributes(value, cookies))
      }
      return sent
    },
  }
}

/** Whether a name, in any case, is one of some. Most are ruled out by their length. */
function nameTest(lowerNames: readonly string[]): (name: string) => boolean {
  const names = new Set(lowerNames)
  const lengths = new Set(lowerNames.map(name => name.length))
  return name => lengths.has(name.length) && names.has(name.toLowerCase())
}

/** Whether a name would tell the service who the user is, which only the gateway may. */
function actorTest(actor: ActorHeaders | undefined): (name: string) => boolean {
  if (!actor) return () => false
  const id = actor.id.toLowerCase()
  const prefix = `${actor.groupsPrefix.toLowerCase()}-`
  return name => isNamed(name, id) || name.toLowerCase().startsWith(prefix)
}

function withoutAttributes(setCookie: string, names: ReadonlySet<string>): string {
  const [pair = '', ...attributes] = setCookie.split(';')
  const kept = attributes.filter(attribute => !names.has((attribute.split('=')[0] ?? '').trim().toLowerCase()))
  return [pair, ...kept].join(';')
}
