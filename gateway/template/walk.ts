import type {Target} from './target.js'
import {type Front, type Part, PLACES, type Reached, type Trie, type TrieNode, type Visits} from './trie.js'

/**
 * Where a walk ended; it holds until the next walk. `steps` counts the nodes that were entered for segments: at
 * most each node once for each.
 */
export interface Walk<V> {
  readonly reached: Front<V>
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
  const {visits} = trie
  walkAddress(trie, target)
  let steps = visits.front.size
  for (let start = 0; start < path.length && mayMove(visits.front); ) {
    const slash = path.indexOf('/', start)
    const end = slash < 0 ? path.length : slash
    if (end > start) {
      step(visits, 'path', path.slice(start, end), start)
      steps += visits.front.size
    }
    start = end + 1
  }
  if (fragment !== undefined) stepFragment(visits, fragment, path.length)
  return {reached: visits.front, steps}
}

function walkAddress<V>({root, anyAddress, visits}: Trie<V>, target: Target): void {
  const {scheme, username, password, host, port} = target
  visits.front.size = 0
  if (anyAddress && scheme !== undefined && host !== undefined && username === undefined && password === undefined) {
    visits.front.list[visits.front.size++] = anyAddress
    return
  }
  add(visits.front, root, undefined, PLACES.scheme)
  if (scheme !== undefined) step(visits, 'scheme', scheme, PLACES.scheme)
  if (username !== undefined) step(visits, 'username', username, PLACES.username)
  if (password !== undefined) step(visits, 'password', password, PLACES.password)
  if (host === undefined) return
  step(visits, 'host', host, PLACES.host)
  stepPort(visits, port)
}

function add<V>(front: Front<V>, node: TrieNode<V>, from: Reached<V> | undefined, at: number): void {
  front.list[front.size++] = {node, from, at}
}

/** What was the front may be filled anew; gives it, and the empty one that becomes the front. */
function turn<V>(visits: Visits<V>): {before: Front<V>; next: Front<V>} {
  const {front: before, spare: next} = visits
  next.size = 0
  visits.front = next
  visits.spare = before
  return {before, next}
}

/** Whether another segment changes anything: a `**` at the end of a template holds all that comes. */
function mayMove<V>({list, size}: Front<V>): boolean {
  for (let i = 0; i < size; i++) {
    const node = list[i]?.node
    if (node !== undefined && (!node.isGlob || node.children.length > 0)) return true
  }
  return false
}

function step<V>(visits: Visits<V>, part: Part, text: string, at: number): void {
  const {before, next} = turn(visits)
  visits.step++
  for (let i = 0; i < before.size; i++) {
    const from = before.list[i]
    if (from === undefined) break
    const {node} = from
    if (node.isGlob && isFirst(visits, node)) next.list[next.size++] = from
    for (const child of candidates(node, text))
      if (accepts(child, part, text) && isFirst(visits, child)) add(next, child, from, at)
  }
}

/** The children that may accept a text, in the order in which they were added: it decides between equals. */
function candidates<V>({children, byText, wilds}: TrieNode<V>, text: string): readonly TrieNode<V>[] {
  return byText === undefined ? children : (byText.get(text) ?? wilds)
}

function accepts<V>(node: TrieNode<V>, part: Part, text: string): boolean {
  return node.part === part && (node.text === undefined ? node.accepts(text) : node.text === text)
}

/** Whether a step enters a node for the first time. Only a `**` can be reached in two ways: from its parent, and from itself. */
function isFirst<V>({lastStep, step}: Visits<V>, {id, isGlob}: TrieNode<V>): boolean {
  if (!isGlob) return true
  if (lastStep[id] === step) return false
  lastStep[id] = step
  return true
}

/** After a host one piece is always passed: the port, or with no port in the URL whatever stands in its place. */
function stepPort<V>(visits: Visits<V>, port: string | undefined): void {
  const {before, next} = turn(visits)
  for (const from of before.list.slice(0, before.size))
    for (const node of from.node.children)
      if (port === undefined || accepts(node, 'port', port)) add(next, node, from, PLACES.port)
}

/** A fragment may be passed over, but who asks for it comes first. */
function stepFragment<V>(visits: Visits<V>, text: string, at: number): void {
  const {before, next} = turn(visits)
  const reached = before.list.slice(0, before.size)
  for (const from of reached)
    for (const node of from.node.children) if (accepts(node, 'fragment', text)) add(next, node, from, at)
  for (const from of reached) next.list[next.size++] = from
}
