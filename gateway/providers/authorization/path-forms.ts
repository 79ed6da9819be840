import type {RequestUrl} from '../../common/request-url.js'
import {unescapings, withoutBlanks} from '../../http/unescaped.js'

/**
 * An address as it is, and in each way in which services have been seen to read it: escapes undone once, all but those of
 * slashes, or for good; with or without `\` for `/`, path params and dot segments; without doubled slashes and what is not
 * seen around a segment. Undefined when no service reads it in one way: an overlong UTF-8 form, a NUL. The address itself stands
 * first, and alone when it is plain.
 */
export function formsOf(url: RequestUrl): readonly RequestUrl[] | undefined {
  const {path, query} = url
  const special = SPECIAL.test(path)
  const escaped = query?.includes('%') === true
  if (!special && !escaped) return [url]
  if (UNREADABLE.test(path)) return undefined
  const plain = escaped ? plainQuery(query) : query
  return [url, ...(special ? readingsOf(path) : [path]).map(each => ({...url, path: each, query: plain}))]
}

/** The same in lower case, for services that do not tell cases apart. */
export const folded = (url: RequestUrl): RequestUrl => ({
  ...url,
  path: url.path.toLowerCase(),
  query: url.query?.toLowerCase(),
})

const SPECIAL = /[%;\\]|\/\/|[. ](?:\/|$)/
const UNREADABLE = /%(?:25)*(?:00|c[01]|e0%(?:25)*[89])/i

/** Each thing in which services differ, done or not: what they do alone may undo what they do together. */
function readingsOf(path: string): readonly string[] {
  const slashed = unescapings(path).flatMap(each => [each, each.replaceAll('\\', '/')])
  const bare = slashed.flatMap(each => [each, each.replace(/;[^/]*/g, '')])
  return [...new Set(bare.flatMap(each => [trimmed(each, false), trimmed(each, true)]))]
}

/** Dots at the end, and what stands among them. */
const UNSEEN = /[.\0-\x20\x7F]+$/

/** Without empty segments, and what servers pass over around a name. `dots`: as dot segments lead. */
function trimmed(path: string, dots: boolean): string {
  const kept: string[] = []
  for (const segment of path.split('/').map(withoutBlanks)) {
    if (dots && segment === '..') kept.pop()
    else if (segment === '..') kept.push(segment)
    else if (segment !== '.' && segment !== '') kept.push(segment.replace(UNSEEN, ''))
  }
  return `/${kept.join('/')}${path.endsWith('/') && kept.length > 0 ? '/' : ''}`
}

/** What separates pairs stays encoded: it would make others of them. */
const IN_QUERY = /%(2[DE]|3[0-9]|[46][1-9A-F]|[57][0-9A]|5F|7E|25)/gi

function plainQuery(query: string): string {
  let now = query
  for (let round = 0; round < 4 && now.includes('%'); round++)
    now = now.replace(IN_QUERY, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return now
}
