import {type ParamEntry, type Params, paramsOfEntries} from './params.js'
import {placed} from './places.js'
import type {QueryItem} from './query-items.js'
import type {Target} from './target.js'
import type {TrieEntry, TrieNode} from './trie.js'

/** Values are gathered from the last to the first. */
interface Binding extends ParamEntry {
  readonly values: (string | undefined)[]
  origin: 'path' | 'query'
  endsInSlash: boolean
}

/**
 * What a template bound when it matched, in Knox's order: named parts of the query, the rest of it when
 * `{**}` asks for it, then path and address from their end. Worked out when first wanted. Source: Knox, `Matcher.createMatch`.
 */
export function boundParams<V>(entry: TrieEntry<V>, target: Target): Params {
  return paramsOfEntries(() => bindings(entry, target))
}

function bindings<V>({template, way}: TrieEntry<V>, target: Target): readonly ParamEntry[] {
  const bound: Binding[] = []
  for (const {name, param} of template.query) if (param !== '') bindQuery(bound, param, target.query().get(name))
  if (template.extra?.param) bindRest(bound, target)
  if (way.some(({param}) => param !== '')) bindAddress(bound, way, target)
  for (const {values, texts} of bound) if (values.length > 1 && texts === undefined) values.reverse()
  return bound
}

function bindQuery(bound: Binding[], param: string, items: readonly QueryItem[] | undefined): void {
  if (items === undefined) return
  const {values} = bindingOf(bound, param, 'query')
  for (const item of items) values.push(item.value)
}

/** Parts whose name is bound already are left out. */
function bindRest(bound: Binding[], target: Target): void {
  const named = bound.length
  for (const [name, items] of target.query()) {
    if (isAmong(bound, named, name)) continue
    const values = items.map(({value}) => value)
    bound.push({name, origin: 'query', values, texts: items.map(({text}) => text), endsInSlash: false})
  }
}

function isAmong(bound: readonly Binding[], count: number, name: string): boolean {
  for (let at = 0; at < count; at++) if (bound[at]?.name === name) return true
  return false
}

function bindAddress<V>(bound: Binding[], way: readonly TrieNode<V>[], target: Target): void {
  const {pieces, places} = placed(way, target)
  const last = target.path.endsWith('/') ? pieces.findLast(({part}) => part === 'path') : undefined
  let end = pieces.length
  for (let i = way.length - 1; i >= 0; i--) {
    const {param = '', part} = way[i] ?? {}
    const place = places[i] ?? 0
    if (part === 'fragment') bindText(bound, param, target.fragment)
    else if (param !== '') {
      for (let each = end - 1; each >= place; each--) bindText(bound, param, pieces[each]?.text)
      if (last !== undefined && pieces[end - 1] === last) bindingOf(bound, param, 'path').endsInSlash = true
    }
    end = place
  }
}

/** A part that the URL does not have binds nothing. */
function bindText(bound: Binding[], param: string, text: string | undefined): void {
  if (param === '' || text === undefined) return
  const binding = bindingOf(bound, param, 'path')
  binding.origin = 'path'
  binding.values.push(text)
}

function bindingOf(bound: Binding[], name: string, origin: 'path' | 'query'): Binding {
  const known = bound.find(binding => binding.name === name && binding.texts === undefined)
  if (known) return known
  const made: Binding = {name, values: [], origin, texts: undefined, endsInSlash: false}
  bound.push(made)
  return made
}
