import {cutUrl, type RequestUrl} from '../common/request-url.js'
import type {Evaluate} from '../template/expand.js'
import type {Piece, Template} from '../template/template.js'

/**
 * The usual rule, done by cutting one string: its pattern is `*://*:*` or no address, then perhaps `**`, fixed segments and a
 * `{name=**}`; its template a function with a literal (`{$serviceUrl[ROLE]}`), fixed segments and the same name; the
 * query passes or goes. It does what the general way does, at a tenth of the cost. One flat object: with many
 * topologies each object that a request passes is one that the processor has to fetch.
 */
export interface DirectRule extends Place, Target {
  /** The query passes. */
  readonly passes: boolean
  /** The last address that the function gave: it is one of a few URLs of the topology. */
  readonly last: {text: string; url: RequestUrl | undefined}
}

/** What the path of a URL must look like. */
interface Place {
  /** Of an absolute URL; else of a path that stands alone. */
  readonly hasAddress: boolean
  /** The fixed segments; with a slash at the end when a tail follows. */
  readonly text: string
  /** A `**` stands before them. */
  readonly leads: boolean
  readonly hasTail: boolean
}

/** What comes of it. */
interface Target {
  readonly function: string
  readonly args: readonly string[]
  /** Behind the address that the function gives; ends in a slash when the tail follows. */
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
  evaluate: Evaluate,
): RequestUrl | false | undefined {
  return byFirst(rules, url, evaluate, made)
}

/** As `rewriteDirectly`, to text. A query that is escaped as in a page is odd. */
export function rewriteToText(
  rules: readonly DirectRule[],
  url: RequestUrl,
  evaluate: Evaluate,
): string | false | undefined {
  return byFirst(rules, url, evaluate, madeText)
}

type Make<T> = (rule: DirectRule, url: RequestUrl, tail: string, evaluate: Evaluate) => T | undefined

function byFirst<T>(
  rules: readonly DirectRule[],
  url: RequestUrl,
  evaluate: Evaluate,
  make: Make<T>,
): T | false | undefined {
  const hasAddress = url.host !== ''
  if (hasAddress === (url.scheme === '') || url.path.includes('//')) return undefined
  for (const rule of rules) {
    if (rule.hasAddress !== hasAddress) continue
    const tail = rule.hasTail ? tailOf(rule, url.path) : endOf(rule, url.path)
    if (tail !== false) return tail === undefined ? undefined : make(rule, url, tail, evaluate)
  }
  return false
}

/** What the `{name=**}` at the end holds; false: no match; undefined: it cannot tell. */
function tailOf({text, leads}: Place, path: string): string | false | undefined {
  if (!leads) return path.startsWith(text) && path.length > text.length && path.slice(text.length)
  // The last place that leaves something for the tail, since a leading `**` takes all it can.
  const at = path.lastIndexOf(text, path.length - text.length - 1)
  if (at < 0) return false
  return at > 0 ? path.slice(at + text.length) : undefined
}

function endOf({text, leads}: Place, path: string): '' | false | undefined {
  const end = path.endsWith('/') ? path.length - 1 : path.length
  const at = end - text.length
  if (at < 0 || !path.startsWith(text, at)) return false
  if (at === 0) return leads ? undefined : ''
  return leads && ''
}

function made(rule: DirectRule, {query}: RequestUrl, tail: string, evaluate: Evaluate): RequestUrl | undefined {
  const base = baseOf(rule, evaluate)
  if (base === undefined || base.query !== undefined) return undefined
  const {scheme, host, port, path} = base
  return {scheme, host, port, path: joined(rule, path, tail), query: rule.passes ? query || undefined : undefined}
}

