import type {Use} from '../trace.js'
import type {Editor, EditorParts, ValueSyntax} from './editor.js'
import type {FirstFit} from './first-fit.js'
import {type ChangeWithin, type WithinChange, withinAttribute} from './html-within.js'
import {type Expression, textEditor} from './text-editor.js'
import {Window} from './window.js'
import {XML_TEXT} from './xml-text.js'

/** What an HTML page's filter says. */
export interface HtmlFilter {
  /** For an attribute or a text as a whole. */
  readonly values: FirstFit
  /** For what expressions find in scripts and style sheets. */
  readonly scripts: readonly Expression[]
}

/** Elements whose content is text up to their end tag (WHATWG HTML §13.2.6.4, RCDATA and RAWTEXT), with where that begins. */
const TEXT_ENDS: ReadonlyMap<string, RegExp> = new Map(
  ['script', 'style', 'title', 'textarea', 'xmp', 'iframe', 'noembed', 'noframes'].map(name => [
    name,
    new RegExp(`</${name}(?=[\\s/>])`, 'gi'),
  ]),
)
/** A `<` before anything else is a character like any other. */
const MARKUP = /<(?=[A-Za-z/!?])/g
/** Characters that may be the beginning of an end tag. */
const OVERLAP = '</noframes>'.length

const TAG_NAME = /<([A-Za-z][^\s/>]*)/y
/** Up to the value of an attribute, the next attribute, or the end of the tag; with the attribute's name and its `=`. */
const ATTRIBUTE = /[\s/]*(?:>|([^\s/>][^\s/>=]*)\s*(=\s*)?)/y
const UNQUOTED_END = /[\s>]/g

/** Reads on; false: more must come. */
type State = (text: string, isLast: boolean) => boolean

/**
 * Rewrites attributes, texts and scripts of an HTML page (WHATWG HTML §13.2.5, as far as one must know to find them). An
 * attribute or a text is looked at as a whole; one longer than the limit is no address, and
 * passes. Source: Knox, `HtmlFilterReaderBase`.
 */
export class HtmlEditor implements Editor {
  readonly #filter: HtmlFilter
  readonly #parts: EditorParts
  readonly #window = new Window()
  /** Where what is read now begins, and up to where it was looked at. */
  #at = 0
  #seen = 0
  /** What is read is too long to be held: it goes on as it came. */
  #passes = false
  /** The element that is text up to its end tag; empty: none. */
  #element = ''
  #quote = ''
  /** How the attribute that is read holds addresses within. */
  #within: ChangeWithin | undefined
  #script: Editor | undefined
  #state: State
  readonly #inside: WithinChange

  /** `isInner`: of a page within an attribute of another; pages within that stay. */
  constructor(filter: HtmlFilter, parts: EditorParts, isInner = false) {
    this.#filter = filter
    this.#parts = parts
    this.#state = this.#text
    this.#inside = {
      address: url => this.#changed(url),
      script: text => this.#changedScript(text),
      page: text => (isInner ? text : this.#changedPage(text)),
    }
  }

  push(text: string): string {
    this.#window.add(text)
    this.#run(false)
    if (this.#window.text.length - this.#at > this.#parts.limit) this.#passes = true
    if (this.#passes) this.#at = Math.max(this.#at, this.#seen)
    return this.#cut(this.#at)
  }

  end(): string {
    this.#run(true)
    return this.#cut(this.#window.text.length)
  }

  #cut(until: number): string {
    const given = this.#window.cut(until)
    this.#at -= until
    this.#seen = Math.max(this.#at, this.#seen - until)
    return given
  }

  #run(isLast: boolean): void {
    const {text} = this.#window
    while (this.#at < text.length && this.#state(text, isLast));
  }

  #go(at: number, state: State): true {
    this.#at = at
    this.#seen = at
    this.#passes = false
    this.#state = state
    return true
  }

