import {cookiesOf} from '../../http/cookies.js'
import type {Headers} from '../../http/headers.js'
import {notAuthenticated} from '../refusal.js'
import {readToken} from './token-claims.js'

/**
 * The token that cookies of a name hold; undefined: there is no such cookie. What is no token is passed over, but of two
 * tokens nobody knows which one the user's and which one another site's is: 401, as when there is none among them.
 */
export function tokenCookie(headers: Headers, name: string): string | undefined {
  const values = [...new Set(cookiesOf(headers, name).map(unquoted))]
  if (values.length < 2) return values[0]
  const [token, ...more] = values.filter(value => readToken(value) !== undefined)
  if (token === undefined || more.length > 0) throw notAuthenticated(`${name} comes ${more.length + 1} times`)
  return token
}

const unquoted = (value: string) => value.replace(/^"(.*)"$/, '$1')
