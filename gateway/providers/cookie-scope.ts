import {type Headers, isNamed, valueOf} from '../http/headers.js'
import type {Filter} from '../pipeline/filter.js'

/**
 * Cookies of services are for the topology alone, where clients reach it: its path comes before theirs, or is theirs when they
 * have none. Of two topologies neither then gets the other's. Source: Knox, `CookieScopeServletFilter`. Differs: a cookie that is for the topology
 * already stays, where Knox doubles the path.
 */
export const cookieScope: Filter = {
  name: 'CookieScope',
  leave(response, {frontend}) {
    if (response.own || valueOf(response.headers, 'set-cookie') === undefined) return response
    return {...response, headers: scoped(response.headers, frontend.path)}
  },
}

function scoped(headers: Headers, scope: string): Headers {
  return headers.map((text, i) =>
    i % 2 === 1 && isNamed(headers[i - 1], 'set-cookie') ? scopedCookie(text, scope) : text,
  )
}

/** A path that does not begin with a slash counts as none (RFC 6265 §5.2.4). */
const PATH = /;\s*path\s*=\s*(\/[^;]*?)\s*(?=;|$)/gi

function scopedCookie(cookie: string, scope: string): string {
  const path = [...cookie.matchAll(PATH)].at(-1)?.[1]
  if (path === undefined) return `${cookie}; Path=${scope}/`
  if (path === scope || path.startsWith(`${scope}/`)) return cookie
  return `${cookie.replace(PATH, '')}; Path=${scope}${path}`
}
