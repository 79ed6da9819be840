import {isDeepStrictEqual} from 'node:util'
import test from 'ava'
import {expand} from '../../gateway/template/expand.js'
import {matchTemplate} from '../../gateway/template/match.js'
import {buildMatcher} from '../../gateway/template/matcher.js'
import {type Params, paramsOf} from '../../gateway/template/params.js'
import {parseLiteral, parseTemplate} from '../../gateway/template/parse.js'
import {printTemplate} from '../../gateway/template/print.js'
import type {Pattern, Piece, QueryPiece, Template} from '../../gateway/template/template.js'
import {agreesWithGolden} from '../helpers/golden.js'

type Values = Readonly<Record<string, readonly (string | null)[]>>
type Functions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

interface Case {
  readonly kind: 'parse' | 'parse-error' | 'match' | 'best-match' | 'expand' | 'rewrite'
  readonly defect?: string
  readonly src?: string
  readonly mode: 'template' | 'literal'
  readonly input: string
  readonly parsed: unknown
  readonly string: string
  readonly template: string
  readonly templates: readonly string[]
  readonly inputTemplate: string
  readonly outputTemplate: string
  readonly url: string
  readonly matched: boolean
  readonly winner: number | null
  readonly params?: Values
  readonly functions: Functions
  readonly result: string | null
}

test('templates parse, match and expand as Knox does', async t => {
  await agreesWithGolden<Case>(t, 'url-template.jsonl', golden => CHECKS[golden.kind](golden))
})

const CHECKS: Readonly<Record<Case['kind'], (golden: Case) => string | undefined>> = {
  parse(golden) {
    const template = parsed(golden)
    return differs(asKnox(template), golden.parsed) ?? differs(printTemplate(template), golden.string)
  },
  'parse-error'(golden) {
    try {
      return `parsed: ${printTemplate(parsed(golden))}`
    } catch {
      return undefined
    }
  },
  match({template, url, matched, params}) {
    const found = matchTemplate(parseTemplate(template), parseLiteral(url))
    return differs(found !== undefined, matched ?? false) ?? differs(valuesOf(found), params)
  },
  'best-match'({templates, url, winner, params}) {
    const matcher = buildMatcher(templates.map((template, index) => [parseTemplate(template), index]))
    const found = matcher.match(parseLiteral(url))
    return differs(found?.value ?? null, winner) ?? differs(valuesOf(found?.params), params)
  },
  expand({template, params = {}, functions, result}) {
    return differs(expand(parseTemplate(template), paramsOf(params), evaluatorOf(functions)), result)
  },
  rewrite({inputTemplate, outputTemplate, url, functions, params, result}) {
    const found = matchTemplate(parseTemplate(inputTemplate), parseLiteral(url))
    const ours = found ? expand(parseTemplate(outputTemplate), found, evaluatorOf(functions)) : null
    return differs(ours, result) ?? differs(valuesOf(found), params)
  },
}

function parsed({mode, input}: Case): Template {
  return mode === 'template' ? parseTemplate(input) : parseLiteral(input)
}

/** A function that the tables do not know gives its arguments back. */
function evaluatorOf(functions: Functions) {
  return (name: string, args: readonly string[]) => functions[name]?.[args.join(',')] ?? args
}

function differs(ours: unknown, knox: unknown): string | undefined {
  return isDeepStrictEqual(ours, knox) ? undefined : `ours ${JSON.stringify(ours)}, Knox ${JSON.stringify(knox)}`
}

function valuesOf(params: Params | undefined): Values | undefined {
  if (!params) return undefined
  return Object.fromEntries(params.entries().map(({name, values}) => [name, values.map(value => value ?? null)]))
}

/** The form in which the cases print a template. */
function asKnox(template: Template) {
  const {hasAuthority, isAuthorityOnly, isAbsolute, isDirectory, hasQuery, hasFragment} = template
  const {scheme, username, password, host, port, path, query, extra, fragment} = template
  return {
    hasScheme: scheme !== undefined,
    ...{hasAuthority, isAuthorityOnly, isAbsolute, isDirectory, hasQuery, hasFragment},
    ...{scheme: piece(scheme), username: piece(username), password: piece(password), host: piece(host)},
    ...{port: piece(port), path: path.map(piece), query: query.map(queryPiece)},
    ...{extra: extra ? queryPiece(extra) : null, fragment: piece(fragment)},
  }
}

function piece(given: Piece | undefined) {
  return given ? {param: given.param, values: [pattern(given)]} : null
}

function queryPiece({name, param, patterns}: QueryPiece) {
  return {param, values: patterns.map(pattern), query: name}
}

function pattern({kind, original, effective}: Pattern) {
  const regex = kind === 'regex' ? {regex: (effective ?? '').replace(/[\\.{}$]/g, '\\$&').replaceAll('*', '.*')} : {}
  return {original: original ?? null, effective: effective ?? null, type: kind.toUpperCase(), ...regex}
}
