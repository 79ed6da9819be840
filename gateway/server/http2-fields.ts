import {validateHeaderName, validateHeaderValue} from 'node:http'
import type {OutgoingHttpHeaders} from 'node:http2'
import type {Headers} from '../http/headers.js'

/**
 * Fields as node:http2 takes them: names in lower case (RFC 9113 §8.2.1); repeated ones are one list (RFC 9110 §5.3), but
 * for Set-Cookie. Throws TypeError for what cannot be sent.
 */
export function outgoing(headers: Headers): OutgoingHttpHeaders {
  const fields: Record<string, string | string[]> = Object.create(null)
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] ?? '').toLowerCase()
    const value = headers[i + 1] ?? ''
    validateHeaderName(name)
    validateHeaderValue(name, value)
    const before = fields[name]
    if (before === undefined) fields[name] = value
    else fields[name] = name === 'set-cookie' ? [before, value].flat() : `${before}, ${value}`
  }
  return fields
}
