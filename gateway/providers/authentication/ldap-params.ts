import {flag, oneOf, type Param, type ParamTable, pattern, secret, text, type Values} from '../../common/params.js'
import {authorities} from '../authorities.js'
import {directoryUrl, template} from '../directory/ldap-values.js'

/** What `shiro.ini` must name, and of which there is only one here. */
function fixed(doc: string, value: string, allowed: RegExp): Param<string> {
  return {
    ...text(doc, value),
    read(given) {
      if (!allowed.test(given.trim())) throw new RangeError(`there is no "${given}" here, only ${value}`)
      return given.trim()
    },
  }
}

/** A param of Knox for what is not there: the topology is refused, by the name of that. */
export function absent(doc: string, what: string): Param<string> {
  return {
    ...text(doc),
    unit: 'not there',
    read() {
      throw new RangeError(`${what} is not there`)
    },
  }
}

/** A class of Knox's package, in its older spelling too, or the one of Shiro that it extends: what that lacks nobody asks of it. */
function knoxClass(doc: string, name: string, ofShiro: string, value = `${SHIRO_REALM}.${name}`): Param<string> {
  const only = fixed(
    doc,
    `${SHIRO_REALM}.${name}`,
    new RegExp(
      `^org\\.apache\\.(?:(?:knox|hadoop)\\.gateway\\.shirorealm\\.${name}|shiro\\.realm\\.ldap\\.${ofShiro})$`,
    ),
  )
  return {...only, default: value}
}

const REALM_OF_SHIRO = '(?:Jndi|Default)LdapRealm'
const SHIRO_REALM = 'org.apache.knox.gateway.shirorealm'
const CACHES =
  /^org\.apache\.(?:(?:knox|hadoop)\.gateway\.shirorealm\.KnoxCacheManager|shiro\.cache\.(?:ehcache\.EhCacheManager|MemoryConstrainedCacheManager))$/

/** How one directory is asked, by the names of `shiro.ini`. Source: Knox, `KnoxLdapRealm`, `KnoxLdapContextFactory`. */
const realmParams = {
  contextFactory: fixed('What connects.', '$ldapContextFactory', /^\$ldap(?:Group)?ContextFactory$/),
  'contextFactory.url': directoryUrl('Where the directory is.'),
  'contextFactory.trustedCertificates': authorities(
    'PEM file of the authorities that `ldaps` trusts, instead of those of the system. Not of Knox.',
  ),
  'contextFactory.authenticationMechanism': oneOf('How users log in.', 'simple', ['simple']),
  'contextFactory.systemAuthenticationMechanism': oneOf('How the gateway does.', 'simple', ['simple']),
  'contextFactory.systemUsername': text('Name of the gateway, to search; empty: as nobody.'),
  'contextFactory.systemPassword': secret('Its password.'),
  'contextFactory.clusterName': text('Without effect: aliases are those of the topology.'),
  principalRegex: pattern('What a name may be; its groups are `{1}` … in templates.', '(.*)'),
  userDnTemplate: template('Distinguished name of a user.', '{0}'),
  searchBase: text('Where users and groups are searched.'),
  userSearchBase: text('Where users are; by default `searchBase`.'),
  userSearchAttributeName: text('Attribute by which a user is searched.'),
  userSearchAttributeTemplate: template('What it must be.', '{0}'),
  userSearchFilter: template('Filter by which a user is searched, instead of the attribute.'),
  userSearchScope: oneOf('How deep.', 'subtree', ['subtree', 'onelevel', 'object']),
  userObjectClass: text('Class of users.', 'person'),
  authorizationEnabled: flag('Whether the groups of a user are looked up.', false),
  groupSearchBase: text('Where groups are; by default `searchBase`.'),
  groupObjectClass: text('Class of groups.', 'groupOfNames'),
  groupIdAttribute: text('Attribute with the name of a group.', 'cn'),
  memberAttribute: text(
    'Attribute with the members of a group; `memberURL`: with addresses that tell who is in it (dynamic groups).',
    'member',
  ),
  memberAttributeValueTemplate: template('What it is for a user; by default the distinguished name.'),
  authenticationCachingEnabled: flag('Whether a login is remembered for two minutes.', false),
  authorizationCachingEnabled: flag('Without effect: groups are remembered with the login.', false),
}

/** Params of one directory. */
export type RealmOptions = Values<typeof realmParams>

type Under<P extends string, T> = {readonly [K in keyof T as K extends string ? `${P}.${K}` : never]: T[K]}

/** A table with a name before each of its own. */
function under<P extends string, T extends ParamTable>(prefix: P, table: T): Under<P, T> {
  // the names of the type are made the same way
  return Object.fromEntries(Object.entries(table).map(([name, param]) => [`${prefix}.${name}`, param])) as Under<P, T>
}

const USERS = 'main.ldapRealm'
const GROUPS = 'main.ldapGroupRealm'

/** How directories are asked: one where users log in and, where `ldapGroupRealm` is set, another that knows their groups. */
export const ldapParams = {
  [USERS]: knoxClass('The realm in which users log in.', 'KnoxLdapRealm', REALM_OF_SHIRO),
  'main.ldapContextFactory': knoxClass('What connects.', 'KnoxLdapContextFactory', 'JndiLdapContextFactory'),
  'main.ldapGroupContextFactory': knoxClass(
    'The same, under another name.',
    'KnoxLdapContextFactory',
    'JndiLdapContextFactory',
  ),
  [GROUPS]: knoxClass(
    'The realm in which groups are looked up besides; nobody logs in there.',
    'KnoxLdapRealm',
    REALM_OF_SHIRO,
    '',
  ),
  'main.securityManager.realms': fixed(
    'The realms.',
    '$ldapRealm, $ldapGroupRealm',
    /^\$ldapRealm(?:\s*,\s*\$ldapGroupRealm)?$/,
  ),
  ...under(USERS, realmParams),
  'main.cacheManager': fixed('What remembers; all do it the same way here.', `${SHIRO_REALM}.KnoxCacheManager`, CACHES),
  'main.cacheManager.cacheManagerConfigFile': text('Without effect: nothing is kept on disk.'),
  'main.securityManager.cacheManager': fixed('The same.', '$cacheManager', /^\$cacheManager$/),
  ...under(GROUPS, realmParams),
}

/** The realms of a topology. */
export interface Realms {
  readonly users: RealmOptions
  /** Undefined: the users' own realm knows all groups. */
  readonly groups: RealmOptions | undefined
}

/** Values of the table, by realm. */
export function realmsOf(options: Values<typeof ldapParams>): Realms {
  const isUsed = options[GROUPS] !== '' && options['main.securityManager.realms'].includes('$ldapGroupRealm')
  return {users: realm(USERS, options), groups: isUsed ? realm(GROUPS, options) : undefined}
}

function realm(prefix: typeof USERS | typeof GROUPS, options: Values<typeof ldapParams>): RealmOptions {
  const own = Object.entries(options).filter(([name]) => name.startsWith(`${prefix}.`))
  // `ldapParams` has all names of `realmParams` under both prefixes
  return Object.fromEntries(
    own.map(([name, value]) => [name.slice(prefix.length + 1), value]),
  ) as unknown as RealmOptions
}
