const NAME = '_'

/**
 * The step `encode-query`: the whole query becomes one part `_`, in Base64 without its padding. A URL
 * without a query stays. Source: Knox, `SecureQueryEncodeProcessor`.
 */
export function encodeQuery(url: string): string {
  const mark = url.indexOf('?')
  if (mark < 0) return url
  const encoded = Buffer.from(url.slice(mark + 1))
    .toString('base64')
    .replace(/=+$/, '')
  return `${url.slice(0, mark + 1)}${NAME}=${encoded}`
}

/**
 * The step `decode-query`: undoes `encode-query`. What was encoded replaces parts of the same name, so
 * that a client cannot override it. A URL without a part `_` stays. Source: Knox, `SecureQueryDecodeProcessor`.
 */
export function decodeQuery(url: string): string {
  const mark = url.indexOf('?')
  if (mark < 0) return url
  const parts = partsOf(url.slice(mark + 1))
  const encoded = parts.find(part => nameOf(part) === NAME)
  if (encoded === undefined) return url
  const decoded = partsOf(Buffer.from(encoded.slice(NAME.length + 1), 'base64').toString('utf8'))
  const names = new Set([NAME, ...decoded.map(nameOf)])
  const query = [...parts.filter(part => !names.has(nameOf(part))), ...decoded].join('&')
  return query === '' ? url.slice(0, mark) : `${url.slice(0, mark + 1)}${query}`
}

const partsOf = (query: string) => query.split('&').filter(part => part !== '')

const nameOf = (part: string) => part.split('=', 1)[0] ?? ''
