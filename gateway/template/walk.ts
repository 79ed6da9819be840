import type {Target} from './target.js'
import type {Part, Trie, TrieNode, Visits} from './trie.js'

/**
 * A node that was reached, how, and where: `at` counts the parts of the address, then the segments. A node
 * holds what stands from there to where the next one was reached; a `**` holds more than one.
 */
export interface Reached<V> {
  readonly node: TrieNode<V>
  readonly from: Reached<V> | undefined
  readonly at: number
}

/** Where a walk ended. `steps` counts the nodes that were entered: at most each node once for a piece of the URL. */
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
export function walk<V>(trie: Trie<V>, {heads, path, fragment}: Target): Walk<V> {
  const {visits} = trie
  let reached: Reached<V>[] = [{node: trie.root, from: undefined, at: 0}]
  let at = 0
  let steps = 1
  for (const {part, text} of heads) {
    reached = part === 'port' ? stepPort(reached, text, at++) : step(visits, reached, part, text ?? '', at++)
    steps += reached.length
  }
  for (let start = 0; start < path.length && mayMove(reached); ) {
    const slash = path.indexOf('/', start)
    const end = slash < 0 ? path.length : slash
    if (end > start) {
      reached = step(visits, reached, 'path', path.slice(start, end), at++)
      steps += reached.length
    }
    start = end + 1
  }
  return {reached: fragment === undefined ? reached : withFragment(reached, fragment, at), steps}
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
function stepPort<V>(reached: readonly Reached<V>[], port: string | undefined, at: number): Reached<V>[] {
  const next: Reached<V>[] = []
  for (const from of reached)
    for (const node of from.node.children)
      if (port === undefined || accepts(node, 'port', port)) next.push({node, from, at})
  return next
}

function withFragment<V>(reached: readonly Reached<V>[], text: string, at: number): Reached<V>[] {
  const further: Reached<V>[] = []
  for (const from of reached)
    for (const node of from.node.children) if (accepts(node, 'fragment', text)) further.push({node, from, at})
  return [...further, ...reached]
}
