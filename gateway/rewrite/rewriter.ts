import {remember} from '../common/remember.js'
import {cutUrl, type RequestUrl} from '../common/request-url.js'
import type {Direction, FilterDescriptor} from '../descriptor/rewrite-descriptor.js'
import type {ApplyDescriptor, RewriteTarget} from '../descriptor/service-descriptor.js'
import type {Headers} from '../http/headers.js'
import {type BodyRewriter, bodyRewriter} from './body-rewriter.js'
import type {Rule} from './compile-rule.js'
import {cookieRewriter} from './cookie-rewriter.js'
import {cookieChoice, headerChoice, isChosenBy, namesRules} from './header-filter.js'
import {headerRewriter, type RewriteFailed} from './header-rewriter.js'
import {hostMap} from './host-map.js'
import {RewriteError} from './rewrite-error.js'
import type {Functions, RewriteContext, RewriteFacts} from './rewrite-function.js'
import type {RewritePlan} from './rewrite-plan.js'
import {type RoleRules, type RuleSet, ruleSet} from './rule-set.js'
import {callable} from './rule-template.js'
import {type Result, type RunRule, rewriteAddress, ruleRunner} from './run-rule.js'
import type {Sealer} from './sealer.js'

/** Rewrites the URLs of one topology. Built once, never changed; rules are made live when they are first wanted. */
export interface Rewriter {
  /** What is done to the exchanges of one route. */
  route(role: string, rewrites: readonly ApplyDescriptor[]): RouteRewriter
}

export interface RouteRewriter {
  /** The rule that the route applies to `request.url`; undefined: the IN rule that fits best. */
  readonly rule: string | undefined
  /** The address at the service for a request's URL. Undefined: no rule applies. Throws RewriteError. */
  inbound(url: RequestUrl, context: RewriteContext): RequestUrl | undefined
  /** The same for most routes of a service. */
  readonly messages: MessageRewriter
}

/** What is done to headers and bodies. */
export interface MessageRewriter {
  /** Whether `responseHeaders` may change a field of that name: most services have no rules for that, and most responses no such field. */
  rewritesResponseHeader(name: string): boolean
  /**
   * The headers of a service's response as the client must see them; the same list when nothing changes. A value
   * that its rule cannot rewrite stays as it came, and `failed` is told.
   */
  responseHeaders(headers: Headers, context: RewriteContext, failed: RewriteFailed): Headers
  /** As for responses; also the cookies that a filter names. */
  rewritesRequestHeader(name: string): boolean
  requestHeaders(headers: Headers, context: RewriteContext, failed: RewriteFailed): Headers
  /** A Last-Event-ID as the service gave it: where a filter rewrites IDs, by the rule that undoes that. */
  lastEventId(id: string, context: RewriteContext): string
  /** Of requests (`in`) and of responses (`out`). */
  readonly bodies: Readonly<Record<Direction, BodyRewriter>>
}

/** The filters of a topology, and the rules that are for one of its roles. */
interface Book {
  readonly role: string
  readonly set: RuleSet
  readonly filters: ReadonlyMap<string, FilterDescriptor>
  readonly rules: Readonly<Record<Direction, RoleRules>>
  readonly run: Readonly<Record<Direction, RunRule>>
}

/** The same for all topologies. Scope: process. */
const callablesOf = remember(callable)

/** Source: Knox, `UrlRewriteProcessor`. */
export function buildRewriter(plan: RewritePlan, functions: Functions, sealer: Sealer): Rewriter {
  const callables = callablesOf(functions)
  const set = ruleSet(
    plan.definitions.flatMap(definition => definition.rules),
    plan.globalRoles,
    callables,
  )
  const filters = new Map(plan.definitions.flatMap(each => each.filters.map(filter => [filter.name, filter] as const)))
  const facts = {in: factsOf(plan, 'in'), out: factsOf(plan, 'out')}
  const bookOf = remember((role: string): Book => {
    const own = {in: set.of('in', role), out: set.of('out', role)}
    const run = (direction: Direction) =>
      ruleRunner({set, rules: own[direction], facts: facts[direction], functions: callables, sealer})
    return {role, set, filters, rules: own, run: {in: run('in'), out: run('out')}}
  })
  const messages = new Map<string, MessageRewriter>()
  return {
    route(role, rewrites) {
      const book = bookOf(role)
      const others = rewrites.filter(({to}) => to !== 'request.url')
      const key = JSON.stringify([role, ...others.map(({to, apply}) => [to, apply])])
      const shared = messages.get(key) ?? messageRewriter(book, others)
      messages.set(key, shared)
      return routeRewriter(book, rewrites, shared)
    },
  }
}