function madeText(rule: DirectRule, {query}: RequestUrl, tail: string, evaluate: Evaluate): string | undefined {
  const [base, more] = evaluate(rule.function, rule.args)
  if (!base || more !== undefined || /[?#]/.test(base) || query?.includes('&amp;')) return undefined
  const address = joined(rule, base, tail)
  return rule.passes && query ? `${address}?${query}` : address
}

function baseOf({function: name, args, last}: DirectRule, evaluate: Evaluate): RequestUrl | undefined {
  const values = evaluate(name, args)
  const [text] = values
  if (text === undefined || values.length > 1) return undefined
  if (text !== last.text) {
    last.text = text
    last.url = cutUrl(text)
  }
  return last.url
}

function joined({before, takesTail, after}: Target, base: string, tail: string): string {
  if (!takesTail) return after === '' ? base : withoutSlash(base) + after
  return withoutSlash(base) + before + (after === '' ? tail : withoutSlash(tail) + after)
}

function withoutSlash(text: string): string {
  return text.endsWith('/') ? text.slice(0, -1) : text
}

/** The direct form of a rule with this pattern and a single `rewrite` step; undefined: it has none. */
export function directRule(pattern: Template, template: Template): DirectRule | undefined {
  const place = placeOf(pattern)
  const target = targetOf(template, pattern.path.at(-1)?.call.param)
  if (place === undefined || target === undefined || (isNamedRest(template) && leavesOver(pattern, template)))
    return undefined
  const {hasAddress, text, leads, hasTail} = place
  const {function: name, args, before, takesTail, after} = target
  const passes = isNamedRest(pattern) && isNamedRest(template)
  // Property by property: made of spread ones each rule would have a shape of its own for V8.
  return {
    hasAddress,
    text,
    leads,
    hasTail,
    function: name,
    args,
    before,
    takesTail,
    after,
    passes,
    last: {text: '', url: undefined},
  }
}

const isNamedRest = ({extra}: Template) => extra !== undefined && extra.param === '**'

/** A param of the path that the template does not use would have to go into the query. */
function leavesOver(pattern: Template, template: Template): boolean {
  return pattern.path.some(({param}) => param !== '' && !template.path.some(piece => piece.param === param))
}

const isPlainStar = (piece: Piece | undefined) => piece?.kind === 'star' && piece.param === ''

const isFixed = ({kind, param}: Piece) => kind === 'static' && param === ''

/** Undefined: for a certain one. */
function asksForAddress({scheme, username, password, host, port}: Template): boolean | undefined {
  if (username || password) return undefined
  if (isPlainStar(scheme) && isPlainStar(host) && isPlainStar(port)) return true
  return scheme || host || port ? undefined : false
}

function placeOf(pattern: Template): Place | undefined {
  const {query, extra, hasFragment, isAbsolute} = pattern
  const hasAddress = asksForAddress(pattern)
  if (hasAddress === undefined || !isAbsolute || query.length > 0 || hasFragment || (extra && extra.name !== '**'))
    return undefined
  const [first, ...others] = pattern.path
  const leads = first?.kind === 'glob' && first.param === ''
  const pieces = leads ? others : pattern.path
  const last = pieces.at(-1)
  const hasTail = last?.kind === 'glob' && last.call.param !== undefined && last.call.function === undefined
  const fixed = hasTail ? pieces.slice(0, -1) : pieces
  if (fixed.length === 0 || !fixed.every(isFixed)) return undefined
  return {hasAddress, text: textOf(fixed) + (hasTail ? '/' : ''), leads, hasTail}
}

function targetOf(template: Template, tailName: string | undefined): Target | undefined {
  const {scheme, hasAuthority, isAbsolute, isDirectory, hasFragment, query, path} = template
  const [head, ...pieces] = path
  const call = head?.call
  if (call?.function === undefined || call.param !== undefined || head?.kind !== 'glob') return undefined
  if (scheme || hasAuthority || isAbsolute || hasFragment || query.length > 0) return undefined
  const tailAt = pieces.findIndex(piece => piece.param !== '' && piece.call.param === tailName && isWhole(piece))
  const fixed = pieces.filter((_, at) => at !== tailAt)
  if (!fixed.every(piece => isFixed(piece) && !piece.original?.includes('\\'))) return undefined
  return {
    function: call.function,
    args: call.args ?? [],
    before: `${textOf(pieces.slice(0, Math.max(tailAt, 0)))}/`,
    takesTail: tailAt >= 0,
    after: textOf(pieces.slice(tailAt + 1)) + (isDirectory ? '/' : ''),
  }
}

const isWhole = ({kind, call}: Piece) => kind === 'glob' && call.function === undefined

const textOf = (pieces: readonly Piece[]) => pieces.map(({original}) => `/${original}`).join('')
