import type {Target} from './target.js'
import {type Part, PLACES, type Reached, type Trie, type TrieNode} from './trie.js'

/** Where a walk ended. `steps` counts the nodes that were entered for segments: at most each node once for each. */
export interface Walk<V> {
  readonly reached: Front<V>
  readonly steps: number
}

/** What a walk has reached by now, in order; scope: one walk. Linked, since arrays of one or two would be most of the memory that a request costs. */
export class Front<V> {
  first: Reached<V> | undefined
  #last: Reached<V> | undefined
  size = 0

  /** Takes it out of any other list. */
  add(reached: Reached<V>): void {
    reached.next = undefined
    if (this.#last === undefined) this.first = reached
    else this.#last.next = reached
    this.#last = reached
    this.size++
  }

  /** Empties it; gives the first of those that stood in it. */
  take(): Reached<V> | undefined {
    const {first} = this
    this.first = undefined
    this.#last = undefined
    this.size = 0
    return first
  }
}

/**
 * Walks all ways through a trie at once, one piece of the URL after another. Of several ways to a node only
 * the first goes on: it is the one that Knox would choose in the end, and so the work is bounded by
 * pieces times nodes however many `**` there are. Source: Knox, `Matcher.match`; differs: a fragment that no
 * template asks for is passed over, where Knox takes it for a path segment.
 */
export function walk<V>(trie: Trie<V>, target: Target): Walk<V> {
  const {path, fragment} = target
  const front = walkAddress(trie, target)
  let steps = front.size
  for (let start = 0; start < path.length && mayMove(front); ) {
    const slash = path.indexOf('/', start)
    const end = slash < 0 ? path.length : slash
    if (end > start) {
      step(front, 'path', path.slice(start, end), start)
      steps += front.size
    }
    start = end + 1
  }
  if (fragment !== undefined) stepFragment(front, fragment, path.length)
  return {reached: front, steps}
}

function walkAddress<V>({root, anyAddress}: Trie<V>, target: Target): Front<V> {
  const {scheme, username, password, host, port} = target
  if (anyAddress && scheme !== undefined && host !== undefined && username === undefined && password === undefined)
    return frontOf(anyAddress)
  const front = frontOf({node: root, from: undefined, at: PLACES.scheme, next: undefined})
  if (scheme !== undefined) step(front, 'scheme', scheme, PLACES.scheme)
  if (username !== undefined) step(front, 'username', username, PLACES.username)
  if (password !== undefined) step(front, 'password', password, PLACES.password)
  if (host !== undefined) {
    step(front, 'host', host, PLACES.host)
    stepPort(front, port)
  }
  return front
}

function frontOf<V>(reached: Reached<V>): Front<V> {
  const front = new Front<V>()
  front.add(reached)
  return front
}

/** Whether another segment changes anything: a `**` at the end of a template holds all that comes. */
function mayMove<V>(front: Front<V>): boolean {
  for (let each = front.first; each; each = each.next)
    if (!each.node.isGlob || each.node.children.length > 0) return true
  return false
}

/** Steps of all walks so far. Scope: process. */
let stepsEver = 0

/** Moves a front on by a piece of the URL. */
function step<V>(front: Front<V>, part: Part, text: string, at: number): void {
  stepsEver++
  for (let from = front.take(); from; ) {
    const {node, next} = from
    if (node.isGlob && isFirst(node)) front.add(from)
    for (const child of candidates(node, text))
      if (accepts(child, part, text) && isFirst(child)) front.add({node: child, from, at, next: undefined})
    from = next
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
function isFirst<V>(node: TrieNode<V>): boolean {
  if (!node.isGlob) return true
  if (node.entered === stepsEver) return false
  node.entered = stepsEver
  return true
}

/** After a host one piece is always passed: the port, or with no port in the URL whatever stands in its place. */
function stepPort<V>(front: Front<V>, port: string | undefined): void {
  for (let from = front.take(); from; from = from.next)
    for (const node of from.node.children)
      if (port === undefined || accepts(node, 'port', port)) front.add({node, from, at: PLACES.port, next: undefined})
}

/** A fragment may be passed over, but who asks for it comes first. */
function stepFragment<V>(front: Front<V>, text: string, at: number): void {
  const first = front.take()
  for (let from = first; from; from = from.next)
    for (const node of from.node.children)
      if (accepts(node, 'fragment', text)) front.add({node, from, at, next: undefined})
  for (let from = first; from; ) {
    const {next} = from
    front.add(from)
    from = next
  }
}