function routeRewriter(
  {set, run}: Book,
  rewrites: readonly ApplyDescriptor[],
  messages: MessageRewriter,
): RouteRewriter {
  const name = appliedTo('request.url', rewrites)
  let rule: Rule | undefined
  return {
    rule: name,
    messages,
    inbound(url: RequestUrl, context: RewriteContext) {
      // Found once: all requests of the route ask for it.
      if (name !== undefined && name !== '*') rule ??= set.named(name)
      const result = run.in(url, rule ?? name, context)
      return result && withMark(result.url ?? absolute(result) ?? url, url)
    },
  }
}

function messageRewriter(book: Book, rewrites: readonly ApplyDescriptor[]): MessageRewriter {
  const toService = headersOf(book, 'in', rewrites)
  const toClient = headersOf(book, 'out', rewrites)
  return {
    rewritesResponseHeader: toClient.may,
    responseHeaders: toClient.rewrite,
    rewritesRequestHeader: toService.may,
    requestHeaders: toService.rewrite,
    lastEventId: (id, context) => lastEventId(book, rewrites, id, context),
    bodies: {in: bodiesOf(book, 'in', rewrites), out: bodiesOf(book, 'out', rewrites)},
  }
}

function lastEventId(
  {filters, run}: Book,
  rewrites: readonly ApplyDescriptor[],
  id: string,
  context: RewriteContext,
): string {
  const contents = filters.get(appliedTo('response.body', rewrites) ?? '')?.contents ?? []
  const inverses = contents.flatMap(({events = []}) =>
    events.flatMap(part => ('inverse' in part ? (part.inverse ?? []) : [])),
  )
  for (const inverse of inverses) {
    const made = rewriteAddress(run.in, id, inverse, context)
    if (made !== undefined) return made
  }
  return id
}

/** Headers and, where a filter names them, cookies. */
function headersOf({role, filters, rules, run}: Book, direction: Direction, rewrites: readonly ApplyDescriptor[]) {
  const side = direction === 'in' ? 'request' : 'response'
  const filter = filters.get(appliedTo(`${side}.headers`, rewrites) ?? '')
  const cookies = filters.get(appliedTo(`${side}.cookies`, rewrites) ?? '')
  const choose = headerChoice(filter, direction)
  const rewriteHeaders = headerRewriter(choose, run[direction])
  const rewriteCookies = cookies && cookieRewriter[direction](cookieChoice(cookies), role, run[direction])
  const mayChange = namesRules(filter) || rules[direction].any
  return {
    may: cookies ? ALWAYS : mayChange ? isChosenBy(choose) : NEVER,
    rewrite(given: Headers, context: RewriteContext, failed: RewriteFailed): Headers {
      const made = rewriteHeaders(given, context, failed)
      return rewriteCookies ? rewriteCookies(made, context, failed) : made
    },
  }
}

const ALWAYS = () => true
const NEVER = () => false

function bodiesOf(
  {filters, rules, run}: Book,
  direction: Direction,
  rewrites: readonly ApplyDescriptor[],
): BodyRewriter {
  const name = appliedTo(direction === 'in' ? 'request.body' : 'response.body', rewrites)
  return bodyRewriter(
    {name, filter: filters.get(name ?? ''), direction, hasRules: rules[direction].any},
    run[direction],
  )
}

/** The rule or filter that a route applies to a target; where it names several, the last counts. */
function appliedTo(target: RewriteTarget, rewrites: readonly ApplyDescriptor[]): string | undefined {
  return rewrites.findLast(({to}) => to === target)?.apply
}

function factsOf({topology, gatewayName, hostmap}: RewritePlan, direction: Direction): RewriteFacts {
  return {direction, topology, gatewayName, hosts: hostMap(hostmap)}
}

/** A query that was there and empty stays so (RFC 3986 §6.2.3): templates know only its parts. */
const withMark = (made: RequestUrl, {query}: RequestUrl): RequestUrl =>
  query === '' && made.query === undefined ? {...made, query} : made

function absolute({rule, text}: Result): RequestUrl | undefined {
  if (text === undefined) return undefined
  const url = cutUrl(text)
  if (url === undefined || url.host === '') throw new RewriteError(rule, 'what it makes is not an absolute URL', text)
  return url
}
