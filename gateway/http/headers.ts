/**
 * Header fields, flat: name, value, name, value …, as sent, repeated ones repeated (RFC 9110 §5).
 * Never a plain object, which would lose order, case and repetition.
 */
export type Headers = readonly string[]

/** Whether a field's name is `lowerName`, in any case. Compares lengths first: most names differ there. */
export function isNamed(name: string | undefined, lowerName: string): boolean {
  return (
    name !== undefined && name.length === lowerName.length && (name === lowerName || name.toLowerCase() === lowerName)
  )
}

/** Whether a field's name, in any case, is one of some. Length and first letter rule most names out. */
export function nameTest(lowerNames: Iterable<string>): (name: string) => boolean {
  const names = new Set(lowerNames)
  const letters = new Int32Array(LENGTHS)
  const lettersOf = (name: string) => letters[name.length % LENGTHS] ?? 0
  for (const name of names) letters[name.length % LENGTHS] = lettersOf(name) | letterOf(name)
  return name => (lettersOf(name) & letterOf(name)) !== 0 && names.has(name.toLowerCase())
}

const LENGTHS = 32

/** A bit for the first letter, whose low five bits are the same in both cases. */
const letterOf = (name: string) => 1 << (name.charCodeAt(0) & 31)

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
