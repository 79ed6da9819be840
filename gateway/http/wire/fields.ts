import {MalformedMessage} from './malformed-message.js'

/** Fields of a head, and of trailers. */
const MAX_FIELDS = 500

/** No two parts of it can match the same: that would take a hostile peer's line quadratic time. */
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)$/

/** Reads field lines, flat. Throws MalformedMessage. */
export function readFields(text: string): string[] {
  const fields: string[] = []
  if (text === '') return fields
  for (const line of text.split('\r\n', MAX_FIELDS + 1)) {
    const match = FIELD.exec(line)
    if (!match) throw new MalformedMessage('a header field is none')
    fields.push(match[1] ?? '', trimmed(match[2] ?? ''))
  }
  if (fields.length > 2 * MAX_FIELDS) throw new MalformedMessage('too many header fields')
  return fields
}

/** Without spaces and tabs at both ends. */
function trimmed(value: string): string {
  let from = 0
  let to = value.length
  while (from < to && isSpace(value, from)) from++
  while (to > from && isSpace(value, to - 1)) to--
  return value.slice(from, to)
}

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === 32 || code === 9
}
