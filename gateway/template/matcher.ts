import type {RequestUrl} from '../common/request-url.js'
import {boundParams} from './bound-params.js'
import type {Params} from './params.js'
import {type Target, targetOf} from './target.js'
import type {Template} from './template.js'
import {buildTrie, type Reached, type TrieEntry, type TrieNode} from './trie.js'
import {type Front, walk} from './walk.js'

/** Finds the most specific of many URL templates. Built once, never changed. */
export interface TemplateMatcher<V> {
  /** `url` is a cut URL, or one that `parseLiteral` read. */
  match(url: Template | RequestUrl): TemplateMatch<V> | undefined
}

export interface TemplateMatch<V> {
  readonly template: Template
  readonly value: V
  /** Worked out when first wanted. */
  readonly params: Params
}

/**
 * Builds a matcher. The deepest piece wins, of equally deep ones the most specific last piece, of these the
 * first added; among templates of one address that differ in their query, the one that names the most parts of it.
 * Neither the number of templates nor that of `**` in one makes matching slower. Source: Knox, `Matcher`.
 */
export function buildMatcher<V>(entries: readonly (readonly [Template, V])[]): TemplateMatcher<V> {
  const trie = buildTrie(entries)
  return {
    match(url) {
      const target = targetOf(url)
      return bestOf(walk(trie, target).reached, target)
    },
  }
}

function bestOf<V>(reached: Front<V>, target: Target): TemplateMatch<V> | undefined {
  let best: Reached<V> | undefined
  let entry: TrieEntry<V> | undefined
  for (let candidate = reached.first; candidate; candidate = candidate.next) {
    if (best && !isBetter(candidate.node, best.node)) continue
    const found = bestEntry(candidate.node, target)
    if (found === undefined) continue
    best = candidate
    entry = found
  }
  return best && entry && new Match(entry, best, target)
}

/** A class, so that params cost nothing as long as nobody wants them. */
class Match<V> implements TemplateMatch<V> {
  readonly #entry: TrieEntry<V>
  readonly #reached: Reached<V>
  readonly #target: Target
  #params: Params | undefined

  constructor(entry: TrieEntry<V>, reached: Reached<V>, target: Target) {
    this.#entry = entry
    this.#reached = reached
    this.#target = target
  }

  get template(): Template {
    return this.#entry.template
  }

  get value(): V {
    return this.#entry.value
  }

  get params(): Params {
    this.#params ??= boundParams(this.#entry, this.#reached, this.#target)
    return this.#params
  }
}

function isBetter<V>(node: TrieNode<V>, best: TrieNode<V>): boolean {
  return node.depth > best.depth || (node.depth === best.depth && node.rank < best.rank)
}

/** Of the templates that end at a node: the one whose query fits best, else the one without a query. */
function bestEntry<V>({queries, entry}: TrieNode<V>, target: Target): TrieEntry<V> | undefined {
  let best: TrieEntry<V> | undefined
  for (const candidate of queries) {
    const isMore = best === undefined || candidate.query.length > best.query.length
    if (isMore && fits(candidate, target)) best = candidate
  }
  return best ?? entry
}

function fits<V>({query, asksForMore}: TrieEntry<V>, target: Target): boolean {
  if (asksForMore && target.query().size <= query.length) return false
  for (const {name, accepts} of query) {
    const items = target.query().get(name)
    if (items === undefined || !items.some(({value}) => accepts(value))) return false
  }
  return true
}
