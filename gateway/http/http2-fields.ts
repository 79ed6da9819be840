import type {Headers} from './headers.js'
import {FIELD_VALUE, TOKEN} from './wire/grammar.js'

/**
 * Fields as node:http2 takes them: names in lower case (RFC 9113 §8.2.1); repeated ones are one list (RFC 9110 §5.3), but
 * for Set-Cookie. Throws TypeError for what cannot be sent.
 */
export function outgoing(headers: Headers): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null)
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] ?? '').toLowerCase()
    const value = headers[i + 1] ?? ''
    if (!TOKEN.test(name) || !FIELD_VALUE.test(value)) throw new TypeError(`a field cannot be sent: ${name}`)
    const before = fields[name]
    if (before === undefined) fields[name] = value
    else fields[name] = name === 'set-cookie' ? [before, value].flat() : `${before}${LIST_END[name] ?? ', '}${value}`
  }
  return fields
}

/** What lies between the parts of a list that is none of commas (RFC 9113 §8.2.3). */
const LIST_END: Readonly<Record<string, string>> = {cookie: '; '}
