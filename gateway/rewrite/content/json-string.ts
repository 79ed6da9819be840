import type {ValueSyntax} from './editor.js'

/** What must be escaped; half a surrogate pair too (ECMA-262, well-formed JSON.stringify). */
const SPECIAL = /["\\\0-\x1f\ud800-\udfff]/

/** A string of JSON (RFC 8259 §7), without its quotes. */
export const JSON_STRING: ValueSyntax = {
  read(text) {
    if (!text.includes('\\')) return text
    try {
      return JSON.parse(`"${text}"`) as string
    } catch (error) {
      if (error instanceof SyntaxError) return undefined
      throw error
    }
  },
  write: value => (SPECIAL.test(value) ? JSON.stringify(value).slice(1, -1) : value),
}
