import {GatewayError} from '../../common/errors.js'
import {flag, list, text, type Values} from '../../common/params.js'
import {valueOf} from '../../http/headers.js'
import type {Filter} from '../../pipeline/filter.js'

/** A header that a page of another origin cannot send without being asked (CORS). Source: Knox, `CSRFPreventionFilter`. */
export const csrfParams = {
  'csrf.enabled': flag('Whether requests that may change something need a header of their own.', false),
  'csrf.customHeader': text('That header.', 'X-XSRF-Header'),
  'csrf.methodsToIgnore': list('Methods that need none.', ['GET', 'OPTIONS', 'HEAD']),
}

/** Refuses with 400 what lacks the header; its value does not count. */
export function csrf(options: Values<typeof csrfParams>): readonly Filter[] {
  if (!options['csrf.enabled']) return []
  const header = options['csrf.customHeader'].trim().toLowerCase()
  const ignored = new Set(options['csrf.methodsToIgnore'].map(method => method.toUpperCase()))
  return [
    {
      name: 'WebAppSec CSRF',
      enter(exchange) {
        const {method, headers} = exchange.request
        if (!ignored.has(method) && valueOf(headers, header) === undefined)
          throw new GatewayError(400, 'csrf', 'Missing Required Header for Vulnerability Protection')
        return exchange
      },
    },
  ]
}
