/** Name characters of XML 1.0 §2.3, without the colon. */
const START =
  'A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}-\\u{200D}\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}'
const NCNAME = `[${START}][-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}-\\u{2040}${START}]*`
const QNAME = new RegExp(`${NCNAME}(?::${NCNAME})?`, 'uy')
/** A name of ASCII, as nearly all are: found much faster. */
const PLAIN = /[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?/y
/** After such a name: it may be longer than its ASCII. */
const GOES_ON = /[:\u0080-\uFFFF]/
const BLANKS = /[ \t\r\n]*/y

/** The name that stands at an offset, with at most one prefix (Namespaces in XML §4); empty when none does. */
export function nameAt(text: string, offset: number): string {
  PLAIN.lastIndex = offset
  const [plain] = PLAIN.exec(text) ?? []
  if (plain !== undefined && !GOES_ON.test(text.charAt(offset + plain.length))) return plain
  QNAME.lastIndex = offset
  return QNAME.exec(text)?.[0] ?? ''
}

/** The offset after the white space that stands at one. */
export function afterBlanks(text: string, offset: number): number {
  BLANKS.lastIndex = offset
  BLANKS.exec(text)
  return BLANKS.lastIndex
}
