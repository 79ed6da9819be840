import type {ValueSyntax} from './editor.js'

const ENTITIES: ReadonlyMap<string, string> = new Map(
  Object.entries({amp: '&', lt: '<', gt: '>', quot: '"', apos: "'"}),
)
const REFERENCES = /&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi

/** Text and attribute values of XML: references are read (XML §4.1, §4.6), what must be escaped is. One with a reference to an entity of the document's own is none. */
export const XML_TEXT: ValueSyntax = {
  read(text) {
    if (!text.includes('&')) return text
    let isKnown = true
    const value = text.replace(REFERENCES, (whole, hex?: string, decimal?: string, name?: string) => {
      const char =
        name === undefined ? charOf(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)) : ENTITIES.get(name)
      isKnown &&= char !== undefined
      return char ?? whole
    })
    return isKnown ? value : undefined
  },
  write: value =>
    value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll("'", '&apos;'),
}

const charOf = (code: number) => (code <= 0x10ffff ? String.fromCodePoint(code) : undefined)

/** The inside of a CDATA section, which nothing in it can escape. */
export const CDATA: ValueSyntax = {
  read: text => text,
  write: value => value.replaceAll(']]>', ']]]]><![CDATA[>'),
}
