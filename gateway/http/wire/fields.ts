import {FIELD_LINES} from './grammar.js'
import {MalformedMessage} from './malformed-message.js'

/** Reads field lines, flat. Throws MalformedMessage. */
export function readFields(text: string): string[] {
  const fields: string[] = []
  if (text === '') return fields
  // All are looked through at once, and then cut: one expression that captures the parts of each takes twice as long.
  if (!FIELD_LINES.test(text)) throw new MalformedMessage('a header field is none')
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
