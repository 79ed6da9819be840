import {cutUrl, type RequestUrl} from '../common/request-url.js'
import {type AddressParts, addressOf, type NamedParts, type Taken, takenFrom} from './direct-query.js'
import {answersOf, type RewriteContext, type RewriteFacts, type RewriteFunction} from './rewrite-function.js'

/**
 * The usual rule, done by cutting one string: its pattern is `*://*:*`, perhaps with a fixed scheme, or no address, then perhaps
 * `**`, fixed segments and a `{name=**}`; its template a function with a literal (`{$serviceUrl[ROLE]}`) or a slash, fixed
 * segments and the same name; the query passes or goes, or some parts of it have names, of which an address may be made.
 * It does what the general way does, at a tenth of the cost. One flat object: with many topologies each object that a request
 * passes is one that the processor has to fetch.
 */
export interface DirectRule extends Place, Target {
  /** The query passes. */
  readonly passes: boolean
  /** Parts of the query have names here; undefined: none has. */
  readonly named: NamedParts | undefined
  /** For the last address that the function gave: it is one of a few of the topology. */
  start: Start
}

/** What stands before the tail, beginning with an address that the function gave; undefined: that cannot be told. */
interface Start {
  readonly address: string
  readonly text: string | undefined
  /** The same cut. */
  readonly path: string | undefined
  readonly scheme: string
  readonly host: string
  readonly port: string
}

/** Of a rule whose function has not given any. */
export const NOWHERE: Start = {address: '', text: undefined, path: undefined, scheme: '', host: '', port: ''}

/** What the path of a URL must look like. */
export interface Place {
  /** Of an absolute URL; else of a path that stands alone. */
  readonly hasAddress: boolean
  /** Of the URL; empty: any. */
  readonly scheme: string
  /** The fixed segments; with a slash at the end when a tail follows. */
  readonly text: string
  /** A `**` stands before them. */
  readonly leads: boolean
  readonly hasTail: boolean
}

/** What comes of it. */
export interface Target {
  /** Gives the address; undefined: there is none. */
  readonly function: RewriteFunction | undefined
  readonly args: readonly string[]
  /** Behind the address; ends in a slash when the tail follows. */
  readonly before: string
  readonly takesTail: boolean
  readonly after: string
}

/**
 * Rewrites a URL by the first rule that matches. False: none does. Undefined: it cannot tell, for an odd URL, and
 * the general way must decide.
 */
export function rewriteDirectly(
  rules: readonly DirectRule[],
  url: RequestUrl,
  context: RewriteContext,
  facts: RewriteFacts,
): RequestUrl | false | undefined {
  return byFirst(rules, url, context, facts, made)
}

/** As `rewriteDirectly`, to text. A query that is escaped as in a page is odd. */
export function rewriteToText(
  rules: readonly DirectRule[],
  url: RequestUrl,
  context: RewriteContext,
  facts: RewriteFacts,
): string | false | undefined {
  return byFirst(rules, url, context, facts, madeText)
}

type Make<T> = (rule: DirectRule, start: Start, tail: string, query: string | undefined) => T | undefined

function byFirst<T>(
  rules: readonly DirectRule[],
  url: RequestUrl,
  context: RewriteContext,
  facts: RewriteFacts,
  make: Make<T>,
): T | false | undefined {
  const hasAddress = url.host !== ''
  if (hasAddress === (url.scheme === '')) return undefined
  const path = withoutEmpty(url.path)
  // A path alone that begins with two slashes is an address (RFC 3986 §4.2).
  if (path !== url.path && !hasAddress && url.path.startsWith('//')) return undefined
  for (const rule of rules) {
    if (rule.hasAddress !== hasAddress || (rule.scheme !== '' && rule.scheme !== url.scheme)) continue
    const tail = rule.hasTail ? tailOf(rule, path) : noTail(rule, path)
    if (tail === false) continue
    if (tail === undefined) return undefined
    if (rule.named !== undefined) {
      const result = byNames(rule, rule.named, tail, url.query, context, facts, make)
      if (result === false) continue
      return result
    }
    const start = startOf(rule, context, facts)
    return start && make(rule, start, tail, rule.passes ? url.query : undefined)
  }
  return false
}