  /** `overlap`: so many characters may be the beginning of what is looked for. */
  #wait(text: string, overlap: number): false {
    this.#seen = Math.max(this.#at, text.length - overlap)
    return false
  }

  #text: State = (text, isLast) => {
    const stop = this.#search(text, TEXT_ENDS.get(this.#element) ?? MARKUP)
    if (stop < 0 && !isLast) return this.#wait(text, OVERLAP)
    const end = stop < 0 ? text.length : stop
    if (!this.#passes) this.#change(text, this.#at, end)
    return this.#go(end, this.#markup)
  }

  #scriptText: State = (text, isLast) => {
    const stop = this.#search(text, TEXT_ENDS.get(this.#element) ?? MARKUP)
    const end = stop >= 0 ? stop : isLast ? text.length : Math.max(this.#at, text.length - OVERLAP)
    const script = this.#script
    const isOver = stop >= 0 || isLast
    if (script)
      this.#window.replace(this.#at, end, script.push(text.slice(this.#at, end)) + (isOver ? script.end() : ''))
    this.#go(end, isOver ? this.#markup : this.#scriptText)
    return isOver
  }

  #markup: State = (text, isLast) => {
    const at = this.#at
    const next = text.charAt(at + 1)
    const left = text.length - at
    if (!isLast && (left < 2 || (left < 4 && '<!--'.startsWith(text.slice(at))))) return this.#wait(text, 4)
    if (text.startsWith('<!--', at)) return this.#pass(text, '-->', this.#comment)
    if (!/[A-Za-z]/.test(next)) return this.#pass(text, '>', this.#end)
    TAG_NAME.lastIndex = at
    const [tag = '', name = ''] = TAG_NAME.exec(text) ?? []
    if (at + tag.length === text.length && !isLast) return this.#waitIn(text)
    const element = name.toLowerCase()
    this.#element = TEXT_ENDS.has(element) ? element : ''
    return this.#go(at + tag.length, this.#attributes)
  }

  #comment: State = text => this.#pass(text, '-->', this.#comment)

  /** An end tag, a declaration, or a tag that is too long to be looked at. */
  #end: State = text => this.#pass(text, '>', this.#end)

  /** Goes on up to the end of something that is left as it is; from its third character on: `<!-->` is a comment. */
  #pass(text: string, end: string, state: State): boolean {
    const start = this.#state === state ? this.#at : this.#at + 2
    const stop = text.indexOf(end, Math.max(start, this.#seen))
    if (stop >= 0) {
      this.#element = ''
      return this.#go(stop + end.length, this.#text)
    }
    this.#go(Math.min(text.length, Math.max(start, text.length - end.length + 1)), state)
    return false
  }

  #attributes: State = (text, isLast) => {
    ATTRIBUTE.lastIndex = this.#at
    const [found, name = '', equals] = ATTRIBUTE.exec(text) ?? ['']
    const end = this.#at + found.length
    if (found.endsWith('>')) return this.#endTag(end)
    if (end === text.length || found === '') return isLast ? this.#go(text.length, this.#text) : this.#waitIn(text)
    this.#within = withinAttribute(name)
    return this.#go(end, equals === undefined ? this.#attributes : this.#value)
  }

  /** Within a tag; one that is too long is left as it is. */
  #waitIn(text: string): false {
    if (text.length - this.#at > this.#parts.limit) this.#go(text.length, this.#end)
    return false
  }

  #endTag(end: number): boolean {
    if (this.#element !== 'script' && this.#element !== 'style') return this.#go(end, this.#text)
    this.#script = this.#scriptEditor()
    return this.#go(end, this.#scriptText)
  }

  #scriptEditor(): Editor | undefined {
    const {scripts} = this.#filter
    return scripts.length > 0 ? textEditor(scripts, {...this.#parts, byLine: false}) : undefined
  }

  #value: State = text => {
    const first = text.charAt(this.#at)
    this.#quote = first === '"' || first === "'" ? first : ''
    return this.#go(this.#at + this.#quote.length, this.#quote === '' ? this.#unquoted : this.#quoted)
  }

  #quoted: State = (text, isLast) => {
    const stop = text.indexOf(this.#quote, this.#seen)
    if (stop < 0) return isLast ? this.#go(text.length, this.#text) : this.#wait(text, 0)
    if (!this.#passes) this.#change(text, this.#at, stop, this.#quote)
    return this.#go(stop + 1, this.#attributes)
  }

  #unquoted: State = (text, isLast) => {
    const stop = this.#search(text, UNQUOTED_END)
    if (stop < 0) return isLast ? this.#go(text.length, this.#text) : this.#wait(text, 0)
    if (!this.#passes) this.#change(text, this.#at, stop, '')
    return this.#go(stop, this.#attributes)
  }

  #search(text: string, pattern: RegExp): number {
    pattern.lastIndex = this.#seen
    return pattern.exec(text)?.index ?? -1
  }

  /** `quote`: of an attribute; undefined: it is text. */
  #change(text: string, start: number, end: number, quote?: string): void {
    const bytes = text.slice(start, end)
    if (end - start > this.#parts.limit || !/\S/.test(bytes)) return
    const made = quote === undefined ? this.#changed(bytes, ANY_TEXT) : this.#changedValue(bytes)
    if (made !== bytes)
      this.#window.replace(start, end, quote === undefined ? inText(made, this.#element) : inQuotes(made, quote))
  }

  /** `otherwise`: where no expression fits that names a rule. Text is tried even with blanks in it, as Knox does. */
  #changed(bytes: string, otherwise?: Use): string {
    const plain = bytes.includes('&') ? XML_TEXT.read(bytes) : undefined
    const found = this.#filter.values(plain ?? bytes)?.use
    const use = found?.rule === undefined ? (otherwise ?? found) : found
    return this.#parts.change(bytes, use, plain === undefined || plain === bytes ? undefined : ESCAPED)
  }

  #changedValue(bytes: string): string {
    const made = this.#within?.(bytes, this.#inside) ?? bytes
    return made === bytes ? this.#changed(bytes) : made
  }

  #changedScript(text: string): string {
    const editor = this.#scriptEditor()
    return editor === undefined ? text : editor.push(text) + editor.end()
  }

  #changedPage(text: string): string {
    const page = pageIn(text)
    if (page === undefined) return text
    const editor = new HtmlEditor(this.#filter, this.#parts, true)
    const made = editor.push(page) + editor.end()
    return made === page ? text : ESCAPED.write(made)
  }
}

