import type {Locate} from './lines.js'
import {decodeReferences} from './references.js'
import type {AttributeMark, ElementMark} from './scan-state.js'
import type {XmlAttribute, XmlElement} from './xml-element.js'

/** The tree of an element that was scanned. */
export function buildTree(mark: ElementMark, locate: Locate): XmlElement {
  const at = locate(mark.at)
  return {
    name: mark.name,
    at,
    attributes: attributesOf(mark.attributes, locate),
    text: mark.text,
    textAt: mark.textAt === undefined ? at : locate(mark.textAt),
    children: mark.children.map(child => buildTree(child, locate)),
  }
}

const NONE: ReadonlyMap<string, XmlAttribute> = new Map()

function attributesOf(
  attributes: ReadonlyMap<string, AttributeMark>,
  locate: Locate,
): ReadonlyMap<string, XmlAttribute> {
  if (attributes.size === 0) return NONE
  const read = new Map<string, XmlAttribute>()
  for (const [name, {raw, at}] of attributes) read.set(name, {value: normalised(raw), at: locate(at)})
  return read
}

/** XML 1.0 §3.3.3: white space as blanks, then references. */
function normalised(raw: string): string {
  return decodeReferences(/[\t\r\n]/.test(raw) ? raw.replace(/\r\n|[\t\r\n]/g, ' ') : raw)
}