/** As `byFirst`, for one rule whose path matches, and that names parts of the query. */
function byNames<T>(
  rule: DirectRule,
  named: NamedParts,
  tail: string,
  query: string | undefined,
  context: RewriteContext,
  facts: RewriteFacts,
  make: Make<T>,
): T | false | undefined {
  const taken = takenFrom(named, query, rule.passes)
  if (!taken) return taken
  const start = named.address ? startBy(rule, named.address, taken, context, facts) : startOf(rule, context, facts)
  return start && make(rule, start, tail, taken.query)
}

function startBy(
  {takesTail, before, after}: Target,
  address: AddressParts,
  {values}: Taken,
  context: RewriteContext,
  facts: RewriteFacts,
): Start | undefined {
  const parts = addressOf(address, values, context, facts)
  if (parts === undefined) return undefined
  const {scheme, host, port} = parts
  const path = takesTail ? before : after
  return {address: '', text: `${scheme}://${host}:${port}${path}`, path, scheme, host, port}
}

/** Empty segments of a path do not count. */
const withoutEmpty = (path: string) => (path.includes('//') ? path.replace(/\/{2,}/g, '/') : path)

/** What the `{name=**}` at the end holds; false: no match; undefined: it cannot tell. */
function tailOf({text, leads}: Place, path: string): string | false | undefined {
  if (!leads) return path.startsWith(text) && path.length > text.length && path.slice(text.length)
  // The last place that leaves something for the tail, since a leading `**` takes all it can.
  const at = path.lastIndexOf(text, path.length - text.length - 1)
  if (at < 0) return false
  return at > 0 ? path.slice(at + text.length) : undefined
}

function noTail({text, leads}: Place, path: string): '' | false | undefined {
  const end = path.endsWith('/') ? path.length - 1 : path.length
  const at = end - text.length
  if (at < 0 || !path.startsWith(text, at)) return false
  if (at === 0) return leads ? undefined : ''
  return leads && ''
}

function made(rule: DirectRule, start: Start, tail: string, query: string | undefined): RequestUrl | undefined {
  const {scheme, host, port, path} = start
  if (path === undefined) return undefined
  return {scheme, host, port, path: path + endOf(rule, tail), query: query || undefined}
}

function madeText(rule: DirectRule, {text}: Start, tail: string, query: string | undefined): string | undefined {
  if (text === undefined || query?.includes('&amp;')) return undefined
  const address = text + endOf(rule, tail)
  return query ? `${address}?${query}` : address
}

function startOf(rule: DirectRule, context: RewriteContext, facts: RewriteFacts): Start | undefined {
  const {function: called, args} = rule
  if (called === undefined) return rule.start
  const values = answersOf(called, args, context, facts)
  const address = values[0]
  if (address === undefined || values.length > 1) return undefined
  if (address !== rule.start.address) rule.start = startAt(rule, address)
  return rule.start
}

function startAt({before, takesTail, after}: Target, address: string): Start {
  const middle = takesTail ? before : after
  const joined = (base: string) => (middle === '' ? base : withoutSlash(base) + middle)
  const url = cutUrl(address)
  return {
    address,
    text: address === '' || /[?#]/.test(address) ? undefined : joined(address),
    path: url === undefined || url.query !== undefined ? undefined : joined(url.path),
    scheme: url?.scheme ?? '',
    host: url?.host ?? '',
    port: url?.port ?? '',
  }
}

/** What stands behind the start. */
function endOf({takesTail, after}: Target, tail: string): string {
  if (!takesTail) return ''
  return after === '' ? tail : withoutSlash(tail) + after
}

function withoutSlash(text: string): string {
  return text.endsWith('/') ? text.slice(0, -1) : text
}
