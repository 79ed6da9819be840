import {GatewayError} from '../../common/errors.js'
import {list, type Values} from '../../common/params.js'
import {requestField} from '../../http/forwarded.js'
import type {Exchange} from '../../pipeline/exchange.js'
import type {Entered, Filter} from '../../pipeline/filter.js'
import {identified, type Principal} from '../../pipeline/principal.js'
import {asserted, claimsOf, parameterOf} from './claims.js'
import {compileExpression, type Expression, type ExpressionContext, expression} from './expression.js'
import {withoutFormClaims} from './form-claims.js'
import {mappedGroups, mappedName, mapping} from './principal-mapping.js'
import {proxyRules, proxyUserParams} from './proxy-users.js'
import {remoteException} from './remote-exception.js'

/** Params of every provider that asserts an identity. Source: Knox, `CommonIdentityAssertionFilter`. */
export const assertionParams = {
  'principal.mapping': mapping('Names that become others: `guest,alice=hdfs;bob=yarn`.'),
  'group.principal.mapping': mapping('Groups of names as they are then; `*`: of everybody.'),
  'group.mapping.{group}': expression(
    'Who is in the group of that name, in lower case; `$PRIMARY_GROUP`: one named like the user.',
    'boolean',
  ),
  'expression.principal.mapping': expression('The name, made of `username` and `groups`.', 'text'),
  'impersonation.params': list('More parameters by which clients might say who they are, which never pass.'),
  ...proxyUserParams,
}

type Options = Values<typeof assertionParams>

/** A value that may still have to be fetched; most are there, and then cost no promise. */
type Soon<T> = T | Promise<T>

const after = <A, B>(value: Soon<A>, next: (value: A) => Soon<B>): Soon<B> =>
  value instanceof Promise ? value.then(next) : next(value)

/** What one provider does differently from the others. */
export interface Assertion {
  /** Name of the filter. */
  readonly name: string
  /** The name for one that `principal.mapping` has been applied to. */
  mapName?(name: string): string
  /** Groups of such a name, besides those that are known and those of the params. */
  groupsOf?(name: string, known: readonly string[]): Soon<readonly string[]>
  /** Whether the service is told, by `user.name`. */
  readonly tells?: boolean
}

/**
 * Settles under which name and with which groups a request goes on, and takes out what the client says of it. In this
 * order: `doAs`, mapping of the name, the provider's own, the expression; then groups. Source: Knox, `CommonIdentityAssertionFilter`.
 */
export function assertionFilter(options: Options, assertion: Assertion): Filter {
  const {name, tells = true} = assertion
  const claims = claimsOf(options['impersonation.params'])
  const settle = settling(options, assertion)
  const asserting = (exchange: Exchange): Exchange => {
    const {aim} = exchange
    return {
      ...exchange,
      request: withoutFormClaims(exchange.request, claims),
      aim: (serviceUrl, last) => asserted(aim(serviceUrl, last), tells ? last.principal?.name : undefined, claims),
    }
  }
  return {
    name,
    enter(exchange) {
      const {principal} = exchange
      if (principal === undefined) return asserting(exchange)
      return after(settle(exchange, principal), (settled): Entered => {
        if (typeof settled === 'string') return {answer: remoteException(settled)}
        return asserting(settled === principal ? exchange : identified(exchange, settled))
      })
    },
  }
}

/** The principal as it goes on, or why the request is refused. */
type Settle = (exchange: Exchange, principal: Principal) => Soon<Principal | string>

function settling(options: Options, assertion: Assertion): Settle {
  if (changesNothing(options, assertion)) return (_, principal) => principal
  const mapName = nameMapping(options, assertion)
  const findGroups = groupFinder(options, assertion)
  const refusalOf = impersonation(options, assertion, findGroups)
  return (exchange, principal) => {
    const actsFor = userOf(exchange, principal, options['hadoop.proxyuser.impersonation.enabled'])
    const refusal = actsFor === principal.name ? undefined : refusalOf(exchange, principal, actsFor)
    return after(refusal, why => {
      if (why !== undefined) return why
      const name = mapName(actsFor, exchange, principal.groups)
      return after(findGroups(name, exchange, principal.groups), groups => settled(principal, name, groups))
    })
  }
}

