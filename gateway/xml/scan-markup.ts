import {afterBlanks, nameAt} from './names.js'
import {cut, type ScanState} from './scan-state.js'
import {malformed, shown, XmlFault} from './xml-fault.js'

const QUOTED = (values: string) => `[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:"${values}"|'${values}')`
const DECLARATION = new RegExp(
  `<\\?xml[ \\t\\r\\n]+version${QUOTED('(?:1\\.[0-9]+)')}` +
    `(?:[ \\t\\r\\n]+encoding${QUOTED('([A-Za-z][-A-Za-z0-9._]*)')})?` +
    `(?:[ \\t\\r\\n]+standalone${QUOTED('(?:yes|no)')})?[ \\t\\r\\n]*\\?>`,
  'y',
)

/** Reads `<?xml …?>`, if the text begins with it (XML 1.0 §2.8). */
export function scanDeclaration(state: ScanState): void {
  const {text} = state
  if (!/^<\?xml[ \t\r\n]/.test(text)) return
  DECLARATION.lastIndex = 0
  const [whole, double, single] = DECLARATION.exec(text) ?? []
  if (whole === undefined) throw malformed(0, 'the declaration is <?xml version="1.0" encoding="UTF-8"?>')
  const encoding = double ?? single ?? 'UTF-8'
  if (encoding.toUpperCase() !== 'UTF-8')
    throw new XmlFault('xml-encoding', text.indexOf(encoding), `the encoding is ${encoding}; only UTF-8 is read`)
  state.at = whole.length
  cut(state, 0, whole.length)
}

/** Passes over a processing instruction; none has a meaning here. */
export function scanProcessing(state: ScanState): void {
  const {text, at} = state
  const target = nameAt(text, at + 2)
  const end = text.indexOf('?>', at + 2)
  if (target === '' || target.includes(':')) throw malformed(at, '"<?" is followed by a name')
  if (target.toLowerCase() === 'xml')
    throw malformed(at, 'the XML declaration stands at the very beginning of the file, once')
  if (end < 0) throw malformed(at, `<?${target} is not closed with "?>"`)
  const after = at + 2 + target.length
  if (after !== end && afterBlanks(text, after) === after)
    throw malformed(after, `a blank is missing after <?${target}`)
  state.at = end + 2
  cut(state, at, state.at)
}

/** Passes over a comment or a CDATA section; refuses a DOCTYPE. */
export function scanMarkup(state: ScanState): void {
  const {text, at} = state
  if (text.startsWith('<!--', at)) scanComment(state)
  else if (text.startsWith('<![CDATA[', at)) scanCharacterData(state)
  else throw refused(text, at)
}

function refused(text: string, at: number): XmlFault {
  if (/^<!doctype/i.test(text.slice(at, at + 9)))
    return new XmlFault(
      'doctype-refused',
      at,
      'a DOCTYPE is not read: it can name other files, and entities without end',
    )
  return malformed(at, `${shown(text.slice(at, at + 12))} is neither a comment nor CDATA`)
}

function scanComment(state: ScanState): void {
  const {text, at} = state
  const end = text.indexOf('--', at + 4)
  if (end < 0) throw malformed(at, 'the comment is not closed with "-->"')
  if (text.charAt(end + 2) !== '>') throw malformed(end, '"--" within a comment')
  state.at = end + 3
  cut(state, at, state.at)
}

function scanCharacterData(state: ScanState): void {
  const {text, at, open} = state
  const element = open.at(-1)
  const end = text.indexOf(']]>', at)
  if (!element) throw malformed(at, 'CDATA outside the root element')
  if (end < 0) throw malformed(at, 'CDATA is not closed with "]]>"')
  element.mark.textAt ??= at + '<![CDATA['.length
  state.before = 'text'
  state.at = end + 3
}
