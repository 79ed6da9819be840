import {type Headers, valuesOf} from './headers.js'

/**
 * Value of the first cookie of that name that a client sent; undefined when there is none. Names
 * are compared exactly; quotes around a value are part of it (RFC 6265 §5.4).
 */
export function cookieOf(headers: Headers, name: string): string | undefined {
  for (const field of valuesOf(headers, 'cookie')) {
    for (const pair of field.split(';')) {
      const equals = pair.indexOf('=')
      if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
    }
  }
  return undefined
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

/** Name of the cookie that a Set-Cookie field sets. */
export function cookieNameOf(setCookie: string): string {
  const [pair = ''] = setCookie.split(';', 1)
  const equals = pair.indexOf('=')
  return (equals < 0 ? '' : pair.slice(0, equals)).trim()
}
