import {PLAIN_NAME} from '../template/query-items.js'
import type {Piece, QueryPiece, Template} from '../template/template.js'
import type {AddressPart, AddressParts, NamedParts} from './direct-query.js'
import type {Functions} from './rewrite-function.js'

/** What a rule does with parts of the query that its pattern or its template names; undefined: nothing that is simple. */
export function namedParts(pattern: Template, template: Template, functions: Functions): NamedParts | undefined {
  const asked = pattern.query.map(({name}) => name)
  const inPath = pattern.path.map(({param}) => param).filter(param => param !== '')
  const params = new Set([...asked, ...inPath])
  // A param that holds values of two places is not simple, nor is one by another name.
  if (params.size < asked.length + inPath.length || !pattern.query.every(takesAny)) return undefined
  const numberOf = (param: string | undefined) => (param === undefined ? -1 : asked.indexOf(param))
  const told = template.query.map(piece => (givesItself(piece) ? numberOf(piece.name) : -1))
  const address = template.hasAuthority ? addressParts(template, numberOf, functions) : undefined
  if (told.includes(-1) || (template.hasAuthority && address === undefined)) return undefined
  return {asked, told, address}
}

const isItself = ({name, param, call}: QueryPiece) =>
  PLAIN_NAME.test(name) && param === name && call.param === name && call.function === undefined

/** Of a pattern: a part of that name with any value. */
const takesAny = (piece: QueryPiece) =>
  isItself(piece) && piece.patterns.every(({kind}) => kind !== 'static' && kind !== 'regex')

/** Of a template: the part as it was. */
const givesItself = (piece: QueryPiece) =>
  isItself(piece) && piece.patterns.length === 1 && piece.patterns.every(({kind}) => kind !== 'static')

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
