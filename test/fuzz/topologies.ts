import {provider} from '../helpers/guarded.js'

/** Where a topology looks for who asks. */
export type Place = 'bearer' | 'query' | 'cookie' | 'header' | 'basic'

/** A topology of the world, and who may reach what behind it: what the judge goes by, in words of its own. */
export interface Guard {
  readonly name: string
  readonly providers: string
  readonly places: readonly Place[]
  /** Who may reach the service. */
  readonly users: readonly string[]
  /** Only alice may reach what has this segment in its path. */
  readonly secret?: 'private'
  /** alice may act for bob. */
  readonly actsFor?: true
  /** Pages of other origins may not ask, nor anybody change something without a header of its own. */
  readonly web?: true
  /** Each event is for the one whom it names. */
  readonly events?: true
}

/** Header that requests that change something need where the guard is for the web. */
export const CSRF_HEADER = 'X-XSRF-Header'
/** The one other origin that may ask there. */
export const GOOD_ORIGIN = 'http://good.test'
/** From which alone `remote` may be asked, and where nobody is. */
export const ELSEWHERE = '10.9.8.7'
/** Parameter of the query that may hold a token. */
export const TOKEN_PARAM = 'jwt'

export interface Trusted {
  readonly pem: string
  /** Base of the address of who tells keys (`/keys`) and users (`/who`). */
  readonly identityUrl: string
}

const acl = (users: readonly string[], more = {}) =>
  provider('authorization', 'AclsAuthz', {'X.acl': `${users.join(',')};*;*`, ...more})

/** One for each way to prove who one is, and for each way to be kept out. */
export function guards({pem, identityUrl}: Trusted): readonly [Guard, ...Guard[]] {
  const jwt = provider('federation', 'JWTProvider', {'knox.token.verification.pem': pem})
  const both = ['alice', 'bob']
  return [
    {
      name: 'token',
      providers:
        provider('federation', 'JWTProvider', {
          'knox.token.verification.pem': pem,
          'knox.token.use.cookie': 'true',
          'knox.token.query.param.name': TOKEN_PARAM,
        }) +
        provider('authorization', 'PathAclsAuthz', {
          'X.all.path.acl': '*://*:*/token/**?**;*;*;*',
          'X.private.path.acl': '*://*:*/**/private/**?**;alice;*;*',
        }),
      places: ['bearer', 'query', 'cookie'],
      users: [...both, 'mallory'],
      secret: 'private',
    },
    {
      name: 'keys',
      providers:
        provider('federation', 'JWTProvider', {
          'knox.token.jwks.url': `${identityUrl}/keys`,
          'knox.token.audiences': 'fuzz',
        }) + acl(['alice']),
      places: ['bearer'],
      users: ['alice'],
    },
    {
      name: 'cookie',
      providers: provider('federation', 'SSOCookieProvider', {'sso.token.verification.pem': pem}) + acl(both),
      places: ['cookie'],
      users: both,
    },
    {name: 'header', providers: preAuth('127.0.0.1') + acl(both), places: ['header'], users: both},
    {name: 'remote', providers: preAuth(ELSEWHERE) + acl(both), places: ['header'], users: []},
    {
      name: 'proxy',
      providers:
        provider('federation', 'HeaderPreAuth') +
        provider('identity-assertion', 'Default', {
          'hadoop.proxyuser.impersonation.enabled': 'true',
          'hadoop.proxyuser.alice.users': 'bob',
          'hadoop.proxyuser.alice.hosts': '*',
        }) +
        acl(both),
      places: ['header'],
      users: both,
      actsFor: true,
    },
    {
      name: 'web',
      providers:
        provider('webappsec', 'WebAppSec', {
          'cors.enabled': 'true',
          'cors.allowOrigin': GOOD_ORIGIN,
          'csrf.enabled': 'true',
          'csrf.customHeader': CSRF_HEADER,
        }) +
        jwt +
        acl(both),
      places: ['bearer'],
      users: both,
      web: true,
    },
    {
      name: 'events',
      providers: jwt + acl([...both, 'mallory'], {'X.own.event.acl': '*;$.owner;*'}),
      places: ['bearer'],
      users: [...both, 'mallory'],
      events: true,
    },
    {
      name: 'asked',
      providers:
        provider('authentication', 'RemoteAuthProvider', {'remote.auth.url': `${identityUrl}/who`}) + acl(both),
      places: ['basic'],
      users: both,
    },
  ]
}

const preAuth = (address: string) =>
  provider('federation', 'HeaderPreAuth', {
    'preauth.validation.method': 'preauth.ip.validation',
    'preauth.ip.addresses': address,
  })
