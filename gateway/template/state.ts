import type {TrieEntry, TrieNode} from './trie.js'

/** Texts that are compared one by one: a map of fewer costs more. */
const FEW = 4

/** The nodes of a trie that a walk has reached, in order, and where segments lead from there. */
export class State<V> {
  readonly nodes: readonly TrieNode<V>[]
  /** No segment leads out of it: a `**` at the end of a template holds all that comes. */
  readonly isLast: boolean
  /** All texts for which its nodes ask, numbered from 1; undefined: they count as in the whole trie. */
  readonly few: readonly string[] | undefined
  /** Known by now, by the number of the text; 0 is any for which it does not ask. */
  readonly next: (State<V> | undefined)[] = []
  #entries: readonly TrieEntry<V>[] | undefined

  /** Of one that is not kept no step is remembered. */
  constructor(nodes: readonly TrieNode<V>[], isKept: boolean) {
    this.nodes = nodes
    this.isLast = nodes.every(({isGlob, children}) => isGlob && children.length === 0)
    this.few = isKept ? fewTexts(nodes) : undefined
  }

  /** Any two texts for which it does not ask lead to the same: no node asks for text with `*` in it. */
  get isExact(): boolean {
    return this.nodes.every(({children}) => children.every(({test}) => test === undefined))
  }

  /** What ends at its nodes, the best first: the deepest, then the most specific, then who names the most parts of the query. */
  get entries(): readonly TrieEntry<V>[] {
    this.#entries ??= this.nodes.toSorted(isBetter).flatMap(entriesOf)
    return this.#entries
  }
}

function fewTexts<V>(nodes: readonly TrieNode<V>[]): readonly string[] | undefined {
  if (nodes.some(({byText}) => byText !== undefined)) return undefined
  const texts = new Set(nodes.flatMap(({children}) => children.flatMap(({text}) => text ?? [])))
  return texts.size > FEW ? undefined : [...texts]
}

const isBetter = <V>(one: TrieNode<V>, other: TrieNode<V>) => other.depth - one.depth || one.rank - other.rank

function entriesOf<V>({queries, entry}: TrieNode<V>): readonly TrieEntry<V>[] {
  const sorted = queries.toSorted((one, other) => other.query.length - one.query.length)
  return entry ? [...sorted, entry] : sorted
}
