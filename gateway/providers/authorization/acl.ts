import {itemsOf, type Param} from '../../common/params.js'
import {addressPatterns} from '../../http/address-ranges.js'
import type {Exchange} from '../../pipeline/exchange.js'
import type {Admins} from '../../pipeline/provider.js'

/** Who may: users, groups and addresses, each a list in which `*` stands for all; plain JSON. */
export interface Acl {
  readonly users: readonly string[]
  readonly groups: readonly string[]
  readonly addresses: readonly string[]
}

/** `AND`: all three must fit. `OR`: one is enough, and `*` fits nobody. */
export const ACL_MODES = ['AND', 'OR'] as const
export type AclMode = (typeof ACL_MODES)[number]

/** `users;groups;addresses`. Source: Knox, `AclParser`. Differs: lists are trimmed, CIDR ranges match, and what is wrong is told at load. */
export function acl(doc: string): Param<Acl> {
  return {doc, default: {users: [], groups: [], addresses: []}, unit: 'users;groups;addresses', read: readAcl}
}

/** Throws RangeError. */
export function readAcl(given: string): Acl {
  const parts = given.split(';').map(part => itemsOf(part))
  const [users = [], groups = [], addresses = []] = parts
  if (parts.length !== 3 || parts.some(names => names.length === 0))
    throw new RangeError(`"${given}" is not users;groups;addresses, with * for all`)
  addressPatterns(addresses)
  return {users, groups, addresses}
}

/** Whether an ACL lets an exchange pass. */
export type AclTest = (exchange: Exchange) => boolean

/** Prepares an ACL. Source: Knox, `AclsAuthorizationFilter`. */
export function aclTest({users, groups, addresses}: Acl, mode: AclMode, admins: Admins): AclTest {
  const names = nameSet(users, 'KNOX_ADMIN_USERS', admins.users)
  const groupNames = nameSet(groups, 'KNOX_ADMIN_GROUPS', admins.groups)
  const ranges = addressPatterns(addresses)
  // With OR a `*` says that this part does not count, as else everybody would pass.
  const all = mode === 'AND'
  const ofUser = ({principal}: Exchange) =>
    principal !== undefined && (names.has('*') ? all : names.has(principal.name))
  const ofGroup = ({principal}: Exchange) =>
    groupNames.has('*') ? all : principal?.groups.some(group => groupNames.has(group)) === true
  const ofAddress = ({clientAddress}: Exchange) => (addresses.includes('*') ? all : ranges.has(clientAddress))
  return all
    ? exchange => ofUser(exchange) && ofGroup(exchange) && ofAddress(exchange)
    : exchange => ofUser(exchange) || ofGroup(exchange) || ofAddress(exchange)
}

const nameSet = (names: readonly string[], word: string, admins: readonly string[]): ReadonlySet<string> =>
  new Set(names.includes(word) ? [...names, ...admins.filter(name => name !== '*')] : names)
