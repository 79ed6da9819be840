import {flag, oneOf, type Param, text} from '../../common/params.js'
import {directoryUrl, template} from '../directory/ldap-values.js'

/** A regular expression, kept as text once it is known to be one. */
function pattern(doc: string, value: string): Param<string> {
  return {
    ...text(doc, value),
    unit: 'regular expression',
    read(given) {
      try {
        new RegExp(given.trim())
      } catch (error) {
        if (error instanceof SyntaxError) throw new RangeError(error.message)
        throw error
      }
      return given.trim() || value
    },
  }
}

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

/** A class of Knox's package, in its older spelling too. */
function knoxClass(doc: string, name: string): Param<string> {
  const folder = '^org\\.apache\\.(?:knox|hadoop)\\.gateway\\.shirorealm\\.'
  return fixed(doc, `org.apache.knox.gateway.shirorealm.${name}`, new RegExp(`${folder}${name}$`))
}

/** How a directory is asked, by the names of `shiro.ini`. Source: Knox, `KnoxLdapRealm`, `KnoxLdapContextFactory`. */
export const ldapParams = {
  'main.ldapRealm': knoxClass('The realm.', 'KnoxLdapRealm'),
  'main.ldapContextFactory': knoxClass('What connects.', 'KnoxLdapContextFactory'),
  'main.ldapGroupContextFactory': knoxClass('The same, under another name.', 'KnoxLdapContextFactory'),
  'main.ldapRealm.contextFactory': fixed('One of these.', '$ldapContextFactory', /^\$ldap(?:Group)?ContextFactory$/),
  'main.securityManager.realms': fixed('The realm.', '$ldapRealm', /^\$ldapRealm$/),
  'main.ldapRealm.contextFactory.url': directoryUrl('Where the directory is.'),
  'main.ldapRealm.contextFactory.trustedCertificates': text(
    'PEM file of the authorities that `ldaps` trusts, instead of those of the system. Not of Knox.',
  ),
  'main.ldapRealm.contextFactory.authenticationMechanism': oneOf('How users log in.', 'simple', ['simple']),
  'main.ldapRealm.contextFactory.systemAuthenticationMechanism': oneOf('How the gateway does.', 'simple', ['simple']),
  'main.ldapRealm.contextFactory.systemUsername': text('Name of the gateway, to search; empty: as nobody.'),
  'main.ldapRealm.contextFactory.systemPassword': text('Its password.'),
  'main.ldapRealm.contextFactory.clusterName': text('Without effect: aliases are those of the topology.'),
  'main.ldapRealm.principalRegex': pattern('What a name may be; its groups are `{1}` … in templates.', '(.*)'),
  'main.ldapRealm.userDnTemplate': template('Distinguished name of a user.', '{0}'),
  'main.ldapRealm.searchBase': text('Where users and groups are searched.'),
  'main.ldapRealm.userSearchBase': text('Where users are; by default `searchBase`.'),
  'main.ldapRealm.userSearchAttributeName': text('Attribute by which a user is searched.'),
  'main.ldapRealm.userSearchAttributeTemplate': template('What it must be.', '{0}'),
  'main.ldapRealm.userSearchFilter': template('Filter by which a user is searched, instead of the attribute.'),
  'main.ldapRealm.userSearchScope': oneOf('How deep.', 'subtree', ['subtree', 'onelevel', 'object']),
  'main.ldapRealm.userObjectClass': text('Class of users.', 'person'),
  'main.ldapRealm.authorizationEnabled': flag('Whether the groups of a user are looked up.', false),
  'main.ldapRealm.groupSearchBase': text('Where groups are; by default `searchBase`.'),
  'main.ldapRealm.groupObjectClass': text('Class of groups.', 'groupOfNames'),
  'main.ldapRealm.groupIdAttribute': text('Attribute with the name of a group.', 'cn'),
  'main.ldapRealm.memberAttribute': text('Attribute with the members of a group.', 'member'),
  'main.ldapRealm.memberAttributeValueTemplate': template('What it is for a user; by default the distinguished name.'),
  'main.ldapRealm.authenticationCachingEnabled': flag('Whether a login is remembered for two minutes.', false),
  'main.ldapRealm.authorizationCachingEnabled': flag('Without effect: groups are remembered with the login.', false),
  'main.cacheManager': knoxClass('What remembers.', 'KnoxCacheManager'),
  'main.securityManager.cacheManager': fixed('The same.', '$cacheManager', /^\$cacheManager$/),
}
