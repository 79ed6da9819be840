import type {RequestUrl} from '../common/request-url.js'
import {suggestion} from '../common/suggest.js'
import {buildMatcher} from './matcher.js'
import {parseTemplate} from './parse.js'
import type {Piece, Template} from './template.js'

/** The one part of a template that keeps a URL from matching it. */
export interface Miss {
  /** Such as `host`, or `query parameter op`. */
  readonly part: string
  /** What the template has there. */
  readonly wanted: string
  /** What the URL has there; undefined: nothing. */
  readonly found: string | undefined
}

/** A name that no template has. */
const FOUND = '\0found'

const ANY = parseTemplate(`{${FOUND}=*}://{${FOUND}=*}:{${FOUND}=*}/{${FOUND}=*}/{${FOUND}=**}?{${FOUND}=*}`)

const STARS = parseTemplate('*://*:*')

/**
 * Undefined when a URL matches, or when more than one part is in the way. A part that alone tells the template from others counts only
 * when it looks misspelt: else every URL would be near to every rule.
 */
export function nearMiss(template: Template, url: RequestUrl | Template): Miss | undefined {
  if (buildMatcher([[template, undefined]]).match(url)) return undefined
  for (const {part, wanted, without} of relaxations(template)) {
    const match = buildMatcher([[without, undefined]]).match(url)
    if (match === undefined) continue
    const found = match.params.get(FOUND)?.join('/')
    if (asksForAny(without) || suggestion(found ?? '', [wanted]) !== '') return {part, wanted, found}
  }
  return undefined
}

/** A template that asks for one thing less. */
interface Relaxation {
  readonly part: string
  readonly wanted: string
  readonly without: Template
}

function relaxations(template: Template): readonly Relaxation[] {
  return [...ofAddress(template), ...ofPath(template), ...ofQuery(template)]
}

const asksForAny = ({scheme, host, port, path, query}: Template) =>
  query.length > 0 || [scheme, host, port, ...path].some(piece => piece && asksForMore(piece))

const asksForMore = ({kind}: Piece) => kind === 'static' || kind === 'regex'

function ofAddress(template: Template): readonly Relaxation[] {
  const {scheme, host, port} = ANY
  const free = {scheme, host, port}
  const single = (['scheme', 'host', 'port'] as const).flatMap(part => {
    const piece = template[part]
    if (piece === undefined || !asksForMore(piece)) return []
    return [{part, wanted: textOf(piece), without: {...template, [part]: free[part]}}]
  })
  const whole = template.host && {...template, scheme: undefined, host: undefined, port: undefined}
  const {scheme: anyScheme, port: anyPort} = STARS
  const without = whole ?? {...template, scheme: anyScheme, host, port: anyPort}
  return [...single, {part: 'host', wanted: template.host ? textOf(template.host) : 'none', without}]
}

function ofPath(template: Template): readonly Relaxation[] {
  const {path} = template
  const [one, more] = ANY.path
  if (one === undefined || more === undefined) return []
  const single = path.flatMap((piece, at) =>
    asksForMore(piece)
      ? [
          {
            part: 'path',
            wanted: textOf(piece),
            without: {...template, path: path.map((each, i) => (i === at ? one : each))},
          },
        ]
      : [],
  )
  const last = path.at(-1)
  return [
    ...single,
    {part: 'path', wanted: 'its end', without: {...template, path: [...path, more]}},
    ...(last ? [{part: 'path', wanted: textOf(last), without: {...template, path: path.slice(0, -1)}}] : []),
  ]
}

function ofQuery(template: Template): readonly Relaxation[] {
  const {query} = template
  const [any] = ANY.query
  return query.flatMap((piece, at) => {
    const part = `query parameter ${piece.name}`
    const wanted = piece.patterns.map(({original = '*'}) => original).join(' or ')
    const other = any && query.map((each, i) => (i === at ? {...any, name: piece.name} : each))
    const without = query.filter((_, i) => i !== at)
    return [...(other ? [other] : []), without].map(left => ({part, wanted, without: {...template, query: left}}))
  })
}

const textOf = ({original, param}: Piece) => original ?? `{${param}}`
