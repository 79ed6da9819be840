import type {Values} from '../../common/params.js'
import {LdapServer, textsOf} from '../directory/ldap-server.js'
import {expanded, inFilter, inName} from '../directory/ldap-text.js'
import {notAuthenticated} from '../refusal.js'
import type {ldapParams} from './ldap-params.js'

/** Milliseconds for a connection, and for each answer. */
const TIMEOUT = 5000
const SCOPES = {subtree: 'sub', onelevel: 'one', object: 'base'} as const

/**
 * Users and groups of a directory. A connection is made for each login: who logs in is who asks. Source: Knox,
 * `KnoxLdapRealm`.
 */
export class LdapDirectory {
  readonly #options: Values<typeof ldapParams>
  readonly #server: LdapServer
  readonly #pattern: RegExp

  constructor(options: Values<typeof ldapParams>) {
    this.#options = options
    this.#server = new LdapServer({
      urls: [options['main.ldapRealm.contextFactory.url']],
      authorities: options['main.ldapRealm.contextFactory.trustedCertificates'],
      name: options['main.ldapRealm.contextFactory.systemUsername'],
      password: options['main.ldapRealm.contextFactory.systemPassword'],
      connectTimeout: TIMEOUT,
      timeout: TIMEOUT,
    })
    this.#pattern = new RegExp(`^(?:${options['main.ldapRealm.principalRegex']})$`, 's')
  }

  /**
   * The groups of a user whose password is right. Throws GatewayError 401 when it is not, 503 when the directory does
   * not say. An empty password would be a login as nobody (RFC 4513 §5.1.2).
   */
  async login(user: string, password: string): Promise<readonly string[]> {
    if (user === '' || password === '') throw notAuthenticated('the name or the password is empty')
    const match = this.#pattern.exec(user)
    const name = match === null ? undefined : await this.#nameOf(match)
    if (name === undefined) throw notAuthenticated('there is no such user')
    await this.#server.login(name, password)
    return this.#options['main.ldapRealm.authorizationEnabled'] ? this.#groupsOf(user, name) : []
  }

  /** Distinguished name of a user, made or searched. Undefined: there is none, or more than one. */
  async #nameOf(match: readonly string[]): Promise<string | undefined> {
    const options = this.#options
    const base = options['main.ldapRealm.userSearchBase'] || options['main.ldapRealm.searchBase']
    const filter = this.#userFilter(match)
    if (base === '' || filter === undefined) return expanded(options['main.ldapRealm.userDnTemplate'], match, inName)
    const scope = SCOPES[options['main.ldapRealm.userSearchScope']]
    const found = await this.#server.search({base: expanded(base, match, inName), filter, scope, attributes: ['1.1']})
    return found.length === 1 ? found[0]?.dn : undefined
  }

  /** Undefined: users are not searched. */
  #userFilter(match: readonly string[]): string | undefined {
    const options = this.#options
    const own = options['main.ldapRealm.userSearchFilter']
    const attribute = options['main.ldapRealm.userSearchAttributeName'].trim()
    const ofClass = `(objectClass=${inFilter(options['main.ldapRealm.userObjectClass'])})`
    if (own !== '') return expanded(own, match, inFilter)
    if (attribute === '') return options['main.ldapRealm.userSearchScope'] === 'object' ? ofClass : undefined
    return `(&${ofClass}(${attribute}=${expanded(options['main.ldapRealm.userSearchAttributeTemplate'], match, inFilter)}))`
  }

  /** Names of the groups of a user. */
  async #groupsOf(user: string, name: string): Promise<readonly string[]> {
    const options = this.#options
    const base = options['main.ldapRealm.groupSearchBase'] || options['main.ldapRealm.searchBase']
    const ofClass = inFilter(options['main.ldapRealm.groupObjectClass'])
    const member = `${options['main.ldapRealm.memberAttribute']}=${inFilter(this.#memberOf(user, name))}`
    const attribute = options['main.ldapRealm.groupIdAttribute']
    const groups = await this.#server.search({
      base,
      filter: `(&(objectClass=${ofClass})(${member}))`,
      scope: 'sub',
      attributes: [attribute],
    })
    return groups.flatMap(group => textsOf(group, attribute))
  }

  /** As what a user is named in a group: by name in those of POSIX, by distinguished name in all others. */
  #memberOf(user: string, name: string): string {
    const options = this.#options
    if (options['main.ldapRealm.groupObjectClass'].toLowerCase() === 'posixgroup') return user
    const template = options['main.ldapRealm.memberAttributeValueTemplate']
    const isSearched = options['main.ldapRealm.userSearchAttributeName'] !== ''
    return isSearched || template === '' ? name : expanded(template, [user], inName)
  }
}
