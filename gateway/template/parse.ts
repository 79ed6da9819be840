import type {RequestUrl} from '../common/request-url.js'
import {printUrl, targetOf} from '../common/request-url.js'
import {readCall} from './call.js'
import {
  callsOf,
  type Pattern,
  type Piece,
  type PieceKind,
  type Pieces,
  type QueryPiece,
  type Template,
} from './template.js'

/** A template or URL that cannot be read; `offset` counts UTF-16 units from 0. */
export class TemplateSyntaxError extends RangeError {
  override readonly name = 'TemplateSyntaxError'
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** Reads one piece of text; `wanted` is what `{name}` without a pattern stands for. */
type PieceReader = (text: string, wanted: '*' | '**') => Piece

/**
 * Reads a URL template. `<$function[argument]>` is read as `{$function[argument]}`. Braces that do not
 * pair are text, as in Knox; `markupFault` tells of them. Throws TemplateSyntaxError for a line break in
 * the fragment. Source: Knox, `Parser`.
 */
export function parseTemplate(text: string): Template {
  return parse(text, text.replace(/<(\$[^<>{}]*)>/g, '{$1}'), readPiece, /&amp;|[?&]/)
}

/** Reads a URL as it was sent: no markup is interpreted. Throws TemplateSyntaxError as `parseTemplate` does. */
export function parseLiteral(text: string): Template {
  return parse(text, text, literalPiece, /&amp;|&/)
}

/** A cut URL as `parseLiteral` gives it; without scheme and host it is relative. */
export function literalOf(url: RequestUrl): Template {
  return parseLiteral(url.scheme === '' && url.host === '' ? targetOf(url) : printUrl(url))
}

// RFC 3986, appendix B; a fragment does not go over a line break, as in Knox.
const GENERIC = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([^\n\r\u0085\u2028\u2029]*))?$/

function parse(text: string, markup: string, read: PieceReader, separator: RegExp): Template {
  const match = GENERIC.exec(markup)
  if (!match) {
    const offset = markup.search(/(?<=#.*)[\n\r\u0085\u2028\u2029]/)
    throw new TemplateSyntaxError(`a line break in the fragment, at ${offset}: ${JSON.stringify(text)}`, offset)
  }
  const [, scheme, authority, path = '', query, fragment] = match
  const pieces = {
    scheme: scheme === undefined ? undefined : read(scheme, '*'),
    ...parseAuthority(authority ?? '', read),
    path: path
      .split('/')
      .filter(segment => segment !== '')
      .map(segment => read(segment, '**')),
    ...(query ? parseQuery(query.split(separator), read) : NO_QUERY),
    fragment: fragment ? read(fragment, '*') : undefined,
  }
  // Property by property: made of spread ones each template would have a shape of its own for V8.
  return ownAddress({
    text,
    scheme: pieces.scheme,
    hasAuthority: authority !== undefined,
    isAuthorityOnly: false,
    username: pieces.username,
    password: pieces.password,
    host: pieces.host,
    port: pieces.port,
    path: pieces.path,
    isAbsolute: path.startsWith('/'),
    isDirectory: path.endsWith('/'),
    hasQuery: query !== undefined,
    query: pieces.query,
    extra: pieces.extra,
    hasFragment: fragment !== undefined,
    fragment: pieces.fragment,
    params: read === literalPiece ? [] : paramsOf(pieces),
  })
}

function paramsOf(pieces: Pieces): readonly string[] {
  const names = callsOf(pieces).map(({param}) => param)
  return [...new Set(names.filter(name => name !== undefined))]
}

/** `host:port` looks like a scheme and one path segment. */
function ownAddress(template: Template): Template {
  const {scheme, hasAuthority, isAbsolute, isDirectory, path, hasQuery, hasFragment} = template
  const [port, more] = path
  const isAddress = scheme && port && !more && !hasAuthority && !isAbsolute && !isDirectory && !hasQuery && !hasFragment
  if (!isAddress) return template
  const address = {host: single(scheme), port: single(port), hasAuthority: true, isAuthorityOnly: true}
  return {...template, ...address, scheme: undefined, path: []}
}

function parseAuthority(text: string, read: PieceReader): Pick<Template, 'username' | 'password' | 'host' | 'port'> {
  const [user, address] = text.includes('@') ? splitOnce(text, '@') : ['', text]
  const [username, password = ''] = splitOnce(user, ':')
  const [host, port = ''] = splitOnce(address ?? '', ':')
  const piece = (part: string) => (part === '' ? undefined : single(read(part, '*')))
  return {username: piece(username), password: piece(password), host: piece(host), port: piece(port)}
}

function parseQuery(parts: readonly string[], read: PieceReader): Pick<Template, 'query' | 'extra'> {
  const query = new Map<string, QueryPiece>()
  const patterns = new Map<string, Map<string | undefined, Pattern>>()
  let extra: QueryPiece | undefined
  for (const part of parts) {
    if (part === '') continue
    const [piece, pattern] = parseQueryPart(part, read)
    if (piece.name === '*' || piece.name === '**') extra ??= {...piece, patterns: [pattern]}
    else {
      const known = patterns.get(piece.name)
      if (known) known.set(pattern.effective, pattern)
      else {
        query.set(piece.name, piece)
        patterns.set(piece.name, new Map([[pattern.effective, pattern]]))
      }
    }
  }
  const pieces = [...query.values()].map(piece => ({
    ...piece,
    patterns: [...(patterns.get(piece.name)?.values() ?? [])],
  }))
  return {query: pieces, extra}
}

/** `{name}` is short for `name={name}`. */
function parseQueryPart(part: string, read: PieceReader): [QueryPiece, Pattern] {
  const [name, value] = splitOnce(part, '=')
  if (part.startsWith('{')) {
    const {param, call, kind, original, effective} = read(part, '**')
    return [{name: param, param, call, patterns: []}, original === undefined ? GLOB : {kind, original, effective}]
  }
  if (value === undefined) return [{name, param: '', call: readCall(''), patterns: []}, BARE]
  const {param, call, kind, original, effective} = read(value, '**')
  return [
    {name, param, call, patterns: []},
    {kind, original, effective},
  ]
}

const NO_QUERY = {query: [], extra: undefined}

const GLOB: Pattern = {kind: 'glob', original: undefined, effective: '**'}

/** A name without `=`. */
const BARE: Pattern = {kind: 'static', original: undefined, effective: undefined}

const BRACED = /^\{(?!\}$)([^=]*?)(?:=(.*))?\}$/s

function readPiece(text: string, wanted: '*' | '**'): Piece {
  const [whole, param = '', pattern] = BRACED.exec(text) ?? []
  if (whole === undefined) return {kind: kindOf(text), original: text, effective: text, param: '', call: readCall('')}
  const effective = pattern ?? (param === '**' ? '**' : wanted)
  return {kind: kindOf(effective), original: pattern, effective, param, call: readCall(param)}
}

const NO_CALL = readCall('')

function literalPiece(text: string): Piece {
  return {kind: 'static', original: text, effective: text, param: '', call: NO_CALL}
}

function kindOf(pattern: string): PieceKind {
  if (pattern === '') return 'default'
  if (pattern === '*') return 'star'
  if (pattern === '**') return 'glob'
  return pattern.includes('*') ? 'regex' : 'static'
}

/** `**` in an address is one piece only. */
function single(piece: Piece): Piece {
  if (piece.effective !== '**') return piece
  return {...piece, kind: piece.kind === 'glob' ? 'star' : piece.kind, effective: '*'}
}

function splitOnce(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)]
}
