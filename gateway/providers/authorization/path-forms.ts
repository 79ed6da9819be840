import type {RequestUrl} from '../../common/request-url.js'

/**
 * An address as it is, and as a service may read it: escapes undone (also twice), `\` for `/`, without path params, doubled
 * slashes, dot segments and what ends a segment unseen. Undefined when no service reads it in one way: an overlong UTF-8 form.
 * The address itself stands first, and alone when it is plain.
 */
export function formsOf(url: RequestUrl): readonly RequestUrl[] | undefined {
  const {path, query} = url
  const special = SPECIAL.test(path)
  const escaped = query?.includes('%') === true
  if (!special && !escaped) return [url]
  if (OVERLONG.test(path)) return undefined
  return [url, {...url, path: special ? plainPath(path) : path, query: escaped ? plainQuery(query) : query}]
}

/** The same in lower case, for services that do not tell cases apart. */
export const folded = (url: RequestUrl): RequestUrl => ({
  ...url,
  path: url.path.toLowerCase(),
  query: url.query?.toLowerCase(),
})

const SPECIAL = /[%;\\]|\/\/|[. ](?:\/|$)/
const OVERLONG = /%c[01]/i

/** Services have been seen to decode twice; more often makes no difference to them. */
const ROUNDS = 4

function decoded(text: string, escape: RegExp): string {
  let now = text
  for (let round = 0; round < ROUNDS && now.includes('%'); round++)
    now = now.replace(escape, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return now
}

const ASCII = /%([0-7][0-9A-Fa-f])/g

function plainPath(path: string): string {
  const kept: string[] = []
  const segments = decoded(path, ASCII).replaceAll('\\', '/').split('/')
  for (const segment of segments) {
    const bare = segment.replace(/;.*$/s, '')
    if (bare === '..') kept.pop()
    else if (bare !== '.' && bare !== '') kept.push(bare.replace(/[. ]+$/, ''))
  }
  const folder = /[/]$/.test(path) && kept.length > 0
  return `/${kept.join('/')}${folder ? '/' : ''}`
}

/** What separates pairs stays encoded: it would make others of them. */
const IN_QUERY = /%(2[DE]|3[0-9]|[46][1-9A-F]|[57][0-9A]|5F|7E|25)/gi

const plainQuery = (query: string) => decoded(query, IN_QUERY)
