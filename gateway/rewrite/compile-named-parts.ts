import type {Piece, QueryPiece, Template} from '../template/template.js'
import type {AddressPart, AddressParts, NamedParts} from './direct-query.js'
import type {Functions} from './rewrite-function.js'

/** What a rule does with parts of the query that its pattern or its template names; undefined: nothing that is simple. */
export function namedParts(
  pattern: Template,
  template: Template,
  passes: boolean,
  functions: Functions,
): NamedParts | undefined {
  const params = pattern.query.map(({param}) => param)
  const all = [...params, ...pattern.path.map(({param}) => param).filter(param => param !== '')]
  // One that holds values of two places is not simple.
  if (!pattern.query.every(takesAny) || new Set(all).size < all.length) return undefined
  const numberOf = (param: string | undefined) => (param === undefined ? -1 : params.indexOf(param))
  const told = template.query.map(piece => ({name: piece.name, from: isValue(piece) ? numberOf(piece.call.param) : -1}))
  const address = template.hasAuthority ? addressParts(template, numberOf, functions) : undefined
  if (told.some(({name, from}) => from < 0 || !PLAIN.test(name)) || (template.hasAuthority && !address))
    return undefined
  return {asked: pattern.query.map(({name}) => name), told, passes, address}
}

/** A name that stays as it is when it is form-encoded. */
const PLAIN = /^[\w.*-]+$/

/** Any value will do, and it is bound to a name. */
const takesAny = ({param, call, patterns}: QueryPiece) =>
  param !== '' && call.param === param && patterns.every(({kind}) => kind !== 'static' && kind !== 'regex')

const isValue = ({call, patterns}: QueryPiece) =>
  call.function === undefined && patterns.length === 1 && patterns.every(({kind}) => kind !== 'static')

function addressParts(
  {scheme, username, password, host, port, isAuthorityOnly, path}: Template,
  numberOf: (param: string | undefined) => number,
  functions: Functions,
): AddressParts | undefined {
  if (username || password || isAuthorityOnly || path.length === 0) return undefined
  const [own, to, at] = [scheme, host, port].map(piece => piece && addressPart(piece, numberOf, functions))
  return own === undefined || to === undefined || at === undefined ? undefined : {scheme: own, host: to, port: at}
}

function addressPart(
  {kind, original, call}: Piece,
  numberOf: (param: string | undefined) => number,
  functions: Functions,
): AddressPart | undefined {
  if (kind === 'static') return original
  if (call.function === undefined) return numberOf(call.param) < 0 ? undefined : numberOf(call.param)
  const called = functions.get(call.function)
  return called && call.param === undefined ? {function: called, args: call.args ?? []} : undefined
}
