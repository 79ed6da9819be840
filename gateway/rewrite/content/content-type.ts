import type {ContentDescriptor, FilterDescriptor} from '../../descriptor/rewrite-descriptor.js'

/** How a body is read. `text`: what expressions find in it is rewritten, all else is not looked at. */
export type ContentKind = 'html' | 'json' | 'xml' | 'form' | 'text'

const KINDS: readonly (readonly [RegExp, ContentKind])[] = [
  [/^[^/]+\/html$/, 'html'],
  [/^[^/]+\/(hal\+)?json$/, 'json'],
  [/^[^/]+\/xml$/, 'xml'],
  [/^[^/]+\/x-www-form-urlencoded$/, 'form'],
  [/^[^/]+\/(x-)?javascript$|^text\/(css|plain)$/, 'text'],
]

/** Types that only a filter can make a body of (RFC 6839). */
const BY_SUFFIX: readonly (readonly [RegExp, ContentKind])[] = [
  [/\+json$/, 'json'],
  [/\+xml$/, 'xml'],
]

/** Undefined: a body of that media type is not looked into. Source: Knox, the `UrlRewriteStreamFilter`s. Differs: CSS and plain text can be. */
export function kindOf(mediaType: string, isNamed: boolean): ContentKind | undefined {
  const kinds = isNamed ? [...KINDS, ...BY_SUFFIX] : KINDS
  return kinds.find(([pattern]) => pattern.test(mediaType))?.[1]
}

/** Where the parts of a filter for a type have something to look into: `*` stands for all that there is. */
export function isLookedInto(type: string): boolean {
  const [main, sub = ''] = type.trim().toLowerCase().split('/', 2)
  const types = main === '*' ? [`text/${sub}`, `application/${sub}`] : [`${main}/${sub}`]
  return sub === '*' || OTHERS.has(sub) || types.some(each => kindOf(each, true) !== undefined)
}

const OTHERS: ReadonlySet<string> = new Set(['event-stream', 'x-http-headers', 'x-http-cookies'])

/** Types that files name most, for who misspells one. */
export const COMMON_TYPES: readonly string[] = [
  ...['html', 'json', 'xml', 'javascript', 'x-javascript', 'css'].map(sub => `*/${sub}`),
  ...['html', 'xml', 'css', 'plain', 'javascript', 'event-stream'].map(sub => `text/${sub}`),
  ...['json', 'xml', 'javascript', 'x-javascript', 'x-www-form-urlencoded'].map(sub => `application/${sub}`),
  ...['x-http-headers', 'x-http-cookies'].map(sub => `application/${sub}`),
]

/** The part of a filter for a media type; of several that fit the most specific one, of twins the last. Source: Knox, `MimeTypeMap`. Differs: `*+json` stands for all with that suffix (RFC 6839). */
export function contentFor({contents}: FilterDescriptor, mediaType: string): ContentDescriptor | undefined {
  const [main = '', sub = ''] = mediaType.split('/', 2)
  const suffix = /\+[^+]+$/.exec(sub)?.[0] ?? ''
  for (const type of [mediaType, `*/${sub}`, `${main}/*${suffix}`, `*/*${suffix}`, `${main}/*`, '*/*']) {
    const content = contents.findLast(each => each.type.trim().toLowerCase() === type)
    if (content) return content
  }
  return undefined
}
