import type {Sealer} from './sealer.js'

const NAME = '_'

/**
 * The step `encode-query`: the whole query becomes one part `_`, in Base64 without its padding. A URL
 * without a query stays. Source: Knox, `SecureQueryEncodeProcessor`.
 */
export function encodeQuery(url: string): string {
  return hidden(url, query => Buffer.from(query).toString('base64').replace(/=+$/, ''))
}

/** The step `encrypt-query`: as `encode-query`, but nobody else can read or make it. Source: Knox, `SecureQueryEncryptProcessor`. */
export function encryptQuery(url: string, {seal}: Sealer): string {
  return hidden(url, seal)
}

/**
 * The step `decode-query`: undoes `encode-query`. What was encoded replaces parts of the same name, so
 * that a client cannot override it. A URL without a part `_` stays. Source: Knox, `SecureQueryDecodeProcessor`.
 */
export function decodeQuery(url: string): string {
  return shown(url, encoded => Buffer.from(encoded, 'base64').toString('utf8')) ?? url
}

/**
 * The step `decrypt-query`: undoes `encrypt-query`. Undefined for a URL without a part `_`: the step fails. Throws TamperedError.
 * Source: Knox, `SecureQueryDecryptProcessor`.
 */
export function decryptQuery(url: string, {open}: Sealer): string | undefined {
  return shown(url, open)
}

function hidden(url: string, hide: (query: string) => string): string {
  const mark = url.indexOf('?')
  return mark < 0 ? url : `${url.slice(0, mark + 1)}${NAME}=${hide(url.slice(mark + 1))}`
}

function shown(url: string, show: (hidden: string) => string): string | undefined {
  const mark = url.indexOf('?')
  const parts = mark < 0 ? [] : partsOf(url.slice(mark + 1))
  const found = parts.find(part => nameOf(part) === NAME)
  if (found === undefined) return undefined
  const decoded = partsOf(show(found.slice(NAME.length + 1)))
  const names = new Set([NAME, ...decoded.map(nameOf)])
  const query = [...parts.filter(part => !names.has(nameOf(part))), ...decoded].join('&')
  return query === '' ? url.slice(0, mark) : `${url.slice(0, mark + 1)}${query}`
}

const partsOf = (query: string) => query.split('&').filter(part => part !== '')

const nameOf = (part: string) => part.split('=', 1)[0] ?? ''
