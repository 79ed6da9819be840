import type {ValueSyntax} from './editor.js'

/** What may have to be escaped: quotes, backslashes, control characters, halves of surrogate pairs. */
const SPECIAL = /[^ !#-[\]-\ud7ff\ue000-\uffff]/

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
