import {PLAIN_NAME} from './query-items.js'
import type {Piece, QueryPiece, Template} from './template.js'
import {wildcard} from './wildcard.js'

/** The part of a URL that a node compares. */
export type Part = 'scheme' | 'username' | 'password' | 'host' | 'port' | 'path' | 'fragment'

/** A template among those that end at a node, with what was given for it. */
export interface TrieEntry<V> {
  readonly template: Template
  readonly value: V
  /** Its pieces, but for the query. */
  readonly way: readonly TrieNode<V>[]
  /** It asks for any part of a query, or that there is one. */
  readonly asksForQuery: boolean
  /** What it asks of the query. */
  readonly query: readonly QueryTest[]
  /** It asks for more parts than those: `{*}`. */
  readonly asksForMore: boolean
  /** It asks only that there are parts of those names. */
  readonly asksForNames: boolean
}

/** A named part of a query, and whether a value of it will do. */
export interface QueryTest {
  readonly name: string
  readonly accepts: (value: string | undefined) => boolean
}

/** One piece of one or more templates. Never changed once the trie is built. */
export interface TrieNode<V> {
  /** Of all nodes of its trie. */
  readonly id: number
  readonly depth: number
  readonly part: Part
  readonly param: string
  /** 1 for the most specific kind; the root is 6. */
  readonly rank: number
  readonly isGlob: boolean
  /** The one text that it accepts; undefined: `test` decides. */
  readonly text: string | undefined
  /** Undefined: it accepts any text. */
  readonly test: ((text: string) => boolean) | undefined
  /** In the order in which they were added. */
  readonly children: readonly TrieNode<V>[]
  /** Of many children, those that may accept a text, by that text; undefined: there are few. */
  readonly byText: ReadonlyMap<string, readonly TrieNode<V>[]> | undefined
  /** Of many children, those that may accept any other text. */
  readonly wilds: readonly TrieNode<V>[]
  /** The first template without a query that ends here. */
  readonly entry: TrieEntry<V> | undefined
  /** Templates with a query that end here. */
  readonly queries: readonly TrieEntry<V>[]
}

export interface Trie<V> {
  readonly root: TrieNode<V>
  /** Where the address of a URL without a user leads, whatever it is: all templates that have one begin as `*://*:*` does. Undefined: they differ. */
  readonly anyAddress: readonly TrieNode<V>[] | undefined
  /** A part of an address is tested by text with `*` in it. */
  readonly asksByPattern: boolean
  /** All texts for which a node asks, numbered from 1. */
  readonly texts: ReadonlyMap<string, number>
}

/** Children that are compared one by one: a map of fewer costs more. */
const FEW = 4

const RANK = {static: 1, regex: 2, star: 3, default: 4, glob: 5, root: 6} as const

interface Growing<V> extends TrieNode<V> {
  readonly children: Growing<V>[]
  byText: ReadonlyMap<string, readonly Growing<V>[]> | undefined
  wilds: readonly Growing<V>[]
  readonly byKey: Map<string, Growing<V>>
  readonly queries: TrieEntry<V>[]
  entry: TrieEntry<V> | undefined
}

/**
 * Joins templates into one tree over scheme, user, password, host, port, path segments and fragment.
 * Pieces are one node when param and pattern are equal, whatever part they are of, as in Knox: then the
 * part of the first counts. Source: Knox, `Matcher.add`.
 */
export function buildTrie<V>(entries: readonly (readonly [Template, V])[]): Trie<V> {
  const root = node<V>(0, 0, 'path', undefined)
  const texts = new Map<string, number>()
  let count = 1
  let asksByPattern = false
  for (const [template, value] of entries) {
    let at = root
    const way: TrieNode<V>[] = []
    for (const [part, piece] of partsOf(template)) {
      const key = `${piece.param}=${piece.effective}`
      at = at.byKey.get(key) ?? addChild(at, key, node(count++, at.depth + 1, part, piece))
      if (at.text !== undefined && !texts.has(at.text)) texts.set(at.text, texts.size + 1)
      if (at.test !== undefined && part !== 'path') asksByPattern = true
      way.push(at)
    }
    const query = template.query.map(piece => ({name: piece.name, accepts: acceptsValue(piece)}))
    const asksForMore = template.extra?.name === '*'
    const asksForQuery = query.length > 0 || asksForMore
    const asksForNames = asksForQuery && !asksForMore && template.query.every(asksForName)
    const entry = {template, value, way, asksForQuery, query, asksForMore, asksForNames}
    if (template.query.length > 0 || template.extra) at.queries.push(entry)
    else at.entry ??= entry
  }
  sortByText(root)
  return {root, anyAddress: anyAddress(root), asksByPattern, texts}
}

function sortByText<V>(node: Growing<V>): void {
  node.children.forEach(sortByText)
  if (node.children.length <= FEW) return
  const {children} = node
  node.wilds = children.filter(child => child.text === undefined)
  const byText = new Map<string, Growing<V>[]>()
  for (const child of children) if (child.text !== undefined) byText.set(child.text, [])
  for (const child of children)
    for (const same of child.text === undefined ? byText.values() : [byText.get(child.text)]) same?.push(child)
  node.byText = byText
}

function anyAddress<V>(root: TrieNode<V>): readonly TrieNode<V>[] | undefined {
  let reached: readonly TrieNode<V>[] = [root]
  for (const asked of ['scheme', 'host', 'port'] as const) {
    const children = reached.flatMap(node => node.children)
    reached = children.filter(({part}) => part === asked)
    if (!reached.every(({rank}) => rank === RANK.star || rank === RANK.default)) return undefined
    // Where a URL has no port, whatever stands in its place is passed.
    if (asked === 'port' && reached.length < children.length) return undefined
  }
  return reached
}

function partsOf(template: Template): readonly (readonly [Part, Piece])[] {
  const {scheme, username, password, host, port, path, fragment} = template
  const pieces: readonly (readonly [Part, Piece | undefined])[] = [
    ['scheme', scheme],
    ['username', username],
    ['password', password],
    ['host', host],
    ['port', port],
    ...path.map(piece => ['path', piece] as const),
    ['fragment', fragment],
  ]
  return pieces.flatMap(([part, piece]) => (piece ? [[part, piece] as const] : []))
}

function node<V>(id: number, depth: number, part: Part, piece: Piece | undefined): Growing<V> {
  const kind = piece?.kind ?? 'root'
  return {
    id,
    depth,
    part,
    param: piece?.param ?? '',
    rank: RANK[kind],
    isGlob: kind === 'glob',
    text: kind === 'static' ? (piece?.effective ?? '') : undefined,
    test: kind === 'regex' ? wildcard(piece?.effective ?? '') : undefined,
    children: [],
    byText: undefined,
    wilds: [],
    entry: undefined,
    queries: [],
    byKey: new Map(),
  }
}

function addChild<V>(parent: Growing<V>, key: string, child: Growing<V>): Growing<V> {
  parent.byKey.set(key, child)
  parent.children.push(child)
  return child
}

/** A part with any value. */
const asksForName = ({name, patterns}: QueryPiece) =>
  PLAIN_NAME.test(name) && patterns.some(({kind}) => kind !== 'static' && kind !== 'regex')

function acceptsValue({patterns}: QueryPiece): (value: string | undefined) => boolean {
  const tests = patterns.map(({kind, original, effective}) => {
    if (kind === 'static') return (value: string | undefined) => value === original
    if (kind !== 'regex') return () => true
    const test = wildcard(effective ?? '')
    return (value: string | undefined) => value !== undefined && test(value)
  })
  return value => tests.some(test => test(value))
}
