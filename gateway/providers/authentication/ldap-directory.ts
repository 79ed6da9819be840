import {readFileSync} from 'node:fs'
import type {Client, ClientOptions, Entry} from 'ldapts'
import {GatewayError} from '../../common/errors.js'
import type {Values} from '../../common/params.js'
import {notAuthenticated, unavailable} from '../refusal.js'
import type {ldapParams} from './ldap-params.js'
import {expanded, inFilter, inName} from './ldap-text.js'

/** Milliseconds for a connection, and for each answer. */
const TIMEOUT = 5000
/** Groups of a user. */
const MOST_GROUPS = 1000
/** Result codes by which a directory refuses a name or a password (RFC 4511 §A.1). */
const REFUSALS: ReadonlySet<number> = new Set([32, 34, 48, 49, 53])
const SCOPES = {subtree: 'sub', onelevel: 'one', object: 'base'} as const

/** Loaded when a topology first needs it. */
const ldapts = () => import('ldapts')
type Library = Awaited<ReturnType<typeof ldapts>>

/** What is searched. */
interface Search {
  readonly base: string
  readonly filter: string
  readonly scope: 'base' | 'one' | 'sub'
  /** `1.1`: none (RFC 4511 §4.5.1.8). */
  readonly attribute: string
}

/**
 * Users and groups of a directory. A connection is made for each login: who logs in is who asks. Source: Knox,
 * `KnoxLdapRealm`.
 */
export class LdapDirectory {
  readonly #options: Values<typeof ldapParams>
  readonly #client: ClientOptions
  readonly #pattern: RegExp

  constructor(options: Values<typeof ldapParams>) {
    const file = options['main.ldapRealm.contextFactory.trustedCertificates']
    const url = options['main.ldapRealm.contextFactory.url']
    const tls = file === '' ? {} : {tlsOptions: {ca: readFileSync(file)}}
    this.#options = options
    this.#client = {url, timeout: TIMEOUT, connectTimeout: TIMEOUT, strictDN: false, ...tls}
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
    await this.#connected(client => client.bind(name, password))
    return this.#options['main.ldapRealm.authorizationEnabled'] ? this.#groupsOf(user, name) : []
  }

  /** Distinguished name of a user, made or searched. Undefined: there is none, or more than one. */
  async #nameOf(match: readonly string[]): Promise<string | undefined> {
    const options = this.#options
    const base = options['main.ldapRealm.userSearchBase'] || options['main.ldapRealm.searchBase']
    const filter = this.#userFilter(match)
    if (base === '' || filter === undefined) return expanded(options['main.ldapRealm.userDnTemplate'], match, inName)
    const scope = SCOPES[options['main.ldapRealm.userSearchScope']]
    const found = await this.#search({base: expanded(base, match, inName), filter, scope, attribute: '1.1'})
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
    const groups = await this.#search({base, filter: `(&(objectClass=${ofClass})(${member}))`, scope: 'sub', attribute})
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

  #search({base, filter, scope, attribute}: Search): Promise<Entry[]> {
    const name = this.#options['main.ldapRealm.contextFactory.systemUsername']
    const password = this.#options['main.ldapRealm.contextFactory.systemPassword']
    return this.#connected(async (client, {NoSuchObjectError}) => {
      try {
        if (name !== '') await client.bind(name, password)
        const options = {scope, filter, attributes: [attribute], paged: {pageSize: 100}, sizeLimit: MOST_GROUPS}
        return (await client.search(base, options)).searchEntries
      } catch (error) {
        if (error instanceof NoSuchObjectError) return []
        // That the gateway is refused says nothing of the user.
        throw unavailable(error)
      }
    })
  }

  /** What is not a refusal is a directory that does not say. */
  async #connected<T>(work: (client: Client, library: Library) => Promise<T>): Promise<T> {
    const library = await ldapts()
    const client = new library.Client(this.#client)
    try {
      return await work(client, library)
    } catch (error) {
      if (error instanceof library.ResultCodeError && REFUSALS.has(error.code))
        throw notAuthenticated(`the directory answers ${error.name}`)
      throw error instanceof GatewayError ? error : unavailable(error)
    } finally {
      client.unbind().catch(() => undefined)
    }
  }
}

function textsOf(entry: Entry, attribute: string): readonly string[] {
  const [, found = []] = Object.entries(entry).find(([name]) => name.toLowerCase() === attribute.toLowerCase()) ?? []
  return [found].flat().map(String)
}
