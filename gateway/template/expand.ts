import type {Call} from './call.js'
import {formEncode} from './encode.js'
import {AS_KNOX, type ExpandStyle} from './expand-style.js'
import {entryOf, type ParamEntry, type Params} from './params.js'
import type {Pattern, Piece, QueryPiece, Template} from './template.js'

/** A template asks for a param or a function that gives nothing; Knox prints `null`, or the pattern. */
export class UnresolvedError extends RangeError {
  override readonly name = 'UnresolvedError'
  /** As it stands in the braces; a bare pattern as it is. */
  readonly param: string

  constructor(param: string, template: string) {
    super(`{${param}} has no value, in ${template}`)
    this.param = param
  }
}

/** Gives the values of `{$name[args]}`. */
export type Evaluate = (name: string, args: readonly string[]) => readonly string[]

interface Expansion {
  readonly template: Template
  readonly params: Params
  readonly evaluate: Evaluate
  readonly style: ExpandStyle
}

type Resolved = Pick<ParamEntry, 'values' | 'origin' | 'endsInSlash'>

/**
 * Puts values in the place of params. A path takes all values of `{x}` and `{x=**}`, and the first of others; an
 * address takes the first; a query takes a part for each value, the bare name when there is none. `{**}` adds
 * every param that the template does not name elsewhere. A part of the client's query that shares its name with
 * a part of the address is added only where the template makes no such part itself.
 *
 * Values that came from a query say so (`ParamEntry.origin`), and `style` decides what becomes of them: `AS_KNOX`,
 * the default, form-encodes all; `AS_SENT` lets them pass. Throws UnresolvedError, and with `AS_SENT` RangeError when the
 * value of a param would end its part of the address (`port=80@elsewhere`). Source: Knox, `Expander`.
 */
export function expand(template: Template, params: Params, evaluate: Evaluate, style: ExpandStyle = AS_KNOX): string {
  const run = {template, params, evaluate, style}
  const fragment = template.fragment ? first(run, template.fragment) : ''
  return address(run) + path(run) + query(run) + (template.hasFragment ? `#${fragment}` : '')
}

function address(run: Expansion): string {
  const {scheme, hasAuthority, isAuthorityOnly, username, password, host, port} = run.template
  let text = scheme ? `${part(run, scheme)}:` : ''
  if (!hasAuthority) return text
  if (!isAuthorityOnly) text += '//'
  if (username) text += part(run, username)
  if (password) text += `:${part(run, password)}`
  if (username || password) text += '@'
  if (host) text += part(run, host)
  if (port) text += `:${part(run, port)}`
  return text
}

function path(run: Expansion): string {
  const {path: pieces, isAbsolute, isDirectory} = run.template
  let text = isAbsolute ? '/' : ''
  let slash = ''
  for (const piece of pieces) {
    text += slash + (piece.kind === 'glob' || piece.kind === 'default' ? all(run, piece) : first(run, piece))
    slash = '/'
  }
  return pieces.length > 0 && (isDirectory || keptSlash(run)) ? `${text}/` : text
}

/** The slash at the end of a path that the last segment carries over. */
function keptSlash({template, params, style}: Expansion): boolean {
  const last = template.path.at(-1)
  if (!style.keepsForm || last?.call.param === undefined || last.call.function !== undefined) return false
  return entryOf(params.entries(), last.call.param)?.endsInSlash ?? false
}

/** A part of the address; what a client sent must not end it. */
function part(run: Expansion, piece: Piece): string {
  const text = first(run, piece)
  if (run.style.keepsForm && piece.call.param !== undefined && /[/?#@\\]/.test(text))
    throw new RangeError(
      `{${piece.param}} is ${JSON.stringify(text)}, which cannot stand there, in ${run.template.text}`,
    )
  return text
}

function first(run: Expansion, piece: Piece): string {
  if (piece.kind === 'static') return unescaped(piece)
  const {values, origin} = resolve(run, piece.call)
  const [value] = values
  return value === undefined ? absent(run, piece) : run.style.path(value, origin)
}

function all(run: Expansion, piece: Piece): string {
  const {values, origin} = resolve(run, piece.call)
  let text = ''
  for (let at = 0; at < values.length; at++) {
    const value = values[at]
    if (value === undefined) return absent(run, piece)
    text += at === 0 ? run.style.path(value, origin) : `/${run.style.path(value, origin)}`
  }
  return values.length === 0 ? absent(run, piece) : text
}

/** `{name=}` stands for nothing by its own word. */
function absent({template}: Expansion, {param, kind, original}: Piece): string {
  if (kind === 'default' && original === '') return ''
  throw new UnresolvedError(param === '' ? (original ?? '') : param, template.text)
}

function resolve({params, evaluate}: Expansion, {function: name, param, args}: Call): Resolved {
  if (name !== undefined) return made(evaluate(name, param === undefined ? (args ?? []) : (params.get(param) ?? [])))
  if (param === undefined) return made(args ?? [])
  return entryOf(params.entries(), param) ?? made(params.get(param) ?? [])
}

function made(values: readonly string[]): Resolved {
  return {values, origin: 'made', endsInSlash: false}
}

function query(run: Expansion): string {
  const {query: pieces, extra} = run.template
  const parts: string[] = []
  for (const piece of pieces) addPiece(run, piece, parts)
  if (extra) addRest(run, parts)
  const made = run.style.keepsForm && parts.includes('') ? parts.filter(each => each !== '') : parts
  return made.length === 0 ? '' : `?${made.join('&')}`
}

function addPiece(run: Expansion, piece: QueryPiece, parts: string[]): void {
  for (const pattern of piece.patterns) {
    if (pattern.kind !== 'static') addValues(run, piece, parts)
    else parts.push(pattern.original === undefined ? piece.name : `${piece.name}=${unescaped(pattern)}`)
  }
}

function addValues(run: Expansion, {name, call, patterns}: QueryPiece, parts: string[]): void {
  const {values, origin} = resolve(run, call)
  const kind = patterns[0]?.kind
  if (values.length === 0) parts.push(name)
  for (const value of kind === 'glob' || kind === 'default' ? values : values.slice(0, 1))
    parts.push(pair(run.style, name, value, origin))
}

function pair(style: ExpandStyle, name: string, value: string | undefined, origin: ParamEntry['origin']): string {
  return value === undefined ? formEncode(name) : `${formEncode(name)}=${style.query(value, origin)}`
}

function addRest({template, params, style}: Expansion, parts: string[]): void {
  const entries = params.entries()
  const others = entries.filter(entry => entry.texts === undefined)
  for (const entry of entries) {
    const isShadowed = entry.texts !== undefined && others.some(other => other.name === entry.name)
    const isMade = isShadowed
      ? template.query.some(({name}) => name === entry.name)
      : template.params.includes(entry.name)
    if (isMade) continue
    if (style.keepsForm && entry.texts !== undefined) parts.push(...entry.texts)
    else for (const value of entry.values) parts.push(pair(style, entry.name, value, entry.origin))
  }
}

function unescaped({original = ''}: Pattern): string {
  return original.includes('\\') ? original.replace(/\\([{}])/g, '$1') : original
}
