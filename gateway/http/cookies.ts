import {type Headers, isNamed, valuesOf} from './headers.js'

/**
 * Value of the first cookie of that name that a client sent; undefined when there is none. Names
 * are compared exactly; quotes around a value are part of it (RFC 6265 §5.4).
 */
export function cookieOf(headers: Headers, name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    const value = isNamed(headers[i], 'cookie') ? cookieIn(headers[i + 1] ?? '', name) : undefined
    if (value !== undefined) return value
  }
  return undefined
}

/** Cuts no pair but one that may be it: every request is asked. */
function cookieIn(field: string, name: string): string | undefined {
  for (let at = field.indexOf(name); at >= 0; ) {
    const semicolon = field.indexOf(';', at)
    const end = semicolon < 0 ? field.length : semicolon
    const equals = field.indexOf('=', at)
    const found = equals >= 0 && equals < end && field.slice(field.lastIndexOf(';', at) + 1, equals).trim() === name
    if (found) return field.slice(equals + 1, end).trim()
    at = field.indexOf(name, end)
  }
  return undefined
}

/** Values of all cookies of that name: a client may hold several, of other paths and domains. */
export function cookiesOf(headers: Headers, name: string): readonly string[] {
  return valuesOf(headers, 'cookie').flatMap(field =>
    field.split(';').flatMap(pair => (cookieNameOf(pair) === name ? [pair.slice(pair.indexOf('=') + 1).trim()] : [])),
  )
}

/** Without the cookies of that name; the same list when there are none. */
export const withoutCookie = (headers: Headers, name: string): Headers => withoutCookies(headers, each => each === name)

/** Without the cookies whose names are so; the same list when there are none. */
export function withoutCookies(headers: Headers, isOut: (name: string) => boolean): Headers {
  let changed = false
  const result: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    const [field = '', value = ''] = [headers[i], headers[i + 1]]
    const kept = isNamed(field, 'cookie') ? cookiesWithout(value, isOut) : value
    changed ||= kept !== value
    if (kept !== undefined) result.push(field, kept)
  }
  return changed ? result : headers
}

function cookiesWithout(value: string, isOut: (name: string) => boolean): string | undefined {
  const pairs = value.split(';')
  const kept = pairs.filter(pair => !isOut(cookieNameOf(pair)))
  if (kept.length === pairs.length) return value
  return kept.length === 0 ? undefined : kept.join(';').trim()
}

/** A cookie that the gateway sets. */
export interface SetCookie {
  readonly name: string
  readonly value: string
  readonly path: string
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly sameSite?: 'Strict' | 'Lax' | 'None'
  /** Seconds; absent: for the session of the browser; 0: the cookie is deleted. */
  readonly maxAge?: number
}

const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/
const VALUE = /^[\x21\x23-\x2B\x2D-\x3A\x3C-\x5B\x5D-\x7E]*$/
const PATH = /^\/[\x20-\x3A\x3C-\x7E]*$/

/** The value of a Set-Cookie field (RFC 6265 §4.1.1). Throws RangeError for what that grammar does not allow. */
export function printSetCookie({name, value, path, secure, httpOnly, sameSite, maxAge}: SetCookie): string {
  if (!TOKEN.test(name) || !VALUE.test(value) || !PATH.test(path)) throw new RangeError(`no cookie can be ${name}`)
  let text = `${name}=${value}; Path=${path}`
  if (maxAge !== undefined) text += `; Max-Age=${maxAge}`
  if (secure) text += '; Secure'
  if (httpOnly) text += '; HttpOnly'
  if (sameSite !== undefined) text += `; SameSite=${sameSite}`
  return text
}

/** Name of the cookie of a pair, or that a Set-Cookie field sets. */
export function cookieNameOf(setCookie: string): string {
  const [pair = ''] = setCookie.split(';', 1)
  const equals = pair.indexOf('=')
  return (equals < 0 ? '' : pair.slice(0, equals)).trim()
}
