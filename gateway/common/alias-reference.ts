/** `${ALIAS=name}` in the value of a param, also written `S{ALIAS=name}`. Source: Knox, `ShiroConfig`, `AliasService`. */
const REFERENCE = /[$S]\{ALIAS=([^{}]+)\}/g

/** The aliases that a value names. */
export const aliasesIn = (value: string) => [...value.matchAll(REFERENCE)].map(([, name = '']) => name.trim())

/** JSON with what its texts name in place of the references. */
export function withAliases<V>(value: V, valueOf: (name: string) => string): V {
  // each value is replaced by one of its own kind
  return replacedIn(value, valueOf) as V
}

function replacedIn(value: unknown, valueOf: (name: string) => string): unknown {
  if (typeof value === 'string') return value.replace(REFERENCE, (_, name: string) => valueOf(name.trim()))
  if (Array.isArray(value)) return value.map(each => replacedIn(each, valueOf))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, replacedIn(each, valueOf)]))
}
