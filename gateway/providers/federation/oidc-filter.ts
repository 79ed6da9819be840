import type {Clock} from '../../common/clock.js'
import {GatewayError} from '../../common/errors.js'
import {frontendUrl} from '../../common/frontend.js'
import {targetOf} from '../../common/request-url.js'
import {cookiesOf, printSetCookie, withoutCookie} from '../../http/cookies.js'
import {type Headers, valueOf} from '../../http/headers.js'
import {takenFrom} from '../../http/query.js'
import type {Exchange, ExchangeNotes} from '../../pipeline/exchange.js'
import type {Entered, Filter} from '../../pipeline/filter.js'
import {identified} from '../../pipeline/principal.js'
import {notAuthenticated} from '../refusal.js'
import {TimedCache} from '../timed-cache.js'
import {redirect} from './login-redirect.js'
import type {Attempt, Login, OidcClient} from './oidc-client.js'
import {groupsOf} from './token-check.js'

/** Texts that browsers keep for the gateway, which alone can read and make them. */
interface Sealer {
  seal(text: string): string
  /** Undefined when it was not sealed so. */
  open(sealed: string): string | undefined
}

/** What the filter is made with. */
export interface OidcParts {
  readonly client: OidcClient
  readonly clock: Clock
  /** Of the topology. */
  readonly path: string
  readonly nameClaim: string
  /** Empty: none. */
  readonly groupsClaim: string
  /** Milliseconds that a login lasts, however often it is renewed. */
  readonly longest: number
  /** Of the login's cookie; that of an attempt is Lax, since the browser comes back from the provider's site. */
  readonly sameSite: 'Lax' | 'None'
  /** Whether cookies are for TLS even where the client seems to come without. */
  readonly secure: boolean
  readonly attempts: Sealer
  readonly logins: Sealer
}

const COOKIE = 'pac4jSession'
/** Seconds to log in. */
const PATIENCE = 600
/** Bytes of a cookie that browsers keep (RFC 6265 §6.1). */
const LARGEST = 4000
/** How long requests may come that a browser sent before it had the new cookie, in ms. */
const RENEWING = 30_000

/** An attempt on its way, and what was asked for. */
interface Begun extends Attempt {
  /** Path and query here: a browser is never led elsewhere. */
  readonly target: string
  readonly until: number
}

/** A login, as its cookie holds it. Times are ms since 1970. */
interface Known {
  readonly name: string
  readonly groups: readonly string[]
  readonly until: number
  readonly end: number | null
  readonly refreshToken?: string | undefined
}

/** Sends browsers to log in, takes them back, and knows them by a cookie. */
export function oidcFilter(parts: OidcParts): Filter {
  const {logins, clock, client} = parts
  /** What answers are to bear. Scope: exchanges. */
  const fields = new WeakMap<ExchangeNotes, Headers>()

  const passed = (exchange: Exchange, {name, groups, until}: Known): Exchange => {
    const {request} = exchange
    const bare = {...exchange, request: {...request, headers: withoutCookie(request.headers, COOKIE)}}
    return identified(bare, {name, groups, expiresAt: until})
  }
  /** By refresh token: many providers take one once, and a page asks for many things at a time. Scope: a topology. */
  const renewals = new TimedCache<Known>(clock, ({until}) => Math.min(RENEWING, until - clock.date()))
  const renew = async (known: Known, token: string): Promise<Known> => {
    const login = await client.refresh(token)
    return {...known, ...timesOf(login, known.end, parts), refreshToken: login.refreshToken ?? token}
  }
  const renewed = async (exchange: Exchange, known: Known, token: string): Promise<Entered> => {
    try {
      const next = await renewals.get(token, () => renew(known, token))
      fields.set(exchange.notes, ['Set-Cookie', loginCookie(exchange, next, parts)])
      return passed(exchange, next)
    } catch (error) {
      if (!(error instanceof GatewayError) || error.status !== 401) throw error
      return begun(exchange, parts)
    }
  }
  return {
    name: 'pac4j',
    enter(exchange) {
      const {query} = exchange.request.url
      if (has(query, 'pac4jCallback')) return returned(exchange, parts)
      if (has(query, 'pac4jLogout')) return loggedOut(exchange, parts)
      const known = knownOf(exchange, logins)
      if (known === undefined) return begun(exchange, parts)
      if (clock.date() < known.until) return passed(exchange, known)
      const mayRenew = known.refreshToken !== undefined && clock.date() < (known.end ?? Number.POSITIVE_INFINITY)
      return mayRenew ? renewed(exchange, known, known.refreshToken ?? '') : begun(exchange, parts)
    },
    leave(response, {notes}) {
      const own = fields.get(notes)
      return own === undefined ? response : {...response, headers: [...response.headers, ...own]}
    },
  }
}

const has = (query: string | undefined, name: string) => takenFrom(query, name).values.length > 0

