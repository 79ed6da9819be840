import {rememberText} from '../common/remember.js'

/**
 * Header fields, flat: name, value, name, value …, as sent, repeated ones repeated (RFC 9110 §5).
 * Never a plain object, which would lose order, case and repetition.
 */
export type Headers = readonly string[]

/** Whether a field's name is `lowerName`, in any case. Letter by letter: a lower-case copy of each name would cost more than all else. */
export function isNamed(name: string | undefined, lowerName: string): boolean {
  if (name === undefined || name.length !== lowerName.length) return false
  for (let i = 0; i < lowerName.length; i++) if (lowered(name.charCodeAt(i)) !== lowerName.charCodeAt(i)) return false
  return true
}

/** The code of an ASCII character in lower case: names have no others (RFC 9110 §5.1). */
const lowered = (code: number) => (code >= 65 && code <= 90 ? code + 32 : code)

/**
 * Whether a field's name, in any case, is one of some. Length and first letter rule most names out, and most of the others
 * are written as usual (`Content-Type`): to compare with that as a whole is three times as fast as letter by letter.
 */
export function nameTest(lowerNames: Iterable<string>): (name: string) => boolean {
  const byLength: {readonly lower: string; readonly usual: string}[][] = []
  for (const lower of new Set(lowerNames)) {
    byLength[lower.length] ??= []
    byLength[lower.length]?.push({lower, usual: lower.replace(/\b[a-z]/g, letter => letter.toUpperCase())})
  }
  return name => {
    const names = byLength[name.length]
    if (names === undefined) return false
    for (const {lower, usual} of names) if (name === usual || isNamed(name, lower)) return true
    return false
  }
}

/** Names of fields that are remembered. */
const MOST_NAMES = 500

/** Remembers what was found out of the names of fields: peers send the same few again and again. */
export const rememberName = <V>(make: (name: string) => V): ((name: string) => V) => rememberText(make, MOST_NAMES)

/** Whether the name of any field is one of those. */
export function hasAny(headers: Headers, isOne: (name: string) => boolean): boolean {
  for (let i = 0; i < headers.length; i += 2) if (isOne(headers[i] ?? '')) return true
  return false
}

/** Value of the first field of that name; undefined when there is none. */
export function valueOf(headers: Headers, lowerName: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) if (isNamed(headers[i], lowerName)) return headers[i + 1]
  return undefined
}

/** Values of all fields of that name, in order. */
export function valuesOf(headers: Headers, lowerName: string): readonly string[] {
  const values: string[] = []
  for (let i = 0; i < headers.length; i += 2) if (isNamed(headers[i], lowerName)) values.push(headers[i + 1] ?? '')
  return values
}

/** With exactly one field of that name: in the place of the first one, else at the end. `name` is sent as given. */
export function replaced(headers: Headers, name: string, value: string): Headers {
  const lowerName = name.toLowerCase()
  const result: string[] = []
  let placed = false
  for (let i = 0; i < headers.length; i += 2) {
    const each = headers[i] ?? ''
    if (!isNamed(each, lowerName)) result.push(each, headers[i + 1] ?? '')
    else if (!placed) {
      placed = true
      result.push(name, value)
    }
  }
  if (!placed) result.push(name, value)
  return result
}

/** Without the fields whose name is excluded; the same list when there are none. */
export function without(headers: Headers, isExcluded: (name: string) => boolean): Headers {
  let result: string[] | undefined
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? ''
    if (isExcluded(name)) result ??= headers.slice(0, i)
    else result?.push(name, headers[i + 1] ?? '')
  }
  return result ?? headers
}

/**
 * Whether a Content-Type is that of an event stream: the media type in any case, parameters such
 * as charset allowed (RFC 9110 §8.3.1).
 */
export function isEventStream(contentType: string | undefined): boolean {
  return contentType !== undefined && EVENT_STREAM.test(contentType)
}

const EVENT_STREAM = /^[\t ]*text\/event-stream[\t ]*(?:;|$)/i

/** `text/html` of `Text/HTML; charset=utf-8`: without parameters, lower case (RFC 9110 §8.3.1). */
export function mediaTypeOf(contentType: string): string {
  const end = contentType.indexOf(';')
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase()
}
