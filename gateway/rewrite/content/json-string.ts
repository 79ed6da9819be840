import type {ValueSyntax} from './editor.js'

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
  write: value => JSON.stringify(value).slice(1, -1),
}
