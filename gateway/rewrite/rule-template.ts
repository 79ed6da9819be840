import {parseTemplate} from '../template/parse.js'
import type {Piece, Template} from '../template/template.js'
import type {RewriteFunction} from './rewrite-function.js'

/** Params that every exchange has, and the functions that give them. Source: Knox, `UrlRewriteResponse.resolve`. */
const KNOWN: Readonly<Record<string, string>> = {
  'gateway.url': '$frontend[url]',
  'gateway.addr': '$frontend[addr]',
  'gateway.address': '$frontend[addr]',
  'gateway.scheme': '$frontend[scheme]',
  'gateway.host': '$frontend[host]',
  'gateway.port': '$frontend[port]',
  'gateway.path': '$frontend[path]',
  'cluster.name': '$frontend[topology]',
}

/** The template of a `rewrite` step, `{gateway.url}` and its like read as functions. Throws TemplateSyntaxError. */
export function ruleTemplate(text: string): Template {
  const template = parseTemplate(text.replace(/\{([a-z.]+)\}/g, (whole, name) => braced(KNOWN[name]) ?? whole))
  return {...template, path: template.path.map(inPath)}
}

const braced = (call: string | undefined) => call && `{${call}}`

const IN_PATH = ' in path'

function inPath(piece: Piece): Piece {
  const {function: name} = piece.call
  return name === undefined ? piece : {...piece, call: {...piece.call, function: name + IN_PATH}}
}

/**
 * The functions as templates of rules call them. What a function gives as text is encoded where it stands in a
 * path, so that a user name cannot lead to another path; in a query every value is encoded anyhow.
 */
export function callable(functions: ReadonlyMap<string, RewriteFunction>): ReadonlyMap<string, RewriteFunction> {
  const all = new Map(functions)
  for (const [name, made] of functions) all.set(name + IN_PATH, made.givesText ? encoded(made) : made)
  return all
}

function encoded(made: RewriteFunction): RewriteFunction {
  return {...made, evaluate: (args, context, facts) => made.evaluate(args, context, facts).map(encodeSegment)}
}

/** As one segment of a path (RFC 3986 §3.3): never a slash, and never `.` or `..`. */
function encodeSegment(text: string): string {
  const segment = encodeURIComponent(text.replace(/\p{Surrogate}/gu, '?'))
  return /^\.{1,2}$/.test(segment) ? segment.replaceAll('.', '%2E') : segment
}
