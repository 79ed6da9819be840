import type {Piece, Template} from '../template/template.js'
import {namedParts} from './compile-named-parts.js'
import {type DirectRule, NOWHERE, type Place, type Target} from './direct-rule.js'
import type {Functions, RewriteFunction} from './rewrite-function.js'

/** The direct form of a rule with this pattern and a single `rewrite` step; undefined: it has none. */
export function directRule(pattern: Template, template: Template, functions: Functions): DirectRule | undefined {
  const place = placeOf(pattern)
  const target = targetOf(template, pattern.path.at(-1)?.call.param, functions)
  if (place === undefined || target === undefined) return undefined
  if (template.extra && (!isNamedRest(template) || leavesOver(pattern, template))) return undefined
  const {hasAddress, scheme, text, leads, hasTail} = place
  const {function: called, args, before, takesTail, after} = target
  const passes = isNamedRest(pattern) && isNamedRest(template)
  const names = pattern.query.length > 0 || template.query.length > 0 || template.hasAuthority
  const named = names ? namedParts(pattern, template, functions) : undefined
  if (names && named === undefined) return undefined
  // Property by property: made of spread ones each rule would have a shape of its own for V8.
  return {
    hasAddress,
    scheme,
    text,
    leads,
    hasTail,
    function: called,
    args,
    before,
    takesTail,
    after,
    passes,
    named,
    start: called ? NOWHERE : {...NOWHERE, text: takesTail ? before : after},
  }
}

const isNamedRest = ({extra}: Template) => extra !== undefined && extra.param === '**'

/** A param that the template does not use would have to go into the query. */
function leavesOver(pattern: Template, template: Template): boolean {
  return (
    pattern.path.some(({param}) => param !== '' && !template.path.some(piece => piece.param === param)) ||
    pattern.query.some(({param}) => !template.params.includes(param))
  )
}

const isPlainStar = (piece: Piece | undefined) => piece?.kind === 'star' && piece.param === ''

const isFixed = ({kind, param}: Piece) => kind === 'static' && param === ''

/** Undefined: for a certain one. */
function asksForAddress({scheme, username, password, host, port}: Template): boolean | undefined {
  if (username || password) return undefined
  if (scheme && (isPlainStar(scheme) || isFixed(scheme)) && isPlainStar(host) && isPlainStar(port)) return true
  return scheme || host || port ? undefined : false
}

function placeOf(pattern: Template): Place | undefined {
  const {scheme, extra, hasFragment} = pattern
  const hasAddress = asksForAddress(pattern)
  if (hasAddress === undefined || hasFragment || (extra && extra.name !== '**')) return undefined
  const [first, ...others] = pattern.path
  const leads = first?.kind === 'glob' && first.param === ''
  const pieces = leads ? others : pattern.path
  const last = pieces.at(-1)
  const hasTail = last?.kind === 'glob' && last.call.param !== undefined && last.call.function === undefined
  const fixed = hasTail ? pieces.slice(0, -1) : pieces
  if ((fixed.length === 0 && !hasTail) || !fixed.every(isFixed)) return undefined
  const fixedScheme = scheme && isFixed(scheme) ? (scheme.original ?? '') : ''
  return {hasAddress, scheme: fixedScheme, text: textOf(fixed) + (hasTail ? '/' : ''), leads, hasTail}
}

function targetOf(template: Template, tailName: string | undefined, functions: Functions): Target | undefined {
  const {scheme, hasAuthority, isAbsolute, isDirectory, hasFragment, path} = template
  const [head, ...others] = path
  const called = isAbsolute ? undefined : functionOf(head, functions)
  if (called === undefined && !isAbsolute) return undefined
  if ((scheme && !hasAuthority) || hasFragment) return undefined
  const pieces = isAbsolute ? path : others
  const tailAt = pieces.findIndex(piece => piece.param !== '' && piece.call.param === tailName && isWhole(piece))
  const fixed = pieces.filter((_, at) => at !== tailAt)
  if (!fixed.every(piece => isFixed(piece) && !piece.original?.includes('\\'))) return undefined
  return {
    function: called,
    args: (called && head?.call.args) ?? [],
    before: `${textOf(pieces.slice(0, Math.max(tailAt, 0)))}/`,
    takesTail: tailAt >= 0,
    after: textOf(pieces.slice(tailAt + 1)) + (isDirectory ? '/' : ''),
  }
}

function functionOf(piece: Piece | undefined, functions: Functions): RewriteFunction | undefined {
  if (piece?.kind !== 'glob' || piece.call.param !== undefined || piece.call.function === undefined) return undefined
  return functions.get(piece.call.function)
}

const isWhole = ({kind, call}: Piece) => kind === 'glob' && call.function === undefined

const textOf = (pieces: readonly Piece[]) => pieces.map(({original}) => `/${original}`).join('')
