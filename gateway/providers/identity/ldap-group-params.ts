import {duration, flag, integer, secret, text} from '../../common/params.js'
import {authorities} from '../authorities.js'
import {directoryUrls, searchFilter} from '../directory/ldap-values.js'

/** Milliseconds for a connection, and for each answer. */
const TIMEOUT = 5000
const USER_FILTER = '(&(objectClass=user)(sAMAccountName={0}))'

/** How a directory is asked for groups. Source: Hadoop, `LdapGroupsMapping`. */
export const ldapGroupParams = {
  'hadoop.security.group.mapping.ldap.url': directoryUrls('Where the directory is; several are asked in turn.'),
  'hadoop.security.group.mapping.ldap.ssl': flag('Whether it is asked by TLS: its address must say so too.', false),
  'hadoop.security.group.mapping.ldap.trustedCertificates': authorities(
    'PEM file of the authorities that `ldaps` trusts, instead of those of the system. Not of Knox.',
  ),
  'hadoop.security.group.mapping.ldap.bind.user': text('Name of the gateway, to search; empty: as nobody.'),
  'hadoop.security.group.mapping.ldap.bind.password': secret('Its password.'),
  'hadoop.security.group.mapping.ldap.base': text('Where users and groups are searched.'),
  'hadoop.security.group.mapping.ldap.userbase': text('Where users are; by default `base`.'),
  'hadoop.security.group.mapping.ldap.groupbase': text('Where groups are; by default `base`.'),
  'hadoop.security.group.mapping.ldap.search.filter.user': searchFilter('Finds the user `{0}`.', USER_FILTER),
  'hadoop.security.group.mapping.ldap.search.filter.group': searchFilter('Finds groups.', '(objectClass=group)'),
  'hadoop.security.group.mapping.ldap.search.attr.member': text(
    'Attribute with the members of a group: distinguished names, or those of POSIX when the filters name `posixGroup` and `posixAccount`.',
    'member',
  ),
  'hadoop.security.group.mapping.ldap.search.attr.group.name': text('Attribute with the name of a group.', 'cn'),
  'hadoop.security.group.mapping.ldap.search.group.hierarchy.levels': integer(
    'How many levels of groups that hold groups are gone up.',
    0,
    {max: 20},
  ),
  'hadoop.security.group.mapping.ldap.search.attr.memberof': text(
    'Attribute of a user with the distinguished names of all groups, which are then not searched; empty: none.',
  ),
  'hadoop.security.group.mapping.ldap.posix.attr.uid.name': text('By what groups of POSIX name a user.', 'uidNumber'),
  'hadoop.security.group.mapping.ldap.posix.attr.gid.name': text('The first such group of a user.', 'gidNumber'),
  'hadoop.security.group.mapping.ldap.connection.timeout.ms': duration('For a connection.', TIMEOUT, 'ms'),
  'hadoop.security.group.mapping.ldap.read.timeout.ms': duration('For each answer.', TIMEOUT, 'ms'),
}
