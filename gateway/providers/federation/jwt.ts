import {flag, list, text} from '../../common/params.js'
import {withoutCookie} from '../../http/cookies.js'
import {valuesOf} from '../../http/headers.js'
import {takenFrom} from '../../http/query.js'
import type {Exchange} from '../../pipeline/exchange.js'
import {identified, type Principal} from '../../pipeline/principal.js'
import {defineProvider, type ProviderParts} from '../../pipeline/provider.js'
import {ANYBODY} from '../anonymous.js'
import {basicCredentials} from '../basic-credentials.js'
import {isOpenPath} from '../open-paths.js'
import {notAuthenticated} from '../refusal.js'
import {TokenCheck} from './token-check.js'
import {tokenCookie} from './token-cookie.js'
import {openPaths, publicKey, tokenParams, urls} from './token-params.js'

/**
 * Whom a signed token names: a bearer token (RFC 6750 §2.1), the password of the user `Token`, or, where the params
 * say so, a cookie or a parameter of the query. Source: Knox, `JWTFederationFilter`.
 */
export const jwtProvider = defineProvider({
  role: 'federation',
  name: 'JWTProvider',
  doc: 'The user that a signed token names: as bearer token, as password of the user `Token`, as cookie or in the query.',
  params: {
    'knox.token.verification.pem': publicKey('Certificate or public key that tokens are signed with.'),
    'knox.token.jwks.url': urls('Where the issuers tell their keys (JWKS).'),
    'knox.token.jwks.urls': urls('More of these.'),
    'knox.token.audiences': list('Whom tokens are for (`aud`); none named: anybody. `NONE`: also tokens without.'),
    'knox.token.allowed.jws.types': list('Types (`typ`) of tokens whose key comes from a URL.', ['JWT']),
    'knox.token.principal.claim': text('Claim with the name of the user, in lower case; without it: `sub`.'),
    'knox.token.query.param.name': text('Parameter of the query that may hold the token; empty: none.'),
    'knox.token.use.cookie': flag(
      'Whether a cookie may hold the token; a bad one is not made good by another token.',
      false,
    ),
    'knox.token.cookie.name': text('Name of that cookie.', 'hadoop-jwt'),
    'jwt.unauthenticated.path.list': openPaths('Paths behind that of the topology that need no token.'),
    ...tokenParams,
  },
  check(options, {warning}) {
    const sources = [...options['knox.token.jwks.url'], ...options['knox.token.jwks.urls']]
    if (options['knox.token.verification.pem'] === '' && sources.length === 0)
      warning('knox.token.verification.pem', 'is missing, and so is knox.token.jwks.urls: no token can be good')
  },
  create(options, parts) {
    const check = new TokenCheck(
      {
        pem: options['knox.token.verification.pem'],
        urls: [...options['knox.token.jwks.url'], ...options['knox.token.jwks.urls']],
        algorithms: options['jwt.expected.sigalg'],
        types: options['knox.token.allowed.jws.types'].map(type => type.toLowerCase()),
        issuers: options['jwt.expected.issuer'],
        audiences: options['knox.token.audiences'],
        principalClaim: options['knox.token.principal.claim'],
        groupsClaim: options['knox.token.groups.claim'],
        skew: options['jwt.clock.skew'],
        remembered: options['tokens.verified.cache.max'],
      },
      parts.clock,
      parts.log,
    )
    const where = {
      cookie: options['knox.token.use.cookie'] ? options['knox.token.cookie.name'] : '',
      query: options['knox.token.query.param.name'],
      open: options['jwt.unauthenticated.path.list'],
    }
    return [{name: 'JWTProvider', enter: exchange => entered(exchange, check, where, parts)}]
  },
})

/** Where a token may stand; empty: not there. */
interface Places {
  readonly cookie: string
  readonly query: string
  readonly open: readonly string[]
}

function entered(exchange: Exchange, check: TokenCheck, places: Places, {path}: ProviderParts) {
  const {bare, values} = stripped(exchange, places)
  if (isOpenPath(exchange, places.open, path)) return identified(bare, ANYBODY)
  const token = tokenOf(exchange, places.cookie, values)
  const found = token === undefined ? undefined : check.principal(token)
  if (found === undefined) throw notAuthenticated(token === undefined ? 'no token' : 'what should be a token is none')
  const named = (principal: Principal) => identified(bare, principal)
  return found instanceof Promise ? found.then(named) : named(found)
}

interface Stripped {
  /** The exchange without cookie and parameter: services do not see them, and neither does who reads the log. */
  readonly bare: Exchange
  /** Of the parameter. */
  readonly values: readonly string[]
}

function stripped(exchange: Exchange, {cookie, query}: Places): Stripped {
  const {request, notes} = exchange
  const {values, rest} = query === '' ? NOTHING : takenFrom(request.url.query, query)
  if (values.length > 0) notes.secrets = [...notes.secrets, ...values]
  const headers = cookie === '' ? request.headers : withoutCookie(request.headers, cookie)
  if (values.length === 0 && headers === request.headers) return {bare: exchange, values}
  const url = values.length === 0 ? request.url : {...request.url, query: rest}
  return {bare: {...exchange, request: {...request, url, headers}}, values}
}

/** The first that is there decides: cookie, header, query. */
function tokenOf(exchange: Exchange, cookie: string, values: readonly string[]): string | undefined {
  const fromCookie = cookie === '' ? undefined : tokenCookie(exchange.request.headers, cookie)
  return fromCookie ?? bearerOf(exchange) ?? only(values)
}

const NOTHING = {values: [], rest: undefined}

function only([value, ...more]: readonly string[]): string | undefined {
  if (more.length > 0) throw notAuthenticated('more than one token in the query')
  return value
}

function bearerOf({request}: Exchange): string | undefined {
  const [field, ...more] = valuesOf(request.headers, 'authorization')
  if (more.length > 0) throw notAuthenticated('more than one Authorization')
  if (field?.startsWith('Bearer ')) return field.slice(7).trim()
  const basic = field === undefined ? undefined : basicCredentials(field)
  return basic?.user.toLowerCase() === 'token' ? basic.password : undefined
}
