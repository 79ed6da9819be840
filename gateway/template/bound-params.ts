import {type ParamEntry, type Params, paramsOfEntries} from './params.js'
import type {QueryItem} from './query-items.js'
import {segmentsOf, type Target} from './target.js'
import {PLACES, type Reached, type TrieEntry} from './trie.js'

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
export function boundParams<V>(entry: TrieEntry<V>, last: Reached<V>, target: Target): Params {
  return paramsOfEntries(() => bindings(entry, last, target))
}

function bindings<V>({template}: TrieEntry<V>, last: Reached<V>, target: Target): readonly ParamEntry[] {
  const bound: Binding[] = []
  for (const {name, param} of template.query) if (param !== '') bindQuery(bound, param, target.query().get(name))
  if (template.extra?.param) bindRest(bound, target)
  bindAddress(bound, last, target)
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

function bindAddress<V>(bound: Binding[], last: Reached<V>, target: Target): void {
  const {path, fragment} = target
  let end = path.length
  for (let reached: Reached<V> | undefined = last; reached; reached = reached.from) {
    const {node, at} = reached
    if (node.part === 'fragment') bindText(bound, node.param, fragment)
    else if (node.param !== '') {
      const segments = segmentsOf(path.slice(Math.max(at, 0), Math.max(end, 0)))
      for (let each = segments.length - 1; each >= 0; each--) bindText(bound, node.param, segments[each])
      for (let place = Math.min(end, 0) - 1; place >= at; place--) bindText(bound, node.param, textAt(place, target))
      if (segments.length > 0 && end === path.length && path.endsWith('/'))
        bindingOf(bound, node.param, 'path').endsInSlash = true
    }
    end = at
  }
}

function textAt(place: number, target: Target): string | undefined {
  if (place === PLACES.port) return target.port
  if (place === PLACES.host) return target.host
  if (place === PLACES.scheme) return target.scheme
  return place === PLACES.username ? target.username : target.password
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
