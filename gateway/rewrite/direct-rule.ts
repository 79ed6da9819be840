import {cutUrl, type RequestUrl} from '../common/request-url.js'
import type {Evaluate} from '../template/expand.js'
import type {Piece, Template} from '../template/template.js'

/**
 * The usual rule, done by cutting one string: its pattern is `*://*:*`, then perhaps `**`, fixed segments and a
 * `{name=**}`; its template a function with a literal (`{$serviceUrl[ROLE]}`), fixed segments and the same name; the
 * query passes or goes. It does what the general way does, at a tenth of the cost.
 * False: the rule does not match. Undefined: it cannot tell, for an odd URL, and the general way must decide.
 */
export type DirectRule = (url: RequestUrl, evaluate: Evaluate) => RequestUrl | false | undefined

/** The first of several that matches. */
export function firstOf(rules: readonly DirectRule[]): DirectRule {
  return (url, evaluate) => {
    for (const rule of rules) {
      const made = rule(url, evaluate)
      if (made !== false) return made
    }
    return false
  }
}

/** The direct form of a rule with this pattern and a single `rewrite` step; undefined: it has none. */
export function directRule(pattern: Template, template: Template): DirectRule | undefined {
  const find = tailFinder(pattern)
  const make = pathMaker(template, pattern.path.at(-1)?.call.param)
  if (find === undefined || make === undefined || (isNamedRest(template) && leavesOver(pattern, template)))
    return undefined
  const passes = isNamedRest(pattern) && isNamedRest(template)
  return (url, evaluate) => {
    if (url.scheme === '' || url.host === '' || url.path.includes('//')) return undefined
    const tail = find(url.path)
    if (tail === false || tail === undefined) return tail
    const base = make.base(evaluate)
    if (base === undefined || base.query !== undefined) return undefined
    const {scheme, host, port, path} = base
    return {scheme, host, port, path: make.path(path, tail), query: passes ? url.query || undefined : undefined}
  }
}

const isNamedRest = ({extra}: Template) => extra !== undefined && extra.param === '**'

/** A param of the path that the template does not use would have to go into the query. */
function leavesOver(pattern: Template, template: Template): boolean {
  return pattern.path.some(({param}) => param !== '' && !template.path.some(piece => piece.param === param))
}

const isPlainStar = (piece: Piece | undefined) => piece?.kind === 'star' && piece.param === ''

const isFixed = ({kind, param}: Piece) => kind === 'static' && param === ''

/** Gives what a `{name=**}` at the end holds ('' where the pattern has none); false: no match; undefined: it cannot tell. */
type TailFinder = (path: string) => string | false | undefined

function tailFinder(pattern: Template): TailFinder | undefined {
  const {scheme, username, password, host, port, query, extra, hasFragment, isAbsolute} = pattern
  const isAnyAddress = isPlainStar(scheme) && isPlainStar(host) && isPlainStar(port) && !username && !password
  if (!isAnyAddress || !isAbsolute || query.length > 0 || hasFragment || (extra && extra.name !== '**'))
    return undefined
  const [first, ...others] = pattern.path
  const leads = first?.kind === 'glob' && first.param === ''
  const pieces = leads ? others : pattern.path
  const last = pieces.at(-1)
  const hasTail = last?.kind === 'glob' && last.call.param !== undefined && last.call.function === undefined
  const fixed = hasTail ? pieces.slice(0, -1) : pieces
  if (fixed.length === 0 || !fixed.every(isFixed)) return undefined
  const text = `/${fixed.map(({original}) => original).join('/')}`
  return hasTail ? afterText(`${text}/`, leads) : atEnd(text, leads)
}

function afterText(text: string, leads: boolean): TailFinder {
  if (!leads) return path => path.startsWith(text) && path.length > text.length && path.slice(text.length)
  return path => {
    // The last place that leaves something for the tail, since a leading `**` takes all it can.
    const at = path.lastIndexOf(text, path.length - text.length - 1)
    if (at < 0) return false
    return at > 0 ? path.slice(at + text.length) : undefined
  }
}

function atEnd(text: string, leads: boolean): TailFinder {
  return path => {
    const end = path.endsWith('/') ? path.length - 1 : path.length
    const at = end - text.length
    if (at < 0 || !path.startsWith(text, at)) return false
    if (at === 0) return leads ? undefined : ''
    return leads && ''
  }
}

interface PathMaker {
  /** The address that the template's function gives. */
  base(evaluate: Evaluate): RequestUrl | undefined
  path(base: string, tail: string): string
}

function pathMaker(template: Template, tailName: string | undefined): PathMaker | undefined {
  const {scheme, hasAuthority, isAbsolute, isDirectory, hasFragment, query, path} = template
  const [head, ...pieces] = path
  const call = head?.call
  if (call?.function === undefined || call.param !== undefined || head?.kind !== 'glob') return undefined
  if (scheme || hasAuthority || isAbsolute || hasFragment || query.length > 0) return undefined
  const tailAt = pieces.findIndex(piece => piece.param !== '' && piece.call.param === tailName && isWhole(piece))
  const fixed = pieces.filter((_, at) => at !== tailAt)
  if (!fixed.every(piece => isFixed(piece) && !piece.original?.includes('\\'))) return undefined
  return {base: baseOf(call.function, call.args ?? []), path: joiner(pieces, tailAt, isDirectory)}
}

const isWhole = ({kind, call}: Piece) => kind === 'glob' && call.function === undefined

/** Remembers the last address: it is one of a few URLs of the topology. */
function baseOf(name: string, args: readonly string[]): PathMaker['base'] {
  let text: string | undefined
  let cut: RequestUrl | undefined
  return evaluate => {
    const values = evaluate(name, args)
    const [value] = values
    if (value === undefined || values.length > 1) return undefined
    if (value !== text) {
      text = value
      cut = cutUrl(value)
    }
    return cut
  }
}

function joiner(pieces: readonly Piece[], tailAt: number, isDirectory: boolean): PathMaker['path'] {
  const textOf = (some: readonly Piece[]) => some.map(({original}) => `/${original}`).join('')
  const end = isDirectory ? '/' : ''
  if (tailAt < 0) {
    const after = textOf(pieces) + end
    return after === '' ? base => base : base => withoutSlash(base) + after
  }
  const before = `${textOf(pieces.slice(0, tailAt))}/`
  const after = textOf(pieces.slice(tailAt + 1)) + end
  if (after === '') return (base, tail) => withoutSlash(base) + before + tail
  return (base, tail) => withoutSlash(base) + before + withoutSlash(tail) + after
}

function withoutSlash(text: string): string {
  return text.endsWith('/') ? text.slice(0, -1) : text
}
