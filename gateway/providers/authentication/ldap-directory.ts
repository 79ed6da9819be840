import {LdapServer, textsOf} from '../directory/ldap-server.js'
import {expanded, inFilter, inName} from '../directory/ldap-text.js'
import {dynamicGroups} from '../directory/member-url.js'
import {notAuthenticated} from '../refusal.js'
import type {RealmOptions} from './ldap-params.js'

/** Milliseconds for a connection, and for each answer. */
const TIMEOUT = 5000
const SCOPES = {subtree: 'sub', onelevel: 'one', object: 'base'} as const

/**
 * Users and groups of a directory. A connection is made for each login: who logs in is who asks. Source: Knox,
 * `KnoxLdapRealm`.
 */
export class LdapDirectory {
  readonly #options: RealmOptions
  readonly #server: LdapServer
  readonly #pattern: RegExp

  constructor(options: RealmOptions) {
    this.#options = options
    this.#server = new LdapServer({
      urls: [options['contextFactory.url']],
      authorities: options['contextFactory.trustedCertificates'],
      name: options['contextFactory.systemUsername'],
      password: options['contextFactory.systemPassword'],
      connectTimeout: TIMEOUT,
      timeout: TIMEOUT,
    })
    this.#pattern = new RegExp(`^(?:${options.principalRegex})$`, 's')
  }

  /**
   * The groups of a user whose password is right. Throws GatewayError 401 when it is not, 503 when the directory does
   * not say. An empty password would be a login as nobody (RFC 4513 §5.1.2).
   */
  async login(user: string, password: string): Promise<readonly string[]> {
    if (user === '' || password === '') throw notAuthenticated('the name or the password is empty')
    const name = await this.#nameOf(user)
    if (name === undefined) throw notAuthenticated('there is no such user')
    await this.#server.login(name, password)
    return this.#groupsOf(user, name)
  }

  /** The groups of a user who is known from elsewhere; none of one whom this directory does not know. Throws GatewayError 503. */
  async groupsOf(user: string): Promise<readonly string[]> {
    const name = await this.#nameOf(user)
    return name === undefined ? [] : this.#groupsOf(user, name)
  }

  /** Distinguished name of a user, made or searched. Undefined: there is none, or more than one. */
  async #nameOf(user: string): Promise<string | undefined> {
    const match = this.#pattern.exec(user)
    if (match === null) return undefined
    const options = this.#options
    const base = options.userSearchBase || options.searchBase
    const filter = this.#userFilter(match)
    if (base === '' || filter === undefined) return expanded(options.userDnTemplate, match, inName)
    const scope = SCOPES[options.userSearchScope]
    const found = await this.#server.search({base: expanded(base, match, inName), filter, scope, attributes: ['1.1']})
    return found.length === 1 ? found[0]?.dn : undefined
  }

  /** Undefined: users are not searched. */
  #userFilter(match: readonly string[]): string | undefined {
    const options = this.#options
    const own = options.userSearchFilter
    const attribute = options.userSearchAttributeName.trim()
    const ofClass = `(objectClass=${inFilter(options.userObjectClass)})`
    if (own !== '') return expanded(own, match, inFilter)
    if (attribute === '') return options.userSearchScope === 'object' ? ofClass : undefined
    return `(&${ofClass}(${attribute}=${expanded(options.userSearchAttributeTemplate, match, inFilter)}))`
  }

  async #groupsOf(user: string, name: string): Promise<readonly string[]> {
    const options = this.#options
    if (!options.authorizationEnabled) return []
    const base = options.groupSearchBase || options.searchBase
    const ofClass = `(objectClass=${inFilter(options.groupObjectClass)})`
    const {groupIdAttribute: idAttribute, memberAttribute} = options
    const own = this.#memberOf(user, name)
    if (memberAttribute.toLowerCase() === 'memberurl')
      return dynamicGroups(this.#server, {base, filter: ofClass, idAttribute, urlAttribute: memberAttribute}, own)
    const filter = `(&${ofClass}(${memberAttribute}=${inFilter(own)}))`
    const groups = await this.#server.search({base, filter, scope: 'sub', attributes: [idAttribute]})
    return groups.flatMap(group => textsOf(group, idAttribute))
  }

  /** As what a user is named in a group: by name in those of POSIX, by distinguished name in all others. */
  #memberOf(user: string, name: string): string {
    const options = this.#options
    if (options.groupObjectClass.toLowerCase() === 'posixgroup') return user
    const template = options.memberAttributeValueTemplate
    const isSearched = options.userSearchAttributeName !== ''
    return isSearched || template === '' ? name : expanded(template, [user], inName)
  }
}
