import {type ParamEntry, type Params, paramsOfEntries} from './params.js'
import type {QueryItem} from './query-items.js'
import {segmentsOf, type Target} from './target.js'
import type {TrieEntry} from './trie.js'
import type {Reached} from './walk.js'

type Values = (string | undefined)[]

/** Values are gathered from the last to the first. */
interface Binding {
  readonly name: string
  readonly values: Values
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

function bindings<V>(entry: TrieEntry<V>, last: Reached<V>, target: Target): readonly ParamEntry[] {
  const bound = new Map<string, Binding>()
  bindQuery(entry, target, bound)
  const rest = entry.template.extra?.param ? restOfQuery(target, bound) : []
  const named = bound.size
  bindAddress(last, target, bound)
  const entries = [...bound.values()]
  for (const {values} of entries) values.reverse()
  return [...entries.slice(0, named), ...rest, ...entries.slice(named)]
}

function bindQuery<V>({template}: TrieEntry<V>, target: Target, bound: Map<string, Binding>): void {
  for (const {name, param} of template.query) {
    const items = target.query().get(name)
    if (param === '' || items === undefined) continue
    const {values} = binding(bound, param, 'query')
    for (const item of items) values.push(item.value)
  }
}

/** Parts whose name is bound already are left out. */
function restOfQuery(target: Target, bound: ReadonlyMap<string, Binding>): readonly ParamEntry[] {
  return [...target.query()].filter(([name]) => !bound.has(name)).map(([name, items]) => restEntry(name, items))
}

function restEntry(name: string, items: readonly QueryItem[]): ParamEntry {
  return {
    name,
    origin: 'query',
    values: items.map(item => item.value),
    texts: items.map(item => item.text),
    endsInSlash: false,
  }
}

function bindAddress<V>(last: Reached<V>, target: Target, bound: Map<string, Binding>): void {
  const {heads, path, fragment} = target
  const segments = segmentsOf(path)
  const texts = [...heads.map(head => head.text), ...segments, fragment]
  const pathEnd = heads.length + segments.length
  let end = last.node.part === 'fragment' ? texts.length : pathEnd
  for (let reached: Reached<V> | undefined = last; reached; reached = reached.from) {
    const {node, at} = reached
    const values = node.param === '' ? NOTHING : texts.slice(at, end).filter(text => text !== undefined)
    if (values.length > 0) {
      const param = binding(bound, node.param, 'path')
      param.origin = 'path'
      param.values.push(...values.reverse())
      if (end === pathEnd) param.endsInSlash = path.endsWith('/')
    }
    end = at
  }
}

const NOTHING: string[] = []

function binding(bound: Map<string, Binding>, name: string, origin: 'path' | 'query'): Binding {
  const known = bound.get(name)
  if (known) return known
  const made: Binding = {name, values: [], origin, texts: undefined, endsInSlash: false}
  bound.set(name, made)
  return made
}
