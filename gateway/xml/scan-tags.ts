import {afterBlanks, nameAt} from './names.js'
import {boundBy, checkPrefixes} from './namespaces.js'
import {checkReferences} from './references.js'
import {type AttributeMark, cut, type ElementMark, lineAt, type ScanState} from './scan-state.js'
import {malformed, shown, XmlFault} from './xml-fault.js'

/** How deep elements may nest; Knox's own files need 7. */
const MAX_DEPTH = 64

/** How long the name of an element or attribute may be, in UTF-16 units. */
const MAX_NAME = 200

const NO_ATTRIBUTES: ReadonlyMap<string, AttributeMark> = new Map()

/** Reads `<name attribute="value">` or `<name/>`. */
export function scanOpenTag(state: ScanState): void {
  const {text, at, open, marks} = state
  const name = nameAt(text, at + 1)
  if (name === '')
    throw malformed(
      at,
      `"<" is followed by ${shown(text.charAt(at + 1))}, which begins no name; in text it is written &lt;`,
    )
  if (open.length === 0 && marks.length > 0) throw malformed(at, `<${name}> is a second root element`)
  if (open.length >= MAX_DEPTH)
    throw new XmlFault('xml-limit', at, `<${name}> is nested deeper than ${MAX_DEPTH} elements`)
  checkLength(name, at)
  state.at = at + 1 + name.length
  const attributes = scanAttributes(state, name)
  cut(state, at + 1 + name.length, state.at)
  const mark: ElementMark = {name, at, textAt: undefined, attributes}
  marks.push(mark)
  open.push({mark, prefixes: boundBy(attributes)})
  checkPrefixes(mark, open)
  if (text.charAt(state.at) === '/') open.pop()
  state.before = text.charAt(state.at) === '/' ? 'close-tag' : 'open-tag'
  state.at = text.indexOf('>', state.at) + 1
}

/** Long names would make long messages, many times over. */
function checkLength(name: string, at: number): void {
  if (name.length > MAX_NAME) throw new XmlFault('xml-limit', at, `a name has more than ${MAX_NAME} characters`)
}

/** Reads `</name>`. */
export function scanCloseTag(state: ScanState): void {
  const {text, at} = state
  const element = state.open.pop()
  const name = element && standsAt(text, at + 2, element.mark.name) ? element.mark.name : nameAt(text, at + 2)
  const end = afterBlanks(text, at + 2 + name.length)
  if (!element) throw malformed(at, `</${name}> closes nothing`)
  const {mark} = element
  if (name !== mark.name) throw malformed(at, `</${name}> closes <${mark.name}> of line ${lineAt(text, mark.at)}`)
  if (text.charAt(end) !== '>') throw malformed(at, `</${name} is not ended with ">"`)
  state.before = 'close-tag'
  state.at = end + 1
}

const standsAt = (text: string, offset: number, name: string) =>
  text.startsWith(name, offset) && text.charAt(offset + name.length) === '>'

/** Reads up to the `>` or `/>` of a tag. */
function scanAttributes(state: ScanState, element: string): ReadonlyMap<string, AttributeMark> {
  const {text} = state
  let found: Map<string, AttributeMark> | undefined
  for (;;) {
    const read = plainAttribute(text, state.at) ?? anyAttribute(text, state.at, element, found)
    if (!read) break
    checkNew(read, element, found)
    found ??= new Map()
    found.set(read.name, read)
    state.at = read.end
  }
  state.at = afterBlanks(text, state.at)
  return found ?? NO_ATTRIBUTES
}

type Found = ReadonlyMap<string, AttributeMark> | undefined

function checkNew({name, at}: Pick<ReadAttribute, 'name' | 'at'>, element: string, found: Found): void {
  if (found?.has(name)) throw malformed(at, `<${element}> has the attribute ${name} twice`)
  checkLength(name, at)
}

/** An attribute, and where it ends. */
interface ReadAttribute extends AttributeMark {
  readonly name: string
  readonly end: number
}

const PLAIN = /([ \t\r\n]+)([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)[ \t\r\n]*=[ \t\r\n]*(?:"([^"<&]*)"|'([^'<&]*)')/y

/** An attribute as nearly all are, in one look: its name is ASCII, its value has no reference. */
function plainAttribute(text: string, offset: number): ReadAttribute | undefined {
  PLAIN.lastIndex = offset
  const [whole, blanks = '', name = '', double, single = ''] = PLAIN.exec(text) ?? []
  if (whole === undefined) return undefined
  return {name, at: offset + blanks.length, raw: double ?? single, end: offset + whole.length}
}

/** Any other attribute, or what is wrong with it; undefined at the end of the tag. */
function anyAttribute(text: string, offset: number, element: string, found: Found): ReadAttribute | undefined {
  const at = afterBlanks(text, offset)
  if (isEnd(text, at)) return undefined
  const name = nameAt(text, at)
  if (at >= text.length) throw malformed(at, `<${element} is not ended with ">"`)
  if (name === '') throw malformed(at, `${shown(text.charAt(at))} within <${element}> begins no attribute`)
  if (at === offset) throw malformed(at, `a blank is missing before ${name}`)
  checkNew({name, at}, element, found)
  const start = valueAt(text, at, name)
  const raw = scanValue(text, start, name)
  return {name, at, raw, end: start + raw.length + 1}
}

const isEnd = (text: string, at: number) =>
  text.charAt(at) === '>' || (text.charAt(at) === '/' && text.charAt(at + 1) === '>')

/** Where the value after the name of an attribute begins, behind its quote. */
function valueAt(text: string, at: number, name: string): number {
  const equals = afterBlanks(text, at + name.length)
  if (text.charAt(equals) !== '=') throw malformed(at, `the attribute ${name} has no value`)
  const quote = afterBlanks(text, equals + 1)
  if (text.charAt(quote) !== '"' && text.charAt(quote) !== "'")
    throw malformed(quote, `the value of ${name} is not in quotes`)
  return quote + 1
}

function scanValue(text: string, start: number, name: string): string {
  const end = text.indexOf(text.charAt(start - 1), start)
  if (end < 0) throw malformed(start - 1, `the value of ${name} has no closing quote`)
  const raw = text.slice(start, end)
  const less = raw.indexOf('<')
  if (less >= 0)
    throw malformed(start + less, `"<" in the value of ${name} is written &lt;; or is its closing quote missing?`)
  checkReferences(raw, start)
  return raw
}