/** As most topologies have it. */
const changesNothing = (options: Options, {mapName, groupsOf}: Assertion) =>
  mapName === undefined &&
  groupsOf === undefined &&
  Object.keys(options['principal.mapping']).length === 0 &&
  Object.keys(options['group.principal.mapping']).length === 0 &&
  options['group.mapping.{group}'].length === 0 &&
  options['expression.principal.mapping'] === '' &&
  !options['hadoop.proxyuser.impersonation.enabled']

/** Its fields are written out: to spread a value and add a field to it costs ten times as much. */
function settled(principal: Principal, name: string, groups: readonly string[]): Principal {
  if (name === principal.name) return groups === principal.groups ? principal : {...principal, groups}
  const {proved = principal.name, expiresAt} = principal
  return expiresAt === undefined ? {name, groups, proved} : {name, groups, proved, expiresAt}
}

/** For whom a request acts: its principal, or the one that `doAs` names. Throws GatewayError 400 for an empty one. */
function userOf({request}: Exchange, principal: Principal, enabled: boolean): string {
  const name = enabled ? parameterOf(request.url.query, 'doAs') : undefined
  if (name === '') throw new GatewayError(400, 'do-as-empty', 'doAs names nobody.')
  return name ?? principal.name
}

/** Why a principal may not act for a user. */
function impersonation(options: Options, {groupsOf}: Assertion, findGroups: FindGroups) {
  const refusalOf = proxyRules(options)
  return (exchange: Exchange, principal: Principal, name: string): Soon<string | undefined> =>
    after(findGroups(principal.name, exchange, principal.groups), groups =>
      after(groupsOf?.(name, []) ?? [], ofUser =>
        refusalOf({...principal, groups}, {name, groups: ofUser}, exchange.clientAddress),
      ),
    )
}

function nameMapping(options: Options, {mapName}: Assertion) {
  const table = options['principal.mapping']
  const text = options['expression.principal.mapping']
  const made: Expression | undefined = text === '' ? undefined : compileExpression(text, 'text')
  return (given: string, exchange: Exchange, known: readonly string[]): string => {
    const mapped = mappedName(table, given)
    const name = mapName?.(mapped) ?? mapped
    const result = made?.(contextOf(exchange, name, known))
    return typeof result === 'string' ? result : name
  }
}

/** Gives the known groups themselves when none is added. */
type FindGroups = (name: string, exchange: Exchange, known: readonly string[]) => Soon<readonly string[]>

function groupFinder(options: Options, {groupsOf}: Assertion): FindGroups {
  const table = options['group.principal.mapping']
  const virtual = virtualGroups(options)
  return (name, exchange, known) =>
    after(groupsOf?.(name, known) ?? [], own => {
      const added = [...mappedGroups(table, name), ...own]
      if (virtual !== undefined) added.push(...virtual(name, exchange, [...known, ...added]))
      return added.length === 0 ? known : [...new Set([...known, ...added])]
    })
}

type VirtualGroups = (name: string, exchange: Exchange, groups: readonly string[]) => readonly string[]

/** Groups whose expression holds. Knox lower-cases the names of params, and so those of groups. */
function virtualGroups(options: Options): VirtualGroups | undefined {
  if (options['group.mapping.{group}'].length === 0) return undefined
  const all = options['group.mapping.{group}'].map(({name, value}) => ({
    group: name.toLowerCase(),
    holds: compileExpression(value, 'boolean'),
  }))
  return (name, exchange, groups) =>
    all
      .filter(({holds}) => holds(contextOf(exchange, name, groups)) === true)
      .map(({group}) => (group === '$primary_group' ? name : group))
}

function contextOf(exchange: Exchange, username: string, groups: readonly string[]): ExpressionContext {
  return {
    username,
    groups,
    header: name => requestField(exchange, name.toLowerCase()) ?? '',
    parameter: name => parameterOf(exchange.request.url.query, name) ?? '',
  }
}
