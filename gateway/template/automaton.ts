import type {RequestUrl} from '../common/request-url.js'
import {State} from './state.js'
import {isPlain, type Target, targetOf} from './target.js'
import type {Template} from './template.js'
import type {Part, Trie, TrieNode} from './trie.js'

/** So many states and steps together are remembered; what is beyond is worked out each time. */
const MOST = 4_000

/**
 * Walks all ways through a trie at once, one piece of the URL after another. However many URLs there are, few sets of nodes are
 * ever reached together: each is made once, and where a segment leads from it is remembered, so that most walks only look
 * that up. Of several ways to a node only the first counts, and so the work is bounded by pieces times nodes however many `**`
 * there are. Source: Knox, `Matcher.match`; differs: a fragment that no template asks for is passed over, where Knox takes
 * it for a path segment.
 */
export class Automaton<V> {
  readonly #trie: Trie<V>
  readonly #states = new Map<string, State<V>>()
  readonly #root: State<V>
  /** Behind an address without a user, whatever it is. */
  readonly #anyAddress: State<V> | undefined
  readonly #addresses = new Map<string, State<V>>()
  /** For how many more states and steps. */
  #room = MOST

  constructor(trie: Trie<V>) {
    this.#trie = trie
    this.#root = this.#stateOf([trie.root])
    this.#anyAddress = trie.anyAddress && this.#stateOf(trie.anyAddress)
  }

  /** Where a URL leads. */
  end(url: Template | RequestUrl): State<V> {
    if (isPlain(url)) {
      const begin = url.host === '' ? this.#root : this.#anyAddress
      if (begin !== undefined) return this.#behind(begin, url.path)
    }
    const target = targetOf(url)
    const state = this.#behind(this.#behindAddress(target), target.path)
    return target.fragment === undefined ? state : this.#behindFragment(state, target.fragment)
  }

  #behind(begin: State<V>, path: string): State<V> {
    let state = begin
    for (let start = 0; start < path.length && !state.isLast; ) {
      const slash = path.indexOf('/', start)
      const end = slash < 0 ? path.length : slash
      if (end > start) state = this.#step(state, path.slice(start, end))
      start = end + 1
    }
    return state
  }

  #step(state: State<V>, text: string): State<V> {
    const number = numberAmong(state.few, text) ?? this.#trie.texts.get(text) ?? 0
    return state.next[number] ?? this.#firstStep(state, text, number)
  }

  #firstStep(state: State<V>, text: string, number: number): State<V> {
    const next = this.#stateOf(step(state.nodes, 'path', text))
    if (this.#room === 0 || (number === 0 && !state.isExact)) return next
    this.#room--
    state.next[number] = next
    return next
  }

  #behindAddress(target: Target): State<V> {
    const key = this.#addressKey(target)
    const known = key === undefined ? undefined : this.#addresses.get(key)
    if (known !== undefined) return known
    const state = this.#firstAddress(target)
    if (key === undefined || this.#room === 0) return state
    this.#room--
    this.#addresses.set(key, state)
    return state
  }

  /** The same for addresses that no template tells apart. Undefined: not remembered. */
  #addressKey({scheme, username, password, host, port}: Target): string | undefined {
    const {texts, asksByPattern} = this.#trie
    if (asksByPattern || username !== undefined || password !== undefined) return undefined
    const numberOf = (text: string | undefined) => (text === undefined ? '' : (texts.get(text) ?? 0))
    return `${numberOf(scheme)} ${numberOf(host)} ${numberOf(port)}`
  }

  #firstAddress({scheme, username, password, host, port}: Target): State<V> {
    let nodes: readonly TrieNode<V>[] = [this.#trie.root]
    if (scheme !== undefined) nodes = step(nodes, 'scheme', scheme)
    if (username !== undefined) nodes = step(nodes, 'username', username)
    if (password !== undefined) nodes = step(nodes, 'password', password)
    if (host !== undefined) nodes = stepPort(step(nodes, 'host', host), port)
    return this.#stateOf(nodes)
  }

  /** A fragment may be passed over, but who asks for it comes first. */
  #behindFragment({nodes}: State<V>, text: string): State<V> {
    const asking = nodes.flatMap(({children}) => children.filter(child => accepts(child, 'fragment', text)))
    return this.#stateOf([...asking, ...nodes])
  }

  #stateOf(nodes: readonly TrieNode<V>[]): State<V> {
    if (this.#room === 0) return new State(nodes, false)
    const key = nodes.map(({id}) => id).join()
    const known = this.#states.get(key)
    if (known !== undefined) return known
    const made = new State(nodes, true)
    this.#states.set(key, made)
    this.#room--
    return made
  }
}

function numberAmong(texts: readonly string[] | undefined, text: string): number | undefined {
  if (texts === undefined) return undefined
  for (let i = 0; i < texts.length; i++) if (texts[i] === text) return i + 1
  return 0
}

/** The nodes to which a piece leads, each once: a `**` can be reached from its parent and from itself. */
function step<V>(nodes: readonly TrieNode<V>[], part: Part, text: string): readonly TrieNode<V>[] {
  const reached = new Set<TrieNode<V>>()
  for (const node of nodes) {
    if (node.isGlob) reached.add(node)
    for (const child of candidates(node, text)) if (accepts(child, part, text)) reached.add(child)
  }
  return [...reached]
}

/** The children that may accept a text, in the order in which they were added: it decides between equals. */
function candidates<V>({children, byText, wilds}: TrieNode<V>, text: string): readonly TrieNode<V>[] {
  return byText === undefined ? children : (byText.get(text) ?? wilds)
}

/** After a host one piece is always passed: the port, or with no port in the URL whatever stands in its place. */
function stepPort<V>(nodes: readonly TrieNode<V>[], port: string | undefined): readonly TrieNode<V>[] {
  return nodes.flatMap(({children}) => children.filter(child => port === undefined || accepts(child, 'port', port)))
}

/** Whether a node takes a piece of a URL. */
export function accepts<V>(node: TrieNode<V>, part: Part, text: string): boolean {
  if (node.part !== part) return false
  return node.text === undefined ? node.test === undefined || node.test(text) : node.text === text
}
