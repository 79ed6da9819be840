import type {RequestUrl} from '../common/request-url.js'
import {type QueryItem, queryItems} from './query-items.js'
import type {Piece, Template} from './template.js'

/** A URL as the matcher looks at it. Undefined parts are absent. */
export interface Target {
  readonly scheme: string | undefined
  readonly username: string | undefined
  readonly password: string | undefined
  readonly host: string | undefined
  readonly port: string | undefined
  /** What stands between the slashes of the path, where anything does. */
  readonly segments: readonly string[]
  readonly endsInSlash: boolean
  readonly fragment: string | undefined
  /** By name, in order of appearance; cut when first wanted. */
  query(): ReadonlyMap<string, readonly QueryItem[]>
}

/** Looks at a URL, cut or read by `parseLiteral`. */
export function targetOf(url: Template | RequestUrl): Target {
  return 'text' in url ? targetOfTemplate(url) : targetOfUrl(url)
}

function targetOfUrl({scheme, host, port, path, query}: RequestUrl): Target {
  let items: ReadonlyMap<string, readonly QueryItem[]> | undefined
  return {
    scheme: scheme || undefined,
    username: undefined,
    password: undefined,
    host: host || undefined,
    port: port || undefined,
    segments: segmentsOf(path),
    endsInSlash: path.endsWith('/'),
    fragment: undefined,
    query() {
      items ??= byName(query === undefined ? [] : queryItems(query))
      return items
    },
  }
}

/** Without the empty ones. */
function segmentsOf(path: string): readonly string[] {
  const segments: string[] = []
  for (let start = 0; start < path.length; ) {
    const slash = path.indexOf('/', start)
    const end = slash < 0 ? path.length : slash
    if (end > start) segments.push(path.slice(start, end))
    start = end + 1
  }
  return segments
}

function byName(items: readonly QueryItem[]): ReadonlyMap<string, readonly QueryItem[]> {
  const map = new Map<string, QueryItem[]>()
  for (const item of items) {
    const known = map.get(item.name)
    if (known) known.push(item)
    else map.set(item.name, [item])
  }
  return map
}

function targetOfTemplate(url: Template): Target {
  const {scheme, username, password, host, port, path, isDirectory, fragment, query} = url
  return {
    scheme: textOf(scheme),
    username: textOf(username),
    password: textOf(password),
    host: textOf(host),
    port: textOf(port),
    segments: path.map(piece => piece.original ?? ''),
    endsInSlash: isDirectory,
    fragment: textOf(fragment),
    query: () => new Map(query.map(({name, patterns}) => [name, patterns.map(({original}) => item(name, original))])),
  }
}

function textOf(piece: Piece | undefined): string | undefined {
  return piece?.original
}

function item(name: string, value: string | undefined): QueryItem {
  if (name === '') return {name, value, text: value ?? ''}
  return {name, value, text: value === undefined ? name : `${name}=${value}`}
}
