import {afterBlanks} from './names.js'
import {checkReferences, decodeReferences} from './references.js'
import {scanDeclaration, scanMarkup, scanProcessing} from './scan-markup.js'
import {type ElementMark, lineAt, type ScanState, withLineFeeds} from './scan-state.js'
import {scanCloseTag, scanOpenTag} from './scan-tags.js'
import {malformed, shown} from './xml-fault.js'

const SLASH = 0x2f
const BANG = 0x21
const QUESTION = 0x3f
/** Outside XML 1.0 §2.2; of surrogates there are only pairs, since the text was UTF-8. */
const NO_CHAR = /[^\t\n\r -\uFFFD]/

/**
 * The root element of a text that is well-formed XML 1.0 with namespaces, in one pass of linear time. Throws XmlFault at
 * the first fault. Stricter than the standard: no DOCTYPE, hence no entities of its own, no other encoding.
 */
export function scan(text: string): ElementMark {
  const control = text.search(NO_CHAR)
  if (control >= 0) throw malformed(control, `${shown(text.charAt(control))} is no character of XML`)
  const state: ScanState = {text, at: 0, before: 'close-tag', open: [], root: undefined}
  scanDeclaration(state)
  while (state.at < text.length) scannerFor(text, state.at)(state)
  return rootOf(state)
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
  element.mark.text += decodeReferences(withLineFeeds(piece))
  element.mark.textAt ??= at + ink
  state.before = 'text'
}

/** Between tags blanks are layout, but not between a tag and its own closing one. */
function scanBlanks(state: ScanState, start: number): void {
  const {text, at, before, open} = state
  const closes = text.charCodeAt(at + 1) === SLASH
  const isLayout = before !== 'text' && text.charCodeAt(at + 1) !== BANG && !(before === 'open-tag' && closes)
  const element = open.at(-1)
  if (element && !isLayout) element.mark.text += withLineFeeds(text.slice(start, at))
}

function outside({root}: ScanState, text: string): string {
  return root
    ? `${shown(text)} stands after the end of the root element`
    : `${shown(text)} stands before the root element`
}

function rootOf({text, open, root}: ScanState): ElementMark {
  const last = open.at(-1)
  if (last) throw malformed(text.length, `<${last.mark.name}> of line ${lineAt(text, last.mark.at)} is not closed`)
  if (!root) throw malformed(text.length, 'the file has no element')
  return root
}