/** Of two cookies nobody knows which one the user's is. */
function knownOf({request}: Exchange, logins: Sealer): Known | undefined {
  const [value, ...more] = cookiesOf(request.headers, COOKIE)
  const text = value === undefined || more.length > 0 ? undefined : logins.open(value)
  // only `loginCookie` makes what can be opened
  return text === undefined ? undefined : (JSON.parse(text) as Known)
}

/** Only what a browser shows can lead to a page where somebody logs in. */
async function begun(exchange: Exchange, parts: OidcParts): Promise<Entered> {
  const {client, clock, attempts} = parts
  const {method, headers, url} = exchange.request
  if (method !== 'GET' || !isShown(headers)) throw notAuthenticated('not logged in, and no page that is shown')
  const {attempt, url: login} = await client.begin()
  const sealed: Begun = {...attempt, target: targetOf(url), until: clock.date() + PATIENCE * 1000}
  const text = attempts.seal(JSON.stringify(sealed))
  const cookie = setCookie(exchange, parts, attemptCookie(attempt.state), text, {maxAge: PATIENCE})
  return {answer: redirect(login, ['Set-Cookie', cookie])}
}

function isShown(headers: Headers): boolean {
  const mode = valueOf(headers, 'sec-fetch-mode')
  if (mode !== undefined) return mode === 'navigate'
  return /\btext\/html\b/i.test(valueOf(headers, 'accept') ?? '') && valueOf(headers, 'x-requested-with') === undefined
}

/** Several tabs may log in at once, each with a cookie of its own. */
const attemptCookie = (state: string) => `pac4jAttempt-${state.slice(0, 12).replace(/[^\w-]/g, '')}`

async function returned(exchange: Exchange, parts: OidcParts): Promise<Entered> {
  const {client, clock, attempts} = parts
  const {headers, url} = exchange.request
  exchange.notes.secrets = [...exchange.notes.secrets, ...takenFrom(url.query, 'code').values]
  const state = takenFrom(url.query, 'state').values[0] ?? ''
  const name = attemptCookie(state)
  const text = attempts.open(cookiesOf(headers, name)[0] ?? '')
  if (text === undefined) throw notAuthenticated('a return that no attempt here led to')
  // only `begun` makes what can be opened
  const attempt = JSON.parse(text) as Begun
  if (attempt.until < clock.date()) throw notAuthenticated('the attempt took too long')
  const login = await client.finish(attempt, url.query ?? '')
  const cookies = [
    loginCookie(exchange, knownBy(login, parts), parts),
    setCookie(exchange, parts, name, '', {maxAge: 0}),
  ]
  return {
    answer: redirect(
      attempt.target,
      cookies.flatMap(cookie => ['Set-Cookie', cookie]),
    ),
  }
}

async function loggedOut(exchange: Exchange, parts: OidcParts): Promise<Entered> {
  const back = `${frontendUrl(exchange.frontend)}/`
  const end = await parts.client.endUrl(undefined, back)
  return {answer: redirect(end ?? back, ['Set-Cookie', loginCookieOf(exchange, parts, '', {maxAge: 0})])}
}

/** Throws GatewayError 401 when the provider names nobody. */
function knownBy(login: Login, parts: OidcParts): Known {
  const name = login.claims[parts.nameClaim]
  if (typeof name !== 'string' || name.trim() === '') throw notAuthenticated(`no claim ${parts.nameClaim}`)
  const groups = groupsOf(parts.groupsClaim === '' ? undefined : login.claims[parts.groupsClaim])
  const end = parts.longest === Number.POSITIVE_INFINITY ? null : parts.clock.date() + parts.longest
  return {name, groups, ...timesOf(login, end, parts), refreshToken: login.refreshToken}
}

function timesOf({lasts}: Login, end: number | null, {clock}: OidcParts): Pick<Known, 'until' | 'end'> {
  return {until: Math.min(clock.date() + lasts * 1000, end ?? Number.POSITIVE_INFINITY), end}
}

/** Without the refresh token when that is too long: then the login ends with its first time. */
function loginCookie(exchange: Exchange, known: Known, parts: OidcParts): string {
  const {logins} = parts
  const whole = logins.seal(JSON.stringify(known))
  const value = whole.length <= LARGEST ? whole : logins.seal(JSON.stringify({...known, refreshToken: undefined}))
  return loginCookieOf(exchange, parts, value)
}

const loginCookieOf = (exchange: Exchange, parts: OidcParts, value: string, options: CookieOptions = {}) =>
  setCookie(exchange, parts, COOKIE, value, {sameSite: parts.sameSite, ...options})

interface CookieOptions {
  /** Seconds; absent: for the session of the browser. */
  readonly maxAge?: number
  readonly sameSite?: OidcParts['sameSite']
}

function setCookie(exchange: Exchange, parts: OidcParts, name: string, value: string, options: CookieOptions = {}) {
  const {path, secure} = parts
  const given = {sameSite: 'Lax', ...options} as const
  // browsers take None from TLS alone
  const forTls = secure || given.sameSite === 'None' || exchange.frontend.scheme === 'https'
  return printSetCookie({name, value, path, secure: forTls, httpOnly: true, ...given})
}
