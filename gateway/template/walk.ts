import type {Target} from './target.js'
import {type Part, PLACES, type Reached, type Trie, type TrieNode} from './trie.js'

/** Where a walk ended. `steps` counts the nodes that were entered for segments: at most each node once for each. */
export interface Walk<V> {
  readonly reached: Front<V>
  readonly steps: number
}

type Front<V> = readonly Reached<V>[]

/**
 * Walks all ways through a trie at once, one piece of the URL after another. Of several ways to a node only
 * the first goes on: it is the one that Knox would choose in the end, and so the work is bounded by
 * pieces times nodes however many `**` there are. Source: Knox, `Matcher.match`; differs: a fragment that no
 * template asks for is passed over, where Knox takes it for a path segment.
 */
export function walk<V>(trie: Trie<V>, target: Target): Walk<V> {
  const {path, fragment} = target
  let front = walkAddress(trie, target)
  let steps = front.length
  for (let start = 0; start < path.length && mayMove(front); ) {
    const slash = path.indexOf('/', start)
    const end = slash < 0 ? path.length : slash
    if (end > start) {
      front = step(front, 'path', path.slice(start, end), start)
      steps += front.length
    }
    start = end + 1
  }
  return {reached: fragment === undefined ? front : stepFragment(front, fragment, path.length), steps}
}

function walkAddress<V>({root, anyAddress}: Trie<V>, target: Target): Front<V> {
  const {scheme, username, password, host, port} = target
  if (anyAddress && scheme !== undefined && host !== undefined && username === undefined && password === undefined)
    return [anyAddress]
  let front: Front<V> = [{node: root, from: undefined, at: PLACES.scheme}]
  if (scheme !== undefined) front = step(front, 'scheme', scheme, PLACES.scheme)
  if (username !== undefined) front = step(front, 'username', username, PLACES.username)
  if (password !== undefined) front = step(front, 'password', password, PLACES.password)
  return host === undefined ? front : stepPort(step(front, 'host', host, PLACES.host), port)
}

/** Whether another segment changes anything: a `**` at the end of a template holds all that comes. */
function mayMove<V>(front: Front<V>): boolean {
  for (const {node} of front) if (!node.isGlob || node.children.length > 0) return true
  return false
}

/** Steps of all walks so far. Scope: process. */
let stepsEver = 0

function step<V>(before: Front<V>, part: Part, text: string, at: number): Front<V> {
  stepsEver++
  const next: Reached<V>[] = []
  for (const from of before) {
    const {node} = from
    if (node.isGlob && isFirst(node)) next.push(from)
    for (const child of candidates(node, text))
      if (accepts(child, part, text) && isFirst(child)) next.push({node: child, from, at})
  }
  return next
}

/** The children that may accept a text, in the order in which they were added: it decides between equals. */
function candidates<V>({children, byText, wilds}: TrieNode<V>, text: string): readonly TrieNode<V>[] {
  return byText === undefined ? children : (byText.get(text) ?? wilds)
}

function accepts<V>(node: TrieNode<V>, part: Part, text: string): boolean {
  return node.part === part && (node.text === undefined ? node.accepts(text) : node.text === text)
}

/** Whether a step enters a node for the first time. Only a `**` can be reached in two ways: from its parent, and from itself. */
function isFirst<V>(node: TrieNode<V>): boolean {
  if (!node.isGlob) return true
  if (node.entered === stepsEver) return false
  node.entered = stepsEver
  return true
}

/** After a host one piece is always passed: the port, or with no port in the URL whatever stands in its place. */
function stepPort<V>(before: Front<V>, port: string | undefined): Front<V> {
  const next: Reached<V>[] = []
  for (const from of before)
    for (const node of from.node.children)
      if (port === undefined || accepts(node, 'port', port)) next.push({node, from, at: PLACES.port})
  return next
}

/** A fragment may be passed over, but who asks for it comes first. */
function stepFragment<V>(before: Front<V>, text: string, at: number): Front<V> {
  const next: Reached<V>[] = []
  for (const from of before)
    for (const node of from.node.children) if (accepts(node, 'fragment', text)) next.push({node, from, at})
  return [...next, ...before]
}
