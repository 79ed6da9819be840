import type {Use} from '../trace.js'
import type {Charset} from './charset.js'
import type {Change} from './editor.js'

/** Rewrites text; undefined: it stays. */
export type RewriteText = (text: string, use: Use | undefined) => string | undefined

/** Changes values in a charset. What is no text in it, and what it cannot write, stays as it came. */
export function changeIn({decode, encode}: Charset, rewrite: RewriteText): Change {
  return (bytes, use, syntax) => {
    const text = decode(bytes)
    const value = text !== undefined && syntax ? syntax.read(text) : text
    if (value === undefined) return bytes
    const made = rewrite(value, use)
    if (made === undefined || made === value) return bytes
    return encode(syntax ? syntax.write(made) : made) ?? bytes
  }
}
