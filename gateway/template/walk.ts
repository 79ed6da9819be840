import type {Target} from './target.js'
import type {Part, Trie, TrieNode, Visits} from './trie.js'

/** A node that was reached, how, and the text that it took; none when an absent port was passed over. */
export interface Reached<V> {
  readonly node: TrieNode<V>
  readonly from: Reached<V> | undefined
  readonly text: string | undefined
}

/** Where a walk ended. `steps` counts the nodes that were entered: at most one each for a piece of the URL. */
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
  const {scheme, username, password, host, port, segments, fragment} = target
  let reached: readonly Reached<V>[] = [{node: trie.root, from: undefined, text: undefined}]
  let steps = 1
  const go = (part: Part, text: string) => {
    reached = step(trie.visits, reached, part, text)
    steps += reached.length
  }
  if (scheme !== undefined) go('scheme', scheme)
  if (username !== undefined) go('username', username)
  if (password !== undefined) go('password', password)
  if (host !== undefined) {
    go('host', host)
    reached = stepPort(reached, port)
    steps += reached.length
  }
  for (const segment of segments) {
    if (reached.length === 0) break
    go('path', segment)
  }
  return {reached: fragment === undefined ? reached : withFragment(reached, fragment), steps}
}

function step<V>(visits: Visits, reached: readonly Reached<V>[], part: Part, text: string): readonly Reached<V>[] {
  const next: Reached<V>[] = []
  visits.step++
  for (const from of reached) {
    const {node} = from
    if (node.isGlob) enter(visits, next, node, from, text)
    const statics = node.statics.get(text)
    if (statics === undefined) for (const child of node.wilds) enterIf(visits, next, child, from, part, text)
    else for (const child of inOrder(statics, node.wilds)) enterIf(visits, next, child, from, part, text)
  }
  return next
}

/** Both lists by the order in which their nodes were added; it decides between equals. */
function inOrder<V>(some: readonly TrieNode<V>[], others: readonly TrieNode<V>[]): readonly TrieNode<V>[] {
  return others.length === 0 ? some : [...some, ...others].sort((a, b) => a.id - b.id)
}

function enterIf<V>(
  visits: Visits,
  next: Reached<V>[],
  node: TrieNode<V>,
  from: Reached<V>,
  part: Part,
  text: string,
): void {
  if (accepts(node, part, text)) enter(visits, next, node, from, text)
}

function enter<V>(visits: Visits, next: Reached<V>[], node: TrieNode<V>, from: Reached<V>, text: string): void {
  if (visits.lastStep[node.id] === visits.step) return
  visits.lastStep[node.id] = visits.step
  next.push({node, from, text})
}

function accepts<V>(node: TrieNode<V>, part: Part, text: string): boolean {
  return node.part === part && node.accepts(text)
}

/** After a host one piece is always passed: the port, or with no port in the URL whatever stands in its place. */
function stepPort<V>(reached: readonly Reached<V>[], port: string | undefined): readonly Reached<V>[] {
  return reached.flatMap(from =>
    from.node.children
      .filter(node => port === undefined || accepts(node, 'port', port))
      .map(node => ({node, from, text: port})),
  )
}

function withFragment<V>(reached: readonly Reached<V>[], text: string): readonly Reached<V>[] {
  const further = reached.flatMap(from =>
    from.node.children.filter(node => accepts(node, 'fragment', text)).map(node => ({node, from, text})),
  )
  return [...further, ...reached]
}
