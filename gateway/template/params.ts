/**
 * Where a value came from: the path or another part of the address, the query, or neither: somebody
 * made it. Values of a URL are text as it was sent, with its escapes.
 */
export type ParamOrigin = 'path' | 'query' | 'made'

/** The values of one name from one place. */
export interface ParamEntry {
  readonly name: string
  readonly origin: ParamOrigin
  /** In order of appearance; undefined for a name that stood in a query without `=`. */
  readonly values: readonly (string | undefined)[]
  /** Each part of the query as it stood, name and value; only of entries that `{**}` gathered. */
  readonly texts: readonly string[] | undefined
  /** The values were the end of a path, and the path ended in a slash. */
  readonly endsInSlash: boolean
}

/**
 * Each name to its values, in order of appearance. A name may have two entries, of the address and of the
 * rest of a query: the address counts then, and the query's part is only carried over by `{**}`. (Knox joins
 * the two, so that a client's `?host=` becomes a part of `{host}`.)
 */
export interface Params {
  /** A name that stood in a query without `=` has the value ''. Undefined: no such name. */
  get(name: string): readonly string[] | undefined
  names(): Iterable<string>
  entries(): readonly ParamEntry[]
}

/** Params that somebody made: each name to its values; `null` is a name without a value. */
export function paramsOf(record: Readonly<Record<string, readonly (string | null)[]>>): Params {
  return paramsOfEntries(() =>
    Object.entries(record).map(([name, values]) => ({
      name,
      origin: 'made',
      values: values.map(value => value ?? undefined),
      texts: undefined,
      endsInSlash: false,
    })),
  )
}

/** The params of both; a name that `newer` has is `newer`'s alone. */
export function joinedParams(older: Params, newer: Params): Params {
  return paramsOfEntries(() => {
    const names = new Set(newer.names())
    return [...older.entries().filter(entry => !names.has(entry.name)), ...newer.entries()]
  })
}

/** Params made of entries, which are asked for once, when they are first wanted. */
export function paramsOfEntries(make: () => readonly ParamEntry[]): Params {
  let made: readonly ParamEntry[] | undefined
  const entries = () => {
    made ??= make()
    return made
  }
  return {
    get: name => entryOf(entries(), name)?.values.map(value => value ?? ''),
    names: () => new Set(entries().map(entry => entry.name)),
    entries,
  }
}

/** The entry that counts for a name. */
export function entryOf(entries: readonly ParamEntry[], name: string): ParamEntry | undefined {
  let found: ParamEntry | undefined
  for (const entry of entries) {
    if (entry.name !== name) continue
    if (entry.origin !== 'query') return entry
    found ??= entry
  }
  return found
}
