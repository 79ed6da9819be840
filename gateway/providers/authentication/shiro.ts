import {defaultsOf, integer, list, oneOf, text, type Values} from '../../common/params.js'
import type {Principal} from '../../pipeline/principal.js'
import {defineProvider} from '../../pipeline/provider.js'
import type {BasicCredentials} from '../basic-credentials.js'
import {LoginCache} from '../login-cache.js'
import {sessions} from '../session.js'
import {invalidRequestParams, pathCheck} from './invalid-request.js'
import {LdapDirectory} from './ldap-directory.js'
import {absent, ldapParams, type Realms, realmsOf} from './ldap-params.js'
import {shiroFilter} from './shiro-filter.js'
import {chain, urlChains} from './url-chains.js'

const MINUTE = 60_000
const DEFAULT_TIMEOUT = 30
/** How long a login is remembered, in ms. Source: Knox, `KnoxCacheManager`. */
const REMEMBERED = 120_000
const COOKIE = 'KNOXSESSIONID'

/**
 * Users of a directory, who log in by HTTP Basic. Source: Knox, `ShiroDeploymentContributor`, `KnoxLdapRealm`,
 * `ShiroSubjectIdentityAdapter`.
 */
export const shiroProvider = defineProvider({
  role: 'authentication',
  name: 'ShiroProvider',
  doc: `Users of an LDAP directory, who log in by name and password (HTTP Basic). A login lasts in the cookie \`${COOKIE}\`, sealed: a change of these params ends it.`,
  params: {
    redirectToUrl: absent('Where Knox has its login form.', 'the login form of KnoxSSO'),
    sessionTimeout: integer('Minutes from one use of a session to the next; 0: 30.', DEFAULT_TIMEOUT, {max: 525_600}),
    'http-only': oneOf('The cookie is never for scripts.', 'true', ['true']),
    restrictedCookies: list('Without effect: there are no cookies of other names.'),
    'main.authcBasic.applicationName': text('What browsers tell who is to log in.', 'application'),
    'urls.{path}': chain(
      'What a path needs, by pattern; the first that fits counts, and where none does nobody passes.',
    ),
    ...invalidRequestParams,
    ...ldapParams,
  },
  check(options, {fault}) {
    const realms = realmsOf(options)
    if (options['urls.{path}'].length === 0) fault('urls./**', 'is missing: nobody could pass')
    for (const [name, realm] of Object.entries({ldapRealm: realms.users, ldapGroupRealm: realms.groups}))
      if (realm?.authorizationEnabled && (realm.groupSearchBase || realm.searchBase) === '')
        fault(`main.${name}.authorizationEnabled`, `needs main.${name}.groupSearchBase`)
  },
  create(options, {clock, path, topology, secret}) {
    const directories = directoriesOf(realmsOf(options))
    const cache = new LoginCache<Principal>(clock, REMEMBERED)
    const login = ({user, password}: BasicCredentials) => {
      const find = async () => ({name: user, groups: await directories.login(user, password)})
      return options['main.ldapRealm.authenticationCachingEnabled'] ? cache.get([user, password], find) : find()
    }
    const timeout = (options.sessionTimeout || DEFAULT_TIMEOUT) * MINUTE
    const purpose = JSON.stringify([COOKIE, topology, options])
    const realm = options['main.authcBasic.applicationName'].replace(/["\\]/g, '\\$&')
    return [
      shiroFilter({
        login,
        checkPath: pathCheck(options),
        demandOf: urlChains(options['urls.{path}']),
        sessions: sessions({cookie: COOKIE, path, timeout, purpose, secret}, clock),
        cookie: COOKIE,
        challenge: ['WWW-Authenticate', `BASIC realm="${realm}"`],
        path,
      }),
    ]
  },
})

/** What logs users in. Throws GatewayError 401 or 503. */
type Login = Pick<LdapDirectory, 'login'>

/** The directories of params that a topology sets, for commands that ask them. */
export const loginBy = (given: Partial<Values<typeof ldapParams>>): Login =>
  directoriesOf(realmsOf({...defaultsOf(ldapParams), ...given}))

/** Whoever may log in among the users has the groups of both realms. */
function directoriesOf({users, groups}: Realms): Login {
  const directory = new LdapDirectory(users)
  if (groups === undefined) return directory
  const besides = new LdapDirectory(groups)
  return {
    login: async (user, password) => [...(await directory.login(user, password)), ...(await besides.groupsOf(user))],
  }
}
