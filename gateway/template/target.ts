import type {RequestUrl} from '../common/request-url.js'
import {literalOf} from './parse.js'
import {type QueryItem, queryItems} from './query-items.js'
import type {Template} from './template.js'

/** A URL as the matcher looks at it. Parts of the address are undefined where it has none. */
export interface Target {
  readonly scheme: string | undefined
  readonly username: string | undefined
  readonly password: string | undefined
  readonly host: string | undefined
  readonly port: string | undefined
  /** Empty segments of it do not count. */
  readonly path: string
  readonly fragment: string | undefined
  /** By name, in order of appearance; cut when first wanted. */
  query(): ReadonlyMap<string, readonly QueryItem[]>
}

/** Looks at a URL, cut or read by `parseLiteral`. A path alone that begins with `//` is an address (RFC 3986 §4.2). */
export function targetOf(url: Template | RequestUrl): Target {
  if ('text' in url) return targetOfTemplate(url)
  return isBareAddress(url) ? targetOfTemplate(literalOf(url)) : new UrlTarget(url)
}

/** Whether a URL has scheme and host, or is a path alone. */
export function isPlain(url: Template | RequestUrl): url is RequestUrl {
  return !('text' in url) && (url.scheme === '') === (url.host === '') && !isBareAddress(url)
}

const isBareAddress = ({scheme, host, path}: RequestUrl) =>
  host === '' && scheme === '' && path.charCodeAt(1) === SLASH && path.charCodeAt(0) === SLASH

const SLASH = 47

/** What stands between the slashes of a path, where anything does. */
export function segmentsOf(path: string): readonly string[] {
  const segments: string[] = []
  for (let start = 0; start < path.length; ) {
    const slash = path.indexOf('/', start)
    const end = slash < 0 ? path.length : slash
    if (end > start) segments.push(path.slice(start, end))
    start = end + 1
  }
  return segments
}

/** A class, since there are two for each request. */
class UrlTarget implements Target {
  readonly scheme: string | undefined
  readonly username: string | undefined = undefined
  readonly password: string | undefined = undefined
  readonly host: string | undefined
  readonly port: string | undefined
  readonly path: string
  readonly fragment: string | undefined = undefined
  readonly #query: string | undefined
  #items: ReadonlyMap<string, readonly QueryItem[]> | undefined

  constructor({scheme, host, port, path, query}: RequestUrl) {
    this.scheme = scheme || undefined
    this.host = host || undefined
    this.port = port || undefined
    this.path = path
    this.#query = query
  }

  query(): ReadonlyMap<string, readonly QueryItem[]> {
    this.#items ??= byName(this.#query === undefined ? [] : queryItems(this.#query))
    return this.#items
  }
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
  let items: ReadonlyMap<string, readonly QueryItem[]> | undefined
  return {
    scheme: scheme?.original,
    username: username?.original,
    password: password?.original,
    host: host?.original,
    port: port?.original,
    path: path.map(piece => piece.original).join('/') + (isDirectory ? '/' : ''),
    fragment: fragment?.original,
    query() {
      items ??= new Map(query.map(({name, patterns}) => [name, patterns.map(({original}) => item(name, original))]))
      return items
    },
  }
}

function item(name: string, value: string | undefined): QueryItem {
  if (name === '') return {name, value, text: value ?? ''}
  return {name, value, text: value === undefined ? name : `${name}=${value}`}
}
