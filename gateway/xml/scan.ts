import {afterBlanks} from './names.js'
import {checkReferences} from './references.js'
import {scanDeclaration, scanMarkup, scanProcessing} from './scan-markup.js'
import {cut, type ElementMark, lineAt, type ScanState} from './scan-state.js'
import {scanCloseTag, scanOpenTag} from './scan-tags.js'
import {malformed, shown} from './xml-fault.js'

/** What a strict pass makes of a file. */
export interface Scanned {
  /** The document without declaration, attributes, comments, processing instructions and blanks between tags. */
  readonly content: string
  /** Its elements, in order. */
  readonly marks: readonly ElementMark[]
}

const SLASH = 0x2f
const BANG = 0x21
const QUESTION = 0x3f
/** Outside XML 1.0 §2.2; of surrogates there are only pairs, since the text was UTF-8. */
const NO_CHAR = /[^\t\n\r -\uFFFD]/

/**
 * Whether a text is well-formed XML 1.0 with namespaces, in one pass of linear time. Throws XmlFault at
 * the first fault. Stricter than the standard: no DOCTYPE, hence no entities of its own, no other encoding.
 */
export function scan(text: string): Scanned {
  const control = text.search(NO_CHAR)
  if (control >= 0) throw malformed(control, `${shown(text.charAt(control))} is no character of XML`)
  const state: ScanState = {text, at: 0, before: 'close-tag', open: [], marks: [], kept: [], keptTo: 0}
  scanDeclaration(state)
  while (state.at < text.length) scannerFor(text, state.at)(state)
  checkEnd(state)
  cut(state, text.length, text.length)
  return {content: state.kept.join(''), marks: state.marks}
}

function scannerFor(text: string, at: number): (state: ScanState) => void {
  if (text.charAt(at) !== '<') return scanText
  switch (text.charCodeAt(at + 1)) {
    case SLASH:
      return scanCloseTag
    case BANG:
      return scanMarkup
    case QUESTION:
      return scanProcessing
    default:
      return scanOpenTag
  }
}

function scanText(state: ScanState): void {
  const {text, at} = state
  const next = text.indexOf('<', at)
  const ink = afterBlanks(text, at)
  state.at = next < 0 ? text.length : next
  if (ink === state.at) scanBlanks(state, at)
  else scanInk(state, text.slice(at, state.at), at, ink - at)
}

function scanInk(state: ScanState, piece: string, at: number, ink: number): void {
  const element = state.open.at(-1)
  if (!element) throw malformed(at + ink, outside(state, piece.slice(ink)))
  const end = piece.indexOf(']]>')
  if (end >= 0) throw malformed(at + end, '"]]>" in text is written ]]&gt;')
  checkReferences(piece, at)
  element.mark.textAt ??= at + ink
  state.before = 'text'
}

/** Between tags blanks are layout, but not between a tag and its own closing one. */
function scanBlanks(state: ScanState, start: number): void {
  const {text, at, before, open} = state
  const closes = text.charCodeAt(at + 1) === SLASH
  const isLayout = before !== 'text' && text.charCodeAt(at + 1) !== BANG && !(before === 'open-tag' && closes)
  if (isLayout || open.length === 0) cut(state, start, at)
}

function outside({marks}: ScanState, text: string): string {
  return marks.length > 0
    ? `${shown(text)} stands after the end of the root element`
    : `${shown(text)} stands before the root element`
}

function checkEnd({text, open, marks}: ScanState): void {
  const last = open.at(-1)
  if (last) throw malformed(text.length, `<${last.mark.name}> of line ${lineAt(text, last.mark.at)} is not closed`)
  if (marks.length === 0) throw malformed(text.length, 'the file has no element')
}
