import {GatewayError} from '../../common/errors.js'
import {cookiesOf, withoutCookie} from '../../http/cookies.js'
import {type Headers, valuesOf} from '../../http/headers.js'
import type {Exchange, ExchangeNotes} from '../../pipeline/exchange.js'
import type {Filter} from '../../pipeline/filter.js'
import {identified, type Principal} from '../../pipeline/principal.js'
import {ANYBODY} from '../anonymous.js'
import {type BasicCredentials, basicCredentials} from '../basic-credentials.js'
import {pathWithin} from '../open-paths.js'
import {notAdmitted, notAuthenticated} from '../refusal.js'
import type {Sessions} from '../session.js'
import type {Demand} from './url-chains.js'

/** What the filter is made with. */
export interface ShiroParts {
  /** Throws GatewayError 401 or 503. */
  login(credentials: BasicCredentials): Promise<Principal>
  /** Throws GatewayError 400 for a path that nobody may ask for. */
  checkPath(path: string): void
  demandOf(path: string): Demand | undefined
  readonly sessions: Sessions
  /** Name of the session's cookie, which no service sees. */
  readonly cookie: string
  /** Fields of the answer to who did not log in. */
  readonly challenge: Headers
  /** Of the topology. */
  readonly path: string
}

/** Characters of a name and of a password. */
const LONGEST = 1024

/** As Knox does: a session counts before name and password, and each login makes a new one. */
export function shiroFilter(parts: ShiroParts): Filter {
  /** What answers are to bear. Scope: exchanges. */
  const fields = new WeakMap<ExchangeNotes, Headers>()
  const passed = (exchange: Exchange, principal: Principal, own: Headers): Exchange => {
    if (own.length > 0) fields.set(exchange.notes, own)
    const {request} = exchange
    return identified(
      {...exchange, request: {...request, headers: withoutCookie(request.headers, parts.cookie)}},
      principal,
    )
  }
  return {
    name: 'ShiroProvider',
    enter(exchange) {
      const path = pathWithin(exchange, parts.path)
      parts.checkPath(path)
      const demand = parts.demandOf(path)
      if (demand === undefined) throw notAdmitted('no pattern of urls fits the path')
      if (!demand.login) return passed(exchange, ANYBODY, [])
      const session = parts.sessions.read(exchange.request.headers)
      if (session) return passed(exchange, session.principal, session.fields)
      return loggedIn(exchange, parts).then(principal =>
        passed(exchange, principal, [...(demand.session ? parts.sessions.begin(principal) : []), ...forget(parts)]),
      )
    },
    leave(response, {notes}) {
      const own = fields.get(notes)
      return own === undefined ? response : {...response, headers: [...response.headers, ...own]}
    },
  }
}

async function loggedIn({request}: Exchange, parts: ShiroParts): Promise<Principal> {
  const {challenge} = parts
  const [authorization, ...more] = valuesOf(request.headers, 'authorization')
  if (authorization === undefined || !/^basic\b/i.test(authorization)) {
    const remembered = cookiesOf(request.headers, 'rememberMe').length > 0
    throw notAuthenticated('no name and password', remembered ? [...forget(parts), ...challenge] : challenge)
  }
  const refused = (cause: string) => notAuthenticated(cause, [...forget(parts), ...challenge])
  if (more.length > 0) throw refused('more than one Authorization')
  const credentials = readable(basicCredentials(authorization))
  if (credentials === undefined) throw refused('name and password cannot be read, or are too long')
  try {
    return await parts.login(credentials)
  } catch (error) {
    if (error instanceof GatewayError && error.status === 401)
      throw refused(error.cause instanceof Error ? error.cause.message : error.message)
    throw error
  }
}

/** Knox's library would remember users in a cookie, and takes it back from whoever logs in. */
const forget = ({path}: ShiroParts): Headers => [
  'Set-Cookie',
  `rememberMe=deleteMe; Path=${path}; Max-Age=0; Expires=Thu, 01-Jan-1970 00:00:00 GMT; SameSite=lax`,
]

/**
 * A name without spaces around it, which directories pass over, in the form in which they compare names (RFC 4518 §2.3). Undefined: none
 * that could be one, or one with characters that are not seen, which some directories pass over as well: nobody has two names.
 */
function readable(given: BasicCredentials | undefined): BasicCredentials | undefined {
  if (given === undefined || given.user.length > LONGEST || given.password.length > LONGEST) return undefined
  const user = given.user.normalize('NFKC').trim()
  return /[\p{Cc}\p{Cf}\p{DI}]/u.test(user) ? undefined : {user, password: given.password}
}
