import type {Call} from './call.js'

/**
 * How a piece compares, the most specific first: equal text; text with `*` in it; one segment or
 * value; a piece without a pattern; one or more segments or values. Source: Knox, `Segment`.
 */
export type PieceKind = 'static' | 'regex' | 'star' | 'default' | 'glob'

/** What a piece asks for. `original` is what was written, `effective` what holds; they differ for `{name}` alone. */
export interface Pattern {
  readonly kind: PieceKind
  readonly original: string | undefined
  readonly effective: string | undefined
}

/** One part of an address or one path segment of a template. `param` is empty when the piece binds nothing. */
export interface Piece extends Pattern {
  readonly param: string
  /** The name in the braces, read as `name`, `$function[literal]` or `$function(param)`. */
  readonly call: Call
}

/** What a template asks of one name of the query: any one of `patterns`. */
export interface QueryPiece {
  readonly name: string
  readonly param: string
  readonly call: Call
  readonly patterns: readonly Pattern[]
}

/**
 * A URL template, or a URL read as one, cut into pieces; plain JSON. A piece is undefined where the
 * text has none. Source: Knox, `Template`.
 */
export interface Template {
  readonly text: string
  readonly scheme: Piece | undefined
  readonly hasAuthority: boolean
  /** `host:port` alone, without `//`. */
  readonly isAuthorityOnly: boolean
  readonly username: Piece | undefined
  readonly password: Piece | undefined
  readonly host: Piece | undefined
  readonly port: Piece | undefined
  readonly path: readonly Piece[]
  /** The path begins with a slash. */
  readonly isAbsolute: boolean
  /** The path ends in a slash. */
  readonly isDirectory: boolean
  readonly hasQuery: boolean
  /** Named parts of the query; values of one name are together. */
  readonly query: readonly QueryPiece[]
  /** `{**}`, `{*}`, `**` or `*`: the rest of the query. */
  readonly extra: QueryPiece | undefined
  readonly hasFragment: boolean
  readonly fragment: Piece | undefined
  /** The names that it binds when it matches, or reads when it is expanded; each once. The rest of the query is none. */
  readonly params: readonly string[]
}

/** A use of a function in a template: `$name[argument]` is literal, `$name(argument)` names a param. */
export interface FunctionUse {
  readonly name: string
  /** Empty when none was given; literal arguments as written, with their commas. */
  readonly argument: string
  readonly literal: boolean
}

/** The functions that a template uses, each use once, in order. */
export function functionsOf(template: Template): readonly FunctionUse[] {
  return callsOf(template).flatMap(({function: name, param, args}) =>
    name === undefined ? [] : [{name, argument: param ?? args?.join(',') ?? '', literal: param === undefined}],
  )
}

/** The names that a template binds when it matches, or reads when it is expanded. */
export function paramNamesOf(template: Template): readonly string[] {
  return template.params
}

/** Those of its parts that are pieces. */
export type Pieces = Pick<
  Template,
  'scheme' | 'username' | 'password' | 'host' | 'port' | 'path' | 'fragment' | 'query'
>

/** All calls of its pieces, in order. */
export function callsOf(template: Pieces): readonly Call[] {
  const {scheme, username, password, host, port, path, fragment, query} = template
  const pieces = [scheme, username, password, host, port, ...path, fragment, ...query]
  return pieces.flatMap(piece => (piece ? [piece.call] : []))
}
