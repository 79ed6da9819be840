import {cookieOf, printSetCookie} from '../http/cookies.js'
import type {Headers} from '../http/headers.js'
import type {FailoverPolicy} from './failover-policy.js'

/** Where a sticky cookie holds. */
export interface CookieScope {
  readonly path: string
  readonly secure: boolean
}

/** The cookie that names a client's endpoint. Source: Knox, `CommonHaDispatch`. */
export interface StickyCookie {
  /** What a client's names; undefined: it has none. */
  markIn(headers: Headers): string | undefined
  /** Value of a Set-Cookie. */
  print(mark: string, scope: CookieScope): string
}

/** Undefined: the policy wants none. */
export function stickyCookie(policy: FailoverPolicy | undefined): StickyCookie | undefined {
  if (policy?.enableStickySession !== true || !policy.enableLoadBalancing) return undefined
  const {stickySessionCookieName: name, stickySessionTtl: ttl} = policy
  const maxAge = ttl === undefined ? {} : {maxAge: Math.ceil(ttl / 1000)}
  return {
    markIn: headers => cookieOf(headers, name),
    print: (value, scope) => printSetCookie({name, value, httpOnly: true, ...maxAge, ...scope}),
  }
}
