import type {Target} from './target.js'
import type {Part, Trie, TrieNode, Visits} from './trie.js'

/**
 * A node that was reached, how, and where: `at` is where a segment begins in the path, or one of `PLACES` for a
 * part of the address. A node holds what stands from there to where the next one was reached; a `**` holds more than one.
 */
export interface Reached<V> {
  readonly node: TrieNode<V>
  readonly from: Reached<V> | undefined
  readonly at: number
}

/** Where a walk ended. `steps` counts the nodes that were entered for segments: at most each node once for each. */
export interface Walk<V> {
  readonly reached: readonly Reached<V>[]
  readonly steps: number
}

/**
 * Walks all ways through a trie at once, one piece of the URL after another. Of several ways to a node only
 * the first goes on: it is the one that Knox would choose in the end, and so the work is bounded by
 * pieces times nodes however many `**` there are. Source: Knox, `Matcher.match`; differs: a fragment that no
 * template asks for is passed over, where Knox takes it for a path segment.
 */
export function walk<V>(trie: Trie<V>, target: Target): Walk<V> {
  const {path, fragment} = target
  let reached = walkAddress(trie, target)
  let steps = reached.length
  for (let start = 0; start < path.length && mayMove(reached); ) {
    const slash = path.indexOf('/', start)
    const end = slash < 0 ? path.length : slash
    if (end > start) {
      reached = step(trie.visits, reached, 'path', path.slice(start, end), start)
      steps += reached.length
    }
    start = end + 1
  }
  return {reached: fragment === undefined ? reached : withFragment(reached, fragment, path.length), steps}
}

/** Where the parts of an address stand: before the path. */
export const PLACES = {scheme: -5, username: -4, password: -3, host: -2, port: -1} as const

function walkAddress<V>({root, visits}: Trie<V>, target: Target): Reached<V>[] {
  const {scheme, username, password, host, port} = target
  let reached: Reached<V>[] = [{node: root, from: undefined, at: PLACES.scheme}]
  if (scheme !== undefined) reached = step(visits, reached, 'scheme', scheme, PLACES.scheme)
  if (username !== undefined) reached = step(visits, reached, 'username', username, PLACES.username)
  if (password !== undefined) reached = step(visits, reached, 'password', password, PLACES.password)
  if (host === undefined) return reached
  return stepPort(step(visits, reached, 'host', host, PLACES.host), port)
}

/** Whether another segment changes anything: a `**` at the end of a template holds all that comes. */
function mayMove<V>(reached: readonly Reached<V>[]): boolean {
  for (const {node} of reached) if (!node.isGlob || node.children.length > 0) return true
  return false
}

function step<V>(visits: Visits, reached: readonly Reached<V>[], part: Part, text: string, at: number): Reached<V>[] {
  const next: Reached<V>[] = []
  visits.step++
  for (const from of reached) {
    const {isGlob, statics, wilds} = from.node
    if (isGlob && isFirst(visits, from.node)) next.push(from)
    const same = statics.get(text) ?? NONE
    for (let s = 0, w = 0; s < same.length || w < wilds.length; ) {
      const node = firstAdded(same[s], wilds[w])
      if (node === undefined) break
      if (node === same[s]) s++
      else w++
      if (accepts(node, part, text) && isFirst(visits, node)) next.push({node, from, at})
    }
  }
  return next
}

const NONE: readonly never[] = []

/** The order in which nodes were added decides between equals. */
function firstAdded<V>(one: TrieNode<V> | undefined, other: TrieNode<V> | undefined): TrieNode<V> | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return one.id < other.id ? one : other
}

function accepts<V>(node: TrieNode<V>, part: Part, text: string): boolean {
  return node.part === part && node.accepts(text)
}

/** Whether a step enters a node for the first time. */
function isFirst<V>({lastStep, step}: Visits, {id}: TrieNode<V>): boolean {
  if (lastStep[id] === step) return false
  lastStep[id] = step
  return true
}

/** After a host one piece is always passed: the port, or with no port in the URL whatever stands in its place. */
function stepPort<V>(reached: readonly Reached<V>[], port: string | undefined): Reached<V>[] {
  const next: Reached<V>[] = []
  for (const from of reached)
    for (const node of from.node.children)
      if (port === undefined || accepts(node, 'port', port)) next.push({node, from, at: PLACES.port})
  return next
}

function withFragment<V>(reached: readonly Reached<V>[], text: string, at: number): Reached<V>[] {
  const further: Reached<V>[] = []
  for (const from of reached)
    for (const node of from.node.children) if (accepts(node, 'fragment', text)) further.push({node, from, at})
  return [...further, ...reached]
}
