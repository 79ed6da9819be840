import type {Piece, QueryPiece, Template} from './template.js'
import {wildcard} from './wildcard.js'

/** The part of a URL that a node compares. */
export type Part = 'scheme' | 'username' | 'password' | 'host' | 'port' | 'path' | 'fragment'

/** A template among those that end at a node, with what was given for it. */
export interface TrieEntry<V> {
  readonly template: Template
  readonly value: V
  /** What it asks of the query. */
  readonly query: readonly QueryTest[]
  /** It asks for more parts than those: `{*}`. */
  readonly asksForMore: boolean
}

/** A named part of a query, and whether a value of it will do. */
export interface QueryTest {
  readonly name: string
  readonly accepts: (value: string | undefined) => boolean
}

/** One piece of one or more templates. But for the mark of walks never changed once the trie is built. */
export interface TrieNode<V> {
  readonly depth: number
  readonly part: Part
  readonly param: string
  /** 1 for the most specific kind; the root is 6. */
  readonly rank: number
  readonly isGlob: boolean
  /** The one text that it accepts; undefined: `accepts` decides. */
  readonly text: string | undefined
  readonly accepts: (text: string) => boolean
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
  /** The number of the last step that entered it, of all steps of all walks: a walk is never interrupted. */
  entered: number
}

export interface Trie<V> {
  readonly root: TrieNode<V>
  /** Where the address of a URL without a user leads, whatever it is: all templates begin with `*://*:*`. Undefined: they differ. */
  readonly anyAddress: Reached<V> | undefined
}

/**
 * A node that was reached, how, and where: `at` is where a segment begins in the path, or one of `PLACES` for a
 * part of the address. A node holds what stands from there to where the next one was reached; a `**` holds more than one.
 */
export interface Reached<V> {
  readonly node: TrieNode<V>
  readonly from: Reached<V> | undefined
  readonly at: number
  /** The next of those that its walk has reached by now. */
  next: Reached<V> | undefined
}

/** Children that are compared one by one: a map of fewer costs more. */
const FEW = 4

/** Where the parts of an address stand: before the path. */
export const PLACES = {scheme: -5, username: -4, password: -3, host: -2, port: -1} as const

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
  const root = node<V>(0, 'path', undefined)
  for (const [template, value] of entries) {
    let at = root
    for (const [part, piece] of partsOf(template)) {
      const key = `${piece.param}=${piece.effective}`
      at = at.byKey.get(key) ?? addChild(at, key, node(at.depth + 1, part, piece))
    }
    const query = template.query.map(piece => ({name: piece.name, accepts: acceptsValue(piece)}))
    const entry = {template, value, query, asksForMore: template.extra?.name === '*'}
    if (template.query.length > 0 || template.extra) at.queries.push(entry)
    else at.entry ??= entry
  }
  sortByText(root)
  return {root, anyAddress: anyAddress(root)}
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

function anyAddress<V>(root: TrieNode<V>): Reached<V> | undefined {
  let reached: Reached<V> = {node: root, from: undefined, at: PLACES.scheme, next: undefined}
  for (const part of ['scheme', 'host', 'port'] as const) {
    const [node, more] = reached.node.children
    if (node?.part !== part || node.rank !== RANK.star || more !== undefined) return undefined
    reached = {node, from: reached, at: PLACES[part], next: undefined}
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

function node<V>(depth: number, part: Part, piece: Piece | undefined): Growing<V> {
  const kind = piece?.kind ?? 'root'
  // What every walk looks at stands at the beginning, in one line of the processor's cache.
  return {
    part,
    text: kind === 'static' ? (piece?.effective ?? '') : undefined,
    isGlob: kind === 'glob',
    children: [],
    byText: undefined,
    entered: 0,
    accepts: kind === 'regex' ? wildcard(piece?.effective ?? '') : acceptsAny,
    wilds: [],
    depth,
    rank: RANK[kind],
    entry: undefined,
    queries: [],
    param: piece?.param ?? '',
    byKey: new Map(),
  }
}

const acceptsAny = () => true

function addChild<V>(parent: Growing<V>, key: string, child: Growing<V>): Growing<V> {
  parent.byKey.set(key, child)
  parent.children.push(child)
  return child
}

function acceptsValue({patterns}: QueryPiece): (value: string | undefined) => boolean {
  const tests = patterns.map(({kind, original, effective}) => {
    if (kind === 'static') return (value: string | undefined) => value === original
    if (kind !== 'regex') return () => true
    const test = wildcard(effective ?? '')
    return (value: string | undefined) => value !== undefined && test(value)
  })
  return value => tests.some(test => test(value))
}
