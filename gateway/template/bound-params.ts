import {type ParamEntry, type Params, paramsOfEntries} from './params.js'
import type {QueryItem} from './query-items.js'
import {segmentsOf, type Target} from './target.js'
import type {TrieEntry} from './trie.js'
import type {Reached} from './walk.js'

/** Values are gathered from the last to the first. */
interface Binding {
  readonly name: string
  readonly values: (string | undefined)[]
  origin: 'path' | 'query'
  readonly texts: undefined
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
  const rest = template.extra?.param ? restOfQuery(target, bound) : []
  const named = bound.length
  bindAddress(bound, last, target)
  for (const {values} of bound) values.reverse()
  if (named === 0) return rest.length === 0 ? bound : rest.concat(bound)
  return [...bound.slice(0, named), ...rest, ...bound.slice(named)]
}

function bindQuery(bound: Binding[], param: string, items: readonly QueryItem[] | undefined): void {
  if (items === undefined) return
  const {values} = bindingOf(bound, param, 'query')
  for (const item of items) values.push(item.value)
}

/** Parts whose name is bound already are left out. */
function restOfQuery(target: Target, bound: readonly Binding[]): ParamEntry[] {
  const rest: ParamEntry[] = []
  for (const [name, items] of target.query()) {
    if (bound.some(binding => binding.name === name)) continue
    const values = items.map(item => item.value)
    rest.push({name, origin: 'query', values, texts: items.map(item => item.text), endsInSlash: false})
  }
  return rest
}

function bindAddress<V>(bound: Binding[], last: Reached<V>, {heads, path, fragment}: Target): void {
  const segments = segmentsOf(path)
  const pathEnd = heads.length + segments.length
  const textAt = (at: number) => (at < heads.length ? heads[at]?.text : (segments[at - heads.length] ?? fragment))
  let end = last.node.part === 'fragment' ? pathEnd + 1 : pathEnd
  for (let reached: Reached<V> | undefined = last; reached; reached = reached.from) {
    // An absent port binds nothing.
    const start = textAt(reached.at) === undefined ? reached.at + 1 : reached.at
    if (reached.node.param !== '' && start < end) {
      const binding = bindingOf(bound, reached.node.param, 'path')
      binding.origin = 'path'
      for (let at = end - 1; at >= start; at--) binding.values.push(textAt(at))
      if (end === pathEnd) binding.endsInSlash = path.endsWith('/')
    }
    end = reached.at
  }
}

function bindingOf(bound: Binding[], name: string, origin: 'path' | 'query'): Binding {
  const known = bound.find(binding => binding.name === name)
  if (known) return known
  const made: Binding = {name, values: [], origin, texts: undefined, endsInSlash: false}
  bound.push(made)
  return made
}
