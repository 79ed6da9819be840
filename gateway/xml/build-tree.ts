import {createRequire} from 'node:module'
import type * as FastXmlParser from 'fast-xml-parser'
import type {Locate} from './lines.js'
import {decodeReferences} from './references.js'
import type {Scanned} from './scan.js'
import type {ElementMark} from './scan-state.js'
import type {XmlAttribute, XmlElement} from './xml-element.js'

// The package's CommonJS build is one file, which loads in a quarter of the time of its modules.
const {XMLParser}: typeof FastXmlParser = createRequire(import.meta.url)('fast-xml-parser')

const TEXT = '#text'
const CDATA = '#cdata'

/**
 * Changes no blank. References are decoded here, since some are not by the package; names and attributes
 * come from the scan. The package throws on names such as `constructor`, so it gets to see another.
 */
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  transformTagName: name => `:${name}`,
  textNodeName: TEXT,
  cdataPropName: CDATA,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  jPath: false,
})

/** A node of the package: one property, which holds the nodes within. */
type Node = Readonly<Record<string, unknown>>

/** Scope: one tree. The parser's elements come in the order of the marks. */
interface Build {
  readonly marks: Iterator<ElementMark, undefined>
  readonly locate: Locate
}

/** The root element of a text that was scanned. */
export function buildTree({content, marks}: Scanned, locate: Locate): XmlElement {
  // preserveOrder gives lists of such nodes all the way down
  const [root] = parser.parse(content) as readonly Node[]
  if (!root) throw new TypeError('the parser found no element')
  return elementOf(root, {marks: marks[Symbol.iterator](), locate})
}

function elementOf(node: Node, build: Build): XmlElement {
  const mark = build.marks.next().value
  const [inner] = Object.values(node)
  if (!mark || !Array.isArray(inner)) throw new TypeError(`the parser did not find <${mark?.name}>`)
  const at = build.locate(mark.at)
  const nodes: readonly Node[] = inner
  return {
    name: mark.name,
    at,
    attributes: attributesOf(mark, build),
    text: nodes.map(textOf).join(''),
    textAt: mark.textAt === undefined ? at : build.locate(mark.textAt),
    children: nodes.filter(isElement).map(child => elementOf(child, build)),
  }
}

const isElement = (node: Node) => !(TEXT in node || CDATA in node)

function textOf(node: Node): string {
  const text = node[TEXT]
  if (typeof text === 'string') return decodeReferences(text)
  const section = node[CDATA]
  return Array.isArray(section) ? String(section[0]?.[TEXT] ?? '') : ''
}

const NONE: ReadonlyMap<string, XmlAttribute> = new Map()

function attributesOf({attributes}: ElementMark, {locate}: Build): ReadonlyMap<string, XmlAttribute> {
  if (attributes.size === 0) return NONE
  const read = new Map<string, XmlAttribute>()
  for (const [name, {raw, at}] of attributes) read.set(name, {value: normalised(raw), at: locate(at)})
  return read
}

/** XML 1.0 §3.3.3: white space as blanks, then references. */
function normalised(raw: string): string {
  return decodeReferences(/[\t\r\n]/.test(raw) ? raw.replace(/\r\n|[\t\r\n]/g, ' ') : raw)
}
