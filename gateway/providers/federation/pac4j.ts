import {flag, integer, type Named, oneOf, secret, text} from '../../common/params.js'
import {defineProvider} from '../../pipeline/provider.js'
import {seal, unseal} from '../../secrets/seal.js'
import {OidcClient} from './oidc-client.js'
import {oidcFilter} from './oidc-filter.js'

/** What browsers come back with, beside what the provider adds. Source: Knox, `Pac4jDispatcherFilter`. */
const CALLBACK = 'pac4jCallback'

/**
 * Browsers log in at an OpenID provider: authorization code with PKCE, and a sealed cookie. Source: Knox,
 * `Pac4jFederationProviderContributor`, `Pac4jDispatcherFilter`; OpenID Connect Core §3.1.
 */
export const pac4j = defineProvider({
  role: 'federation',
  name: 'pac4j',
  doc: 'Browsers log in at an OpenID provider; others get 401. The login lasts in the cookie `pac4jSession`, sealed, and is renewed by a refresh token. `?pac4jLogout=true` ends it.',
  params: {
    'pac4j.callbackUrl': text('An address of this topology, whole, to which browsers come back.'),
    clientName: oneOf('Only OpenID Connect is there.', 'OidcClient', ['OidcClient']),
    'pac4j.id_attribute': text('Claim with the name of the user.', 'sub'),
    'pac4j.groups_attribute': text('Claim with the groups; empty: none. Not of Knox.'),
    'pac4j.cookie.max.age': integer(
      'Seconds that a login lasts at most, however often it is renewed; -1: as long as the provider says.',
      -1,
      {min: -1},
    ),
    'oidc.id': text('Name of this client at the provider.'),
    'oidc.secret': secret('Its secret; empty: a public client.'),
    'oidc.discoveryUri': text('Where the provider describes itself.'),
    'oidc.scope': text('What is asked for.', 'openid profile email'),
    'oidc.preferredJwsAlgorithm': oneOf('Algorithm of its tokens.', 'RS256', ['RS256', 'PS256', 'ES256', 'EdDSA']),
    'oidc.maxClockSkew': integer('Seconds that its clock may differ from ours.', 30),
    'oidc.useNonce': flag('Without effect: there always is one.', true),
    'oidc.customParamKey{n}': text('Name of a parameter with which browsers are sent to it, besides.'),
    'oidc.customParamValue{n}': text('Its value, with the same number.'),
    'oidc.type': oneOf('Without effect: the address tells what the provider is.', '', ['', 'google', 'keycloak']),
    'pac4j.cookie.samesite': oneOf('To which requests of other sites browsers add the cookie of a login.', 'Lax', [
      'Lax',
      'None',
    ]),
    'pac4j.session.store.secure.cookie': flag(
      'Cookies are for TLS alone, also where the client seems to come without.',
      false,
    ),
    'pac4j.session.store': text('Without effect: a login is in its cookie.'),
    'pac4j.session.store.exclude.{kind}': text('Without effect: only name and groups are in it.'),
    'pac4j.cookie.domain.suffix': text('Without effect: the cookie is for this topology of this host alone.'),
  },
  check(options, {fault, warning}) {
    for (const name of ['pac4j.callbackUrl', 'oidc.discoveryUri'] as const)
      if (!URL.canParse(options[name]) || !/^https?:/i.test(options[name])) fault(name, 'must be an address of HTTP')
    if (options['pac4j.cookie.domain.suffix'] !== '') warning('pac4j.cookie.domain.suffix', 'has no effect here')
    if (options['oidc.id'] === '') fault('oidc.id', 'is missing')
  },
  create(options, {clock, path, topology, secret}) {
    const callback = new URL(options['pac4j.callbackUrl'])
    callback.searchParams.set(CALLBACK, 'true')
    callback.searchParams.set('client_name', options.clientName)
    const client = new OidcClient({
      discovery: options['oidc.discoveryUri'],
      id: options['oidc.id'],
      secret: options['oidc.secret'],
      scope: options['oidc.scope'],
      callback: callback.href,
      algorithm: options['oidc.preferredJwsAlgorithm'],
      skew: options['oidc.maxClockSkew'],
      custom: customOf(options['oidc.customParamKey{n}'], options['oidc.customParamValue{n}']),
    })
    const seals = (use: string) => {
      const purpose = JSON.stringify([use, topology, options])
      return {
        seal: (text: string) => seal(text, secret, purpose),
        open: (sealed: string) => unseal(sealed, secret, purpose),
      }
    }
    return [
      oidcFilter({
        client,
        clock,
        path,
        nameClaim: options['pac4j.id_attribute'],
        groupsClaim: options['pac4j.groups_attribute'],
        longest:
          options['pac4j.cookie.max.age'] < 0 ? Number.POSITIVE_INFINITY : options['pac4j.cookie.max.age'] * 1000,
        sameSite: options['pac4j.cookie.samesite'],
        secure: options['pac4j.session.store.secure.cookie'],
        attempts: seals('attempt'),
        logins: seals('login'),
      }),
    ]
  },
})

/** Parameters by the numbers of their keys and values. */
function customOf(keys: readonly Named<string>[], values: readonly Named<string>[]): Readonly<Record<string, string>> {
  const byNumber = new Map(values.map(({name, value}) => [name, value]))
  return Object.fromEntries(keys.map(({name, value}) => [value, byNumber.get(name) ?? '']))
}