/** Text is tried even with blanks in it, as Knox does. */
const ANY_TEXT: Use = {rule: '*'}

/** The references that templates escape addresses with (`&#x2F;`, `&amp;`) are those of XML; a text with others is looked at as it is written. */
const ESCAPED: ValueSyntax = {
  read: XML_TEXT.read,
  write: value => value.replaceAll('&', '&amp;'),
}

/** The page that an attribute holds, still as bytes. Undefined: it has a reference to a character beyond ASCII, or one that is not known. */
function pageIn(bytes: string): string | undefined {
  const page = XML_TEXT.read(bytes)
  return page !== undefined && beyondAscii(page) === beyondAscii(bytes) ? page : undefined
}

const beyondAscii = (text: string) => text.replace(/[^\x80-\uffff]+/g, '')

/** Elements in which references mean nothing (WHATWG HTML §13.2.6.4, RAWTEXT): nothing is escaped. */
const RAW: ReadonlySet<string> = new Set(['style', 'xmp', 'iframe', 'noembed', 'noframes'])

/** Blanks of a text that became an address are encoded in its query, but for those at its end. */
function inText(value: string, element: string): string {
  const escaped = RAW.has(element) ? value : value.replaceAll('<', '&lt;')
  return escaped.replace(/\?.*\S/s, query => query.replaceAll(' ', '+'))
}

/** A value that has got what would end it is escaped, and put into quotes where it had none. */
function inQuotes(value: string, quote: string): string {
  if (quote === "'") return value.replaceAll("'", '&#39;')
  const escaped = value.replaceAll('"', '&quot;')
  return quote === '"' || !/[\s"'=<>`]/.test(value) ? escaped : `"${escaped}"`
}
