import {GatewayError} from '../../common/errors.js'
import {flag, integer, list, text} from '../../common/params.js'
import {withoutCookie} from '../../http/cookies.js'
import {valueOf} from '../../http/headers.js'
import type {Exchange} from '../../pipeline/exchange.js'
import type {Entered} from '../../pipeline/filter.js'
import {identified, type Principal} from '../../pipeline/principal.js'
import {defineProvider, type ProviderParts} from '../../pipeline/provider.js'
import {ANYBODY} from '../anonymous.js'
import {isOpenPath} from '../open-paths.js'
import {notAuthenticated} from '../refusal.js'
import {type LoginRules, loginAnswer} from './login-redirect.js'
import {TokenCheck} from './token-check.js'
import {tokenCookie} from './token-cookie.js'
import {openPaths, publicKey, tokenParams, urls} from './token-params.js'

/** Knox's own, always open. */
const OPEN = ['/favicon.ico', '/knoxtoken/api/v1/jwks.json']

/**
 * Whom the token in a cookie of KnoxSSO names; without one a browser is sent there to log in, and comes back.
 * Source: Knox, `SSOCookieFederationFilter`.
 */
export const ssoCookieProvider = defineProvider({
  role: 'federation',
  name: 'SSOCookieProvider',
  doc: 'The user whom a cookie of KnoxSSO names. Others are sent there to log in; scripts (`X-Requested-With: XMLHttpRequest`) get 401.',
  params: {
    'sso.authentication.provider.url': text('Where to log in; by default `/gateway/knoxsso/api/v1/websso` here.'),
    'sso.cookie.name': text('Name of the cookie.', 'hadoop-jwt'),
    'sso.expected.audiences': list('Whom tokens are for (`aud`); none named: anybody.'),
    'sso.token.verification.pem': publicKey('Certificate or public key that tokens are signed with.'),
    'sso.token.verification.jwks.urls': urls('Where the issuers tell their keys (JWKS).'),
    'sso.token.verification.allowed.jws.types': list('Types (`typ`) of tokens whose key comes from a URL.', ['JWT']),
    'sso.unauthenticated.path.list': openPaths('Paths behind that of the topology that need no cookie.'),
    'sso.idle.timeout.seconds': integer('Without effect, as in Knox, since the gateway keeps no list of tokens.', 0),
    'sso.use.original.url.from.header': flag('Whether a header names the address to come back to.', false),
    'sso.original.url.from.header.name': text('Name of that header.', 'X-Original-URL'),
    'sso.original.url.from.header.verify.domain': flag('Whether its host must be one of the list.', false),
    'sso.original.url.from.header.domain.whitelist': list('These hosts.'),
    'gateway.path': text('Path of the gateway that KnoxSSO is at; by default that of this one.'),
    ...tokenParams,
  },
  check(options, {warning}) {
    if (options['sso.token.verification.pem'] === '' && options['sso.token.verification.jwks.urls'].length === 0)
      warning(
        'sso.token.verification.pem',
        'is missing, and so is sso.token.verification.jwks.urls: no cookie can be good',
      )
    if (options['sso.idle.timeout.seconds'] > 0) warning('sso.idle.timeout.seconds', 'has no effect here')
  },
  create(options, parts) {
    const {topology, path, clock, log} = parts
    const gatewayPath = options['gateway.path'] || path.slice(1, -topology.length - 1)
    const sso: Sso = {
      cookie: options['sso.cookie.name'],
      open: [...OPEN, ...options['sso.unauthenticated.path.list']],
      parts,
      login: {
        url: options['sso.authentication.provider.url'] || `/${gatewayPath}/knoxsso/api/v1/websso`,
        originalUrlHeader: options['sso.use.original.url.from.header']
          ? options['sso.original.url.from.header.name'].toLowerCase()
          : '',
        originalHosts: options['sso.original.url.from.header.verify.domain']
          ? options['sso.original.url.from.header.domain.whitelist']
          : undefined,
        mayReturnTo: parts.mayReturnTo,
      },
      check: new TokenCheck(
        {
          pem: options['sso.token.verification.pem'],
          urls: options['sso.token.verification.jwks.urls'],
          algorithms: options['jwt.expected.sigalg'],
          types: options['sso.token.verification.allowed.jws.types'].map(type => type.toLowerCase()),
          issuers: options['jwt.expected.issuer'],
          audiences: options['sso.expected.audiences'],
          principalClaim: '',
          groupsClaim: options['knox.token.groups.claim'],
          skew: options['jwt.clock.skew'],
          remembered: options['tokens.verified.cache.max'],
        },
        clock,
        log,
      ),
    }
    return [{name: 'SSOCookieProvider', enter: exchange => entered(exchange, sso)}]
  },
})

interface Sso {
  readonly cookie: string
  readonly open: readonly string[]
  readonly login: LoginRules
  readonly check: TokenCheck
  readonly parts: ProviderParts
}

function entered(exchange: Exchange, sso: Sso): Entered | Promise<Entered> {
  const {request} = exchange
  const bare = {...exchange, request: {...request, headers: withoutCookie(request.headers, sso.cookie)}}
  if (isOpenPath(exchange, sso.open, sso.parts.path)) return identified(bare, ANYBODY)
  const named = (principal: Principal) => identified(bare, principal)
  try {
    const found = principalOf(exchange, sso)
    return found instanceof Promise
      ? found.then(named).catch((error: unknown) => sentAway(error, exchange, sso))
      : named(found)
  } catch (error) {
    return sentAway(error, exchange, sso)
  }
}

function principalOf({request}: Exchange, {cookie, check}: Sso): Principal | Promise<Principal> {
  const token = tokenCookie(request.headers, cookie)
  const found = token === undefined ? undefined : check.principal(token)
  if (found === undefined) throw notAuthenticated(token === undefined ? 'no cookie' : 'the cookie holds no token')
  return found
}

function sentAway(error: unknown, exchange: Exchange, {login, parts}: Sso): Entered {
  if (!(error instanceof GatewayError) || error.status >= 500) throw error
  const cause = error.cause instanceof Error ? error.cause.message : ''
  if (valueOf(exchange.request.headers, 'x-requested-with')?.toLowerCase() === 'xmlhttprequest')
    throw notAuthenticated(cause)
  parts.log.info('sent to log in', {id: exchange.id, topology: parts.topology, cause})
  return {answer: loginAnswer(exchange, login)}
}
