/** Text of values from bytes and back. Both sides of the bytes are strings with a byte in each character. */
export interface Charset {
  /** Undefined: the bytes are no text in this charset. */
  decode(bytes: string): string | undefined
  /** Undefined: the charset lacks a character. */
  encode(text: string): string | undefined
}

const HAS_HIGH = /[\x80-\uffff]/

/** Source: WHATWG Encoding §4.2, labels of the encodings with a byte for each character, the first half of them ASCII. */
const SINGLE_BYTE =
  /^(us-ascii|ascii|latin\d|l\d|iso-?8859-?\d+|windows-125\d|cp125\d|windows-874|koi8-[ru]|macintosh|ibm866)$/

/**
 * The charset that a media type names, UTF-8 when it names none. Undefined: one in which the bytes of ASCII characters
 * mean something else too (UTF-16, Shift_JIS), or one that is not known: such a body cannot be read as it comes.
 */
export function charsetOf(contentType: string): Charset | undefined {
  return charsetNamed(charsetNameIn(contentType) ?? '')
}

/** The name of the charset in a media type. */
export const charsetNameIn = (contentType: string) => /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1]

/** As `charsetOf`, by the name alone, which may be empty. */
export function charsetNamed(given: string): Charset | undefined {
  const name = given.toLowerCase()
  if (/^(utf-?8)?$/.test(name)) return UTF_8
  return SINGLE_BYTE.test(name) ? singleByte(name) : undefined
}

const strict = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true})

const UTF_8: Charset = {
  decode(bytes) {
    if (!HAS_HIGH.test(bytes)) return bytes
    try {
      return strict.decode(Buffer.from(bytes, 'latin1'))
    } catch (error) {
      if (error instanceof TypeError) return undefined
      throw error
    }
  },
  encode: text => (HAS_HIGH.test(text) ? Buffer.from(text).toString('latin1') : text),
}

function singleByte(name: string): Charset {
  const decoder = new TextDecoder(name)
  const chars = decoder.decode(Uint8Array.from({length: 256}, (_, byte) => byte))
  const bytes = new Map([...chars].map((char, byte) => [char, String.fromCharCode(byte)]))
  return {
    decode: text => (HAS_HIGH.test(text) ? decoder.decode(Buffer.from(text, 'latin1')) : text),
    encode(text) {
      let made = ''
      for (const char of text) {
        const byte = bytes.get(char)
        if (byte === undefined) return undefined
        made += byte
      }
      return made
    },
  }
}
