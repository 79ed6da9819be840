/** What a query says under a name, and the query without it. */
export interface Taken {
  /** As sent, not decoded. */
  readonly values: readonly string[]
  /** Undefined: nothing is left. */
  readonly rest: string | undefined
}

/** Takes all parameters of a name out of a query; names are compared decoded, exactly. */
export function takenFrom(query: string | undefined, name: string): Taken {
  if (query === undefined) return {values: [], rest: query}
  const pairs = query.split('&')
  const kept = pairs.filter(pair => nameOf(pair) !== name)
  if (kept.length === pairs.length) return {values: [], rest: query}
  const values = pairs.filter(pair => nameOf(pair) === name).map(pair => pair.slice(pair.indexOf('=') + 1))
  return {values, rest: kept.length === 0 ? undefined : kept.join('&')}
}

function nameOf(pair: string): string | undefined {
  const [name = ''] = pair.split('=', 1)
  if (!name.includes('%') && !name.includes('+')) return name
  try {
    return decodeURIComponent(name.replaceAll('+', ' '))
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
