import type {RequestUrl} from '../common/request-url.js'
import {Automaton} from './automaton.js'
import {boundParams} from './bound-params.js'
import type {Params} from './params.js'
import {partAt} from './query-items.js'
import {type Target, targetOf} from './target.js'
import type {Template} from './template.js'
import {buildTrie, type TrieEntry} from './trie.js'

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
  const automaton = new Automaton(buildTrie(entries))
  return {
    match(url) {
      let target: Target | undefined
      for (const entry of automaton.end(url).entries) {
        if (!entry.asksForQuery) return new Match(entry, url, target)
        if (entry.asksForNames && !('text' in url)) {
          if (hasNames(entry, url.query)) return new Match(entry, url, target)
        } else {
          target ??= targetOf(url)
          if (fits(entry, target)) return new Match(entry, url, target)
        }
      }
      return undefined
    },
  }
}

/** A class, so that params cost nothing as long as nobody wants them. */
class Match<V> implements TemplateMatch<V> {
  readonly #entry: TrieEntry<V>
  readonly #url: Template | RequestUrl
  readonly #target: Target | undefined
  #params: Params | undefined

  constructor(entry: TrieEntry<V>, url: Template | RequestUrl, target: Target | undefined) {
    this.#entry = entry
    this.#url = url
    this.#target = target
  }

  get template(): Template {
    return this.#entry.template
  }

  get value(): V {
    return this.#entry.value
  }

  get params(): Params {
    this.#params ??= boundParams(this.#entry, this.#target ?? targetOf(this.#url))
    return this.#params
  }
}

function hasNames<V>({query: asked}: TrieEntry<V>, query: string | undefined): boolean {
  if (query === undefined) return false
  for (const {name} of asked) if (partAt(query, name) < 0) return false
  return true
}

function fits<V>({query, asksForMore}: TrieEntry<V>, target: Target): boolean {
  if (asksForMore && target.query().size <= query.length) return false
  for (const {name, accepts} of query) {
    const items = target.query().get(name)
    if (items === undefined || !items.some(({value}) => accepts(value))) return false
  }
  return true
}
