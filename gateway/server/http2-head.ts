import type {Headers} from '../http/headers.js'

/** The head of a request of HTTP/2 in the terms of HTTP/1.1. */
export interface PlainHead {
  readonly method: string
  readonly target: string
  /** Empty: none was sent. */
  readonly scheme: string
  /** Of an extended CONNECT (RFC 8441 §4); empty: it is none. */
  readonly protocol: string
  readonly headers: Headers
}

/**
 * Makes a plain head of fields as nghttp2 has checked them (RFC 9113 §8.2, §8.3): `:authority` becomes Host, beside which
 * a Host of its own stays only where it says something else, so that the request is refused; the crumbs of Cookie are
 * joined (§8.2.3).
 */
export function plainHead(fields: Headers): PlainHead {
  const pseudo: Record<string, string> = {}
  const headers: string[] = []
  let cookieAt = -1
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? ''
    const value = fields[i + 1] ?? ''
    if (name.charCodeAt(0) === COLON) pseudo[name] = value
    else if (name === 'cookie' && cookieAt >= 0) headers[cookieAt] += `; ${value}`
    else if (name !== 'host' || !isSameHost(pseudo[':authority'], value)) {
      if (name === 'cookie') cookieAt = headers.length + 1
      headers.push(name, value)
    }
  }
  const {':method': method = '', ':path': target = '', ':scheme': scheme = '', ':protocol': protocol = ''} = pseudo
  const authority = pseudo[':authority']
  return {
    method,
    target,
    scheme,
    protocol,
    headers: authority === undefined ? headers : ['host', authority, ...headers],
  }
}

const COLON = 58

const isSameHost = (authority: string | undefined, host: string) => authority?.toLowerCase() === host.toLowerCase()
