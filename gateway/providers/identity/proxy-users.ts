import {flag, list, type Named, type Param, type Values} from '../../common/params.js'
import {type AddressRanges, addressRanges} from '../../http/address-ranges.js'
import type {Principal} from '../../pipeline/principal.js'

/** Who may act for whom, and from where. Source: Knox, `KnoxImpersonationProvider`; Hadoop, `DefaultImpersonationProvider`. */
export const proxyUserParams = {
  'hadoop.proxyuser.impersonation.enabled': flag('Whether `doAs` in the query counts; else it is dropped.', false),
  'hadoop.proxyuser.{user}.users': list('For whom that user may act; `*`: for all.'),
  'hadoop.proxyuser.{user}.groups': list('The same by group, as HadoopGroupProvider knows them; `*`: all.'),
  'hadoop.proxyuser.{user}.hosts': machines(
    'From where: addresses, ranges, `localhost`, `*`. `NONE`, or when absent: from nowhere.',
  ),
  'hadoop.proxygroup.{group}.users': list('For whom the users of that group may act.'),
  'hadoop.proxygroup.{group}.groups': list('The same by group.'),
  'hadoop.proxygroup.{group}.hosts': machines('From where.'),
}

/** `NONE` is what Knox puts where nobody is meant. */
const WORDS: Readonly<Record<string, readonly string[]>> = {localhost: ['127.0.0.0/8', '::1'], NONE: []}

/** Addresses; names of hosts are not looked up. */
function machines(doc: string): Param<readonly string[]> {
  const items = list(doc)
  const read = (given: string) => {
    const hosts = items.read(given).flatMap(host => WORDS[host] ?? [host])
    addressRanges(hosts.filter(host => host !== '*'))
    return hosts
  }
  return {...items, read}
}

/** The user for whom another acts. */
export interface ProxiedUser {
  readonly name: string
  readonly groups: readonly string[]
}

/** Why `principal` may not act for `user` from that address, as Hadoop says it; undefined: it may. */
export type ProxyRules = (principal: Principal, user: ProxiedUser, address: string) => string | undefined

/** The rules of a provider's params. */
export function proxyRules(options: Values<typeof proxyUserParams>): ProxyRules {
  const ofUsers = rulesOf(options, 'hadoop.proxyuser.{user}')
  const ofGroups = rulesOf(options, 'hadoop.proxygroup.{group}')
  return (principal, user, address) => {
    const refusal = refusalOf(principal.name, ofUsers.get(principal.name), user, address)
    if (refusal === undefined || ofGroups.size === 0) return refusal
    const own = principal.groups.flatMap(group => ofGroups.get(group) ?? [])
    // Any group may bring the right, and any of the groups the place: so it is in Knox.
    const mayAct = own.some(rule => covers(rule, user)) && own.some(rule => rule.from(address))
    return mayAct ? undefined : refusal
  }
}

interface Rule {
  readonly users: ReadonlySet<string>
  readonly groups: ReadonlySet<string>
  from(address: string): boolean
}

type Shape = 'hadoop.proxyuser.{user}' | 'hadoop.proxygroup.{group}'

function rulesOf(options: Values<typeof proxyUserParams>, shape: Shape): ReadonlyMap<string, Rule> {
  const users = byName(options[`${shape}.users`])
  const groups = byName(options[`${shape}.groups`])
  const hosts = byName(options[`${shape}.hosts`])
  const names = new Set([...users.keys(), ...groups.keys()])
  return new Map(
    [...names].map(name => [
      name,
      {users: new Set(users.get(name)), groups: new Set(groups.get(name)), from: placeTest(hosts.get(name) ?? [])},
    ]),
  )
}

const byName = (params: readonly Named<readonly string[]>[]) => new Map(params.map(({name, value}) => [name, value]))

function placeTest(hosts: readonly string[]): (address: string) => boolean {
  if (hosts.includes('*')) return () => true
  const ranges: AddressRanges = addressRanges(hosts)
  return address => ranges.has(address)
}

function refusalOf(name: string, rule: Rule | undefined, user: ProxiedUser, address: string): string | undefined {
  if (rule === undefined || !covers(rule, user)) return `User: ${name} is not allowed to impersonate ${user.name}`
  if (!rule.from(address)) return `Unauthorized connection for super-user: ${name} from IP /${address}`
  return undefined
}

const covers = ({users, groups}: Rule, user: ProxiedUser) =>
  users.has('*') || groups.has('*') || users.has(user.name) || user.groups.some(group => groups.has(group))
