import {MalformedMessage} from './malformed-message.js'

/** No two parts of it can match the same: that would take a hostile peer's line quadratic time. */
const FIELD = "[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\\t\\x20-\\x7e\\x80-\\xff]*"

/** All lines are looked through at once, and then cut: one expression that captures the parts of each takes twice as long. */
const FIELDS = new RegExp(`^${FIELD}(?:\\r\\n${FIELD})*$`)

/** Reads field lines, flat. Throws MalformedMessage. */
export function readFields(text: string): string[] {
  const fields: string[] = []
  if (text === '') return fields
  if (!FIELDS.test(text)) throw new MalformedMessage('a header field is none')
  for (let start = 0; start < text.length; ) {
    const colon = text.indexOf(':', start)
    const lineEnd = text.indexOf('\r', colon)
    const end = lineEnd < 0 ? text.length : lineEnd
    fields.push(text.slice(start, colon), trimmed(text, colon + 1, end))
    start = end + 2
  }
  return fields
}

/** A piece without spaces and tabs at both ends. */
function trimmed(text: string, start: number, end: number): string {
  let from = start
  let to = end
  while (from < to && isSpace(text, from)) from++
  while (to > from && isSpace(text, to - 1)) to--
  return text.slice(from, to)
}

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === 32 || code === 9
}
