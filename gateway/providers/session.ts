import type {Clock} from '../common/clock.js'
import {cookiesOf, printSetCookie} from '../http/cookies.js'
import type {Headers} from '../http/headers.js'
import type {Principal} from '../pipeline/principal.js'
import {seal, unseal} from '../secrets/seal.js'

/** Who logged in, in a cookie that only this gateway, and others with its key, can read: none keeps a list of sessions. */
export interface Sessions {
  /** Who a cookie says it is, and the fields that the answer is to bear: a cookie that is half used up is made anew. */
  read(headers: Headers): {readonly principal: Principal; readonly fields: Headers} | undefined
  /** The fields of an answer that begins a session; none when a cookie cannot hold it. */
  begin(principal: Principal): Headers
}

export interface SessionRules {
  readonly cookie: string
  readonly path: string
  /** Milliseconds from one use to the next. */
  readonly timeout: number
  /** Whatever, when it is changed, ends the sessions begun before. */
  readonly purpose: string
  /** A key of 32 bytes. */
  readonly secret: Uint8Array
}

/** Bytes of a cookie that browsers keep (RFC 6265 §6.1). */
const LARGEST = 4000

interface Sealed {
  readonly name: string
  readonly groups: readonly string[]
  /** Milliseconds since 1970. */
  readonly until: number
}

export function sessions({cookie, path, timeout, purpose, secret}: SessionRules, clock: Clock): Sessions {
  const begin = ({name, groups}: Principal): Headers => {
    const sealed: Sealed = {name, groups, until: clock.date() + timeout}
    const value = seal(JSON.stringify(sealed), secret, purpose)
    if (value.length > LARGEST) return []
    return ['Set-Cookie', printSetCookie({name: cookie, value, path, secure: true, httpOnly: true})]
  }
  return {
    begin,
    read(headers) {
      const [value, ...more] = cookiesOf(headers, cookie)
      const text = value === undefined || more.length > 0 ? undefined : unseal(value, secret, purpose)
      if (text === undefined) return undefined
      // only `begin` makes what can be opened
      const {name, groups, until} = JSON.parse(text) as Sealed
      const left = until - clock.date()
      if (left <= 0) return undefined
      const principal = {name, groups, expiresAt: until}
      return {principal, fields: left < timeout / 2 ? begin(principal) : []}
    },
  }
}
