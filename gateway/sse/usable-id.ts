import {latin1Of} from '../common/latin1.js'

/** Bytes of an ID that is sent back; a longer one counts as none. */
const LONGEST = 4096

const TAB = 9
const SPACE = 32
const DELETE = 127

/**
 * The value of a field `id`, in these bytes from `start` to `end`, as a `Last-Event-ID` can carry it:
 * each byte a character. Empty when it takes the ID away, and when a header cannot carry it: too long,
 * with a space at its beginning or end, or with a control character (RFC 9110 §5.5). Undefined: it
 * holds NUL and is to be ignored (WHATWG HTML §9.2.6).
 */
export function usableId(bytes: Uint8Array, start: number, end: number): string | undefined {
  let carried = end - start <= LONGEST && !isSpace(bytes[start]) && !isSpace(bytes[end - 1])
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0
    if (byte === 0) return undefined
    if ((byte < SPACE && byte !== TAB) || byte === DELETE) carried = false
  }
  return carried ? latin1Of(bytes, start, end) : ''
}

const isSpace = (byte: number | undefined) => byte === SPACE || byte === TAB
