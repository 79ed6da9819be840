import {shown, XmlFault} from './xml-fault.js'

const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

const REFERENCE = /&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|([^\s;&<#]+));/y
const REFERENCES = /&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|([a-z]+));/g

/** Throws XmlFault for the first reference in `text` that XML does not know by itself; `base` is where the text stands. */
export function checkReferences(text: string, base: number): void {
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) checkReference(text, at, base + at)
}

function checkReference(text: string, at: number, offset: number): void {
  REFERENCE.lastIndex = at
  const [whole, hex, decimal, name = ''] = REFERENCE.exec(text) ?? []
  if (whole === undefined)
    throw fail(offset, '"&" begins a reference such as &amp; or &#160;; by itself it is written &amp;')
  const code = hex === undefined ? decimal && Number(decimal) : Number.parseInt(hex, 16)
  if (typeof code === 'number' && !isChar(code)) throw fail(offset, `${shown(whole)} is no character of XML`)
  if (name !== '' && !PREDEFINED.has(name))
    throw fail(
      offset,
      `${shown(whole)} is not defined; only &amp; &lt; &gt; &quot; &apos; and numbers such as &#160; are`,
    )
}

function fail(offset: number, message: string): XmlFault {
  return new XmlFault('xml-reference', offset, message)
}

/** XML 1.0 §2.2 */
function isChar(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff)
}

/** Puts characters in the place of references that were checked. */
export function decodeReferences(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(REFERENCES, (whole, hex?: string, decimal?: string, name = '') => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
    return decimal === undefined ? (PREDEFINED.get(name) ?? whole) : String.fromCodePoint(Number(decimal))
  })
}
