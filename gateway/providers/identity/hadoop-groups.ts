import {defaultsOf, duration, oneOf, type Values} from '../../common/params.js'
import {defineProvider} from '../../pipeline/provider.js'
import {TimedCache} from '../timed-cache.js'
import {assertionFilter, assertionParams} from './assertion.js'
import {ldapGroupParams} from './ldap-group-params.js'
import {LdapGroups} from './ldap-groups.js'
import {mapping} from './principal-mapping.js'

/** Where `CENTRAL_GROUP_CONFIG_PREFIX` may point: properties of the site that begin so are params of the provider. */
const GROUP_CONFIG_PREFIX = 'gateway.group.config.'

const NOBODY = 'org.apache.hadoop.security.NullGroupsMapping'
const DIRECTORY = 'org.apache.hadoop.security.LdapGroupsMapping'

const params = {
  ...assertionParams,
  CENTRAL_GROUP_CONFIG_PREFIX: oneOf(
    'Properties of `gateway-site.xml` that begin so are params of this provider; its own go before them.',
    GROUP_CONFIG_PREFIX,
    [GROUP_CONFIG_PREFIX, GROUP_CONFIG_PREFIX.slice(0, -1)],
  ),
  'hadoop.security.group.mapping': oneOf('How the groups of others are found.', NOBODY, [NOBODY, DIRECTORY]),
  'hadoop.user.group.static.mapping.overrides': mapping('Users and all their groups: `alice=admins,users;bob=`.', {
    toNothing: true,
  }),
  'hadoop.security.groups.cache.secs': duration('How long groups are remembered.', 300_000, 's'),
  'hadoop.security.groups.negative-cache.secs': duration('How long, when there are none.', 30_000, 's'),
  'use.ldap.service': oneOf('Only `false`: the gateway is no directory itself.', 'false', ['false']),
  ...ldapGroupParams,
}

/** Finds the groups of a user. Throws GatewayError 503. */
type FindGroups = (user: string) => readonly string[] | Promise<readonly string[]>

/** How the params that a topology sets find groups, for commands that ask. */
export const groupsBy = (given: Partial<Values<typeof params>>): FindGroups =>
  finderOf({...defaultsOf(params), ...given}, (_, find) => find())

/** Groups of users that the gateway is told of, or looks up. Source: Knox, `HadoopGroupProviderFilter`; Hadoop, `Groups`. */
export const hadoopGroups = defineProvider({
  role: 'identity-assertion',
  name: 'HadoopGroupProvider',
  doc: 'Looks up the groups of users. Groups of the gateway’s own machine are not read, as Hadoop does when nothing is named. While the directory does not answer, who is not remembered gets 503.',
  params,
  check(options, {fault}) {
    if (options['hadoop.security.group.mapping'] !== DIRECTORY) return
    const urls = options['hadoop.security.group.mapping.ldap.url']
    if (urls.length === 0) fault('hadoop.security.group.mapping.ldap.url', 'is missing')
    if (options['hadoop.security.group.mapping.ldap.ssl'] && urls.some(url => !/^ldaps:/i.test(url)))
      fault('hadoop.security.group.mapping.ldap.url', 'must begin with ldaps://')
    if (!options['hadoop.security.group.mapping.ldap.search.filter.user'].includes('{0}'))
      fault('hadoop.security.group.mapping.ldap.search.filter.user', 'has no place {0} for the name')
  },
  create(options, {clock}) {
    const msOf = (groups: readonly string[]) =>
      options[groups.length > 0 ? 'hadoop.security.groups.cache.secs' : 'hadoop.security.groups.negative-cache.secs']
    const remembered = new TimedCache(clock, msOf)
    const groupsOf = finderOf(options, (user, find) => remembered.get(user, find))
    return [assertionFilter(options, {name: 'HadoopGroupProvider', groupsOf})]
  },
})

/** `ask` asks the directory, or remembers what it said. */
function finderOf(
  options: Values<typeof params>,
  ask: (user: string, find: () => Promise<readonly string[]>) => ReturnType<FindGroups>,
): FindGroups {
  const known = new Map(Object.entries(options['hadoop.user.group.static.mapping.overrides']))
  const directory = options['hadoop.security.group.mapping'] === DIRECTORY ? new LdapGroups(options) : undefined
  return user => known.get(user) ?? (directory ? ask(user, () => directory.of(user)) : [])
}
