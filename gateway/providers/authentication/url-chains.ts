import type {Named, Param} from '../../common/params.js'

/** What Shiro's `[urls]` may say of a path here. */
const FILTERS = ['authcBasic', 'anon', 'noSessionCreation'] as const
type ChainFilter = (typeof FILTERS)[number]

/** Filters between commas, in any case. */
export function chain(doc: string): Param<readonly ChainFilter[]> {
  return {
    doc,
    default: [],
    unit: `list of ${FILTERS.join(' | ')}`,
    read: given => given.split(',').map(readFilter),
  }
}

function readFilter(given: string): ChainFilter {
  const word = given.trim().toLowerCase()
  const found = FILTERS.find(each => each.toLowerCase() === word)
  if (found === undefined) throw new RangeError(`"${given.trim()}" is none of ${FILTERS.join(', ')}`)
  return found
}

/** What a path asks for; `session`: a login is remembered. */
export interface Demand {
  readonly login: boolean
  readonly session: boolean
}

/**
 * The demands of paths behind that of the topology: of patterns that fit the first one counts. Undefined: none fits,
 * and nobody may pass. Source: Shiro, `PathMatchingFilterChainResolver`, `AntPathMatcher`.
 */
export function urlChains(chains: readonly Named<readonly ChainFilter[]>[]): (path: string) => Demand | undefined {
  const made = chains.map(({name, value}) => ({
    pattern: antPattern(name, 's'),
    anyCase: antPattern(name, 'si'),
    login: !value.includes('anon'),
    session: !value.includes('noSessionCreation'),
  }))
  return path => {
    const plain = plainPath(path)
    // Services differ in what they make of it: it leads to nothing that is open.
    if (plain === undefined) return {login: true, session: false}
    const at = made.findIndex(({pattern}) => pattern.test(plain))
    // for a service that does not tell cases apart it is what an earlier one guards
    return made.slice(0, Math.max(0, at)).find(({login, anyCase}) => login && anyCase.test(plain)) ?? made[at]
  }
}

const WILD: Readonly<Record<string, string>> = {'/**': '(?:/.*)?', '**': '.*', '*': '[^/]*', '?': '[^/]'}

/** `?` a character, `*` within a segment, `**` any segments; `/a/**` is `/a` too. */
function antPattern(pattern: string, flags: string): RegExp {
  const source = pattern.replace(/\/?\*\*|[*?]|[.+^${}()|[\]\\]/g, each => WILD[each] ?? `\\${each}`)
  return new RegExp(`^${source}$`, flags)
}

/** A path decoded; undefined when it is not certain what a service makes of it (`%2f`, `..`, `;params`, `//`, blanks around a segment, a dot at its end). */
function plainPath(path: string): string | undefined {
  try {
    const decoded = decodeURIComponent(path)
    const slashes = decoded.split('/').length !== path.split('/').length
    return slashes || DOUBTFUL.test(decoded) ? undefined : decoded
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

const DOUBTFUL = /[\\;%\0]|\/\/|\/[\0-\x20]|[.\0-\x20\x7F](?:\/|$)/
