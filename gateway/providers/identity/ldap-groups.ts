import type {Entry} from 'ldapts'
import type {Values} from '../../common/params.js'
import {LdapServer, textsOf} from '../directory/ldap-server.js'
import {expanded, firstValueOf, inFilter} from '../directory/ldap-text.js'
import type {ldapGroupParams} from './ldap-group-params.js'

const LDAP = 'hadoop.security.group.mapping.ldap'

interface Group {
  readonly dn: string
  readonly names: readonly string[]
}

/** Groups of users as a directory knows them. Source: Hadoop, `LdapGroupsMapping`. */
export class LdapGroups {
  readonly #options: Values<typeof ldapGroupParams>
  readonly #server: LdapServer
  /** Whether groups name their members as POSIX does. */
  readonly #isPosix: boolean

  constructor(options: Values<typeof ldapGroupParams>) {
    this.#options = options
    this.#server = new LdapServer({
      urls: options[`${LDAP}.url`],
      authorities: options[`${LDAP}.trustedCertificates`],
      name: options[`${LDAP}.bind.user`],
      password: options[`${LDAP}.bind.password`],
      connectTimeout: options[`${LDAP}.connection.timeout.ms`],
      timeout: options[`${LDAP}.read.timeout.ms`],
    })
    this.#isPosix =
      /posixGroup/i.test(options[`${LDAP}.search.filter.group`]) &&
      /posixAccount/i.test(options[`${LDAP}.search.filter.user`])
  }

  /** None for a user whom the directory does not know. Throws GatewayError 503 when it does not say. */
  async of(name: string): Promise<readonly string[]> {
    const user = await this.#user(name)
    if (user === undefined) return []
    const all = await this.#above(this.#told(user) ?? (await this.#groups(this.#membership(user))))
    return [...new Set(all.flatMap(({names}) => names))]
  }

  /** Undefined: there is none, or more than one, and then nobody knows whose groups are meant. */
  async #user(name: string): Promise<Entry | undefined> {
    const options = this.#options
    const found = await this.#server.search({
      base: options[`${LDAP}.userbase`] || options[`${LDAP}.base`],
      filter: expanded(options[`${LDAP}.search.filter.user`], [name], inFilter),
      scope: 'sub',
      attributes: [
        options[`${LDAP}.posix.attr.uid.name`],
        options[`${LDAP}.posix.attr.gid.name`],
        options[`${LDAP}.search.attr.memberof`],
      ].filter(attribute => attribute !== ''),
    })
    return found.length === 1 ? found[0] : undefined
  }

  /** Groups that the entry of a user tells by itself. Undefined: it does not. */
  #told(user: Entry): readonly Group[] | undefined {
    const attribute = this.#options[`${LDAP}.search.attr.memberof`]
    if (attribute === '') return undefined
    const naming = this.#options[`${LDAP}.search.attr.group.name`]
    const groups = textsOf(user, attribute).map(dn => ({dn, name: firstValueOf(dn, naming)}))
    return groups.flatMap(({dn, name}) => (name === undefined ? [] : [{dn, names: [name]}]))
  }

  /** Groups of POSIX name a user, or are the first one of a user, by number. */
  #membership(user: Entry): readonly string[] {
    if (!this.#isPosix) return this.#holding([user])
    const numberName = this.#options[`${LDAP}.posix.attr.gid.name`]
    const member = this.#options[`${LDAP}.search.attr.member`]
    const names = textsOf(user, this.#options[`${LDAP}.posix.attr.uid.name`])
    return [
      ...textsOf(user, numberName).map(number => `(${numberName}=${inFilter(number)})`),
      ...names.map(name => `(${member}=${inFilter(name)})`),
    ]
  }

  #holding(members: readonly {readonly dn: string}[]): readonly string[] {
    return members.map(({dn}) => `(${this.#options[`${LDAP}.search.attr.member`]}=${inFilter(dn)})`)
  }

  /** Groups for which one of these filters holds. */
  async #groups(filters: readonly string[]): Promise<readonly Group[]> {
    if (filters.length === 0) return []
    const options = this.#options
    const name = options[`${LDAP}.search.attr.group.name`]
    const base = options[`${LDAP}.groupbase`] || options[`${LDAP}.base`]
    const filter = `(&${options[`${LDAP}.search.filter.group`]}(|${filters.join('')}))`
    const found = await this.#server.search({base, filter, scope: 'sub', attributes: [name]})
    return found.map(entry => ({dn: entry.dn, names: textsOf(entry, name)}))
  }

  /** With the groups that hold these, and so on: one question a level. */
  async #above(own: readonly Group[]): Promise<readonly Group[]> {
    const known = new Map(own.map(group => [group.dn, group]))
    let last = own
    for (let left = this.#options[`${LDAP}.search.group.hierarchy.levels`]; left > 0 && last.length > 0; left--) {
      last = (await this.#groups(this.#holding(last))).filter(({dn}) => !known.has(dn))
      for (const group of last) known.set(group.dn, group)
    }
    return [...known.values()]
  }
}
