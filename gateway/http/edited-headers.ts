import {type Headers, isNamed, nameTest, valueOf, valuesOf, without} from './headers.js'

/** Fields that are about the very bytes of a body: its length, digests of it (RFC 9530, and those before), and parts of it. */
const isOfBytes = nameTest([
  'content-length',
  'content-md5',
  'digest',
  'content-digest',
  'repr-digest',
  'accept-ranges',
])

/** The headers of a message whose body may be changed on its way. */
export function editedHeaders(headers: Headers): Headers {
  return weakTags(without(headers, isOfBytes))
}

/**
 * With a weak ETag in the place of a strong one: a body that was changed means the same, but its bytes
 * are others (RFC 9110 §8.8.1). The same list when there is none.
 */
function weakTags(headers: Headers): Headers {
  const tag = valueOf(headers, 'etag')
  if (tag === undefined || tag.startsWith('W/')) return headers
  return headers.map((text, i) => (i % 2 === 1 && isNamed(headers[i - 1], 'etag') ? `W/${text}` : text))
}

/** Whether what the client has is a body that was edited: it asked by the weak tag that this one then got. */
export function isOfEdited(asked: Headers, given: Headers): boolean {
  const tag = valueOf(given, 'etag')
  return tag !== undefined && valuesOf(asked, 'if-none-match').some(tags => tags.includes(`W/${tag}`))
}

/** With the tags of If-Match as the service gave them, before `weakTags`: weak ones would never match (RFC 9110 §13.1.1). */
export function strongMatch(headers: Headers): Headers {
  if (valueOf(headers, 'if-match') === undefined) return headers
  return headers.map((text, i) =>
    i % 2 === 1 && isNamed(headers[i - 1], 'if-match') ? text.replaceAll('W/"', '"') : text,
  )
}
