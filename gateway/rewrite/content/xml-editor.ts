import type {Editor, EditorParts, ValueSyntax} from './editor.js'
import {type Apply, applyAt, applyIn, type FilterPart} from './filter-parts.js'
import {HeldPart, type Span} from './held-part.js'
import {ATTRIBUTE_MARK, type Place, TEXT} from './places.js'
import {ValueTooLongError} from './value-too-long-error.js'
import {Window} from './window.js'
import {ATTRIBUTE, CDATA_START, DOCTYPE_START, isNamespace, NAME, PASSING, TAG_STOP} from './xml-markup.js'
import {childOf, localOf} from './xml-path.js'
import {CDATA, XML_TEXT} from './xml-text.js'

const MAX_DEPTH = 1000

type State = (text: string) => boolean

interface Element {
  readonly name: string
  readonly place: Place<FilterPart>
  /** What becomes of its attributes and of all below: of the nearest element that a path selects. */
  readonly apply: Apply | undefined
  /** What becomes of the text right in it. */
  readonly text: Apply | undefined
  /** Its text since its last child, where it is held: before a child and behind it are two values. */
  readonly spans: Span[]
}

const BEST: Apply = {kind: 'apply', rule: undefined}

/**
 * Rewrites texts and attributes of XML (XML 1.0, as far as one must know to find them): those that a filter's paths
 * select, and all when there is no filter. Names are compared without their prefix where the path has none. Source: Knox, `XmlFilterReader`.
 */
export class XmlEditor implements Editor {
  readonly #top: Place<FilterPart>
  readonly #all: Apply | undefined
  readonly #parts: EditorParts
  readonly #window = new Window()
  readonly #elements: Element[] = []
  #at = 0
  #seen = 0
  #passes = false
  #quote = ''
  #end = ''
  #isBroken = false
  #held: HeldPart | undefined
  #state: State

  /** `filter` undefined: everything is tried. */
  constructor(filter: Place<FilterPart>, triesAll: boolean, parts: EditorParts) {
    this.#top = filter
    this.#all = triesAll ? BEST : undefined
    this.#parts = parts
    this.#state = this.#text
  }

  push(text: string): string {
    if (this.#isBroken) return text
    const window = this.#window
    window.add(text)
    while (this.#at < window.text.length && !this.#isBroken && this.#state(window.text));
    if (!this.#isBroken) this.#checkLength()
    return this.#cut(this.#isBroken ? window.text.length : (this.#held?.start ?? this.#at))
  }

  end(): string {
    const {text} = this.#window
    if (!this.#isBroken && (this.#elements.length > 0 || this.#state !== this.#text)) this.#break('it ends too early')
    return this.#cut(text.length)
  }

  #cut(until: number): string {
    const given = this.#window.cut(until)
    this.#at -= until
    this.#seen = Math.max(this.#at, this.#seen - until)
    if (this.#held) this.#held.start -= until
    return given
  }

  #checkLength(): void {
    const {limit} = this.#parts
    const {length} = this.#window.text
    if (this.#held ? length - this.#held.start > limit : length - this.#at > limit && !this.#mayPass())
      throw new ValueTooLongError(limit, this.#held ? undefined : this.#elements.at(-1)?.text?.rule)
    if (this.#passes) this.#at = Math.max(this.#at, this.#seen)
  }

  /** What no path selects need not be held. */
  #mayPass(): boolean {
    if (this.#state === this.#markup) return this.#openUnread() && this.#goPast()
    const apply = this.#elements.at(-1)?.text
    this.#passes = apply === undefined || apply === BEST
    return this.#passes
  }

  /** Opens an element whose tag is too long to be looked at; false: a path may select one of its attributes. */
  #openUnread(): boolean {
    const {place: above = this.#top, apply = this.#all} = this.#elements.at(-1) ?? {}
    NAME.lastIndex = this.#at
    const [, name = ''] = NAME.exec(this.#window.text) ?? []
    const place = childOf(above, name)
    if (name === '' || apply !== this.#all || !(place.isOutside || this.#all)) return false
    this.#elements.push({name, place, apply, text: apply, spans: []})
    return true
  }

  /** To the end of a tag that is not looked at; its last character tells whether the element is empty. */
  #goPast(): true {
    this.#state = this.#longTag
    this.#at = this.#window.text.length - 1
    return true
  }

  #longTag: State = text => {
    const end = this.#tagEnd(text)
    if (end < 0) return !this.#goPast()
    this.#endOfTag(text, end)
    return this.#go(end, this.#text)
  }

  #go(at: number, state: State): true {
    this.#at = at
    this.#seen = at
    this.#passes = false
    this.#state = state
    return true
  }

  #wait(text: string, overlap: number): false {
    this.#seen = Math.max(this.#at, text.length - overlap)
    return false
  }

  #text: State = text => {
    const stop = text.indexOf('<', this.#seen)
    const end = stop < 0 ? text.length : stop
    if (this.#elements.length === 0 && /[^\s\xef\xbb\xbf]/.test(text.slice(this.#at, end)))
      return this.#break('text is out of place')
    if (stop < 0) return this.#wait(text, 0)
    this.#value(text, this.#at, stop, XML_TEXT)
    return this.#go(stop, this.#markup)
  }

  #cdata: State = text => {
    const stop = text.indexOf(']]>', this.#seen)
    if (stop < 0) return this.#wait(text, 2)
    this.#value(text, this.#at, stop, CDATA)
    return this.#go(stop + 3, this.#text)
  }

  #pass: State = text => {
    const stop = text.indexOf(this.#end, this.#at)
    if (stop >= 0) return this.#go(stop + this.#end.length, this.#text)
    this.#go(Math.max(this.#at, text.length - this.#end.length + 1), this.#pass)
    return false
  }

  #markup: State = text => {
    const at = this.#at
    const begin = text.slice(at, at + CDATA_START.length)
    for (const [start, end] of PASSING)
      if (begin.startsWith(start)) {
        this.#end = end
        return this.#go(at + start.length, this.#pass)
      }
    if (begin === CDATA_START) return this.#go(at + begin.length, this.#cdata)
    if (begin === DOCTYPE_START) return this.#go(at, this.#doctype)
    if (begin === '<' || [CDATA_START, DOCTYPE_START, '<!--'].some(start => start.startsWith(begin))) return false
    return this.#tag(text)
  }

  /** With its own markup declarations between brackets. */
  #doctype: State = text => {
    const end = this.#at + this.#parts.limit
    const found = /^<!DOCTYPE[^[>]*(?:\[.*?\]\s*)?>/s.exec(text.slice(this.#at, end))
    if (found) return this.#go(this.#at + found[0].length, this.#text)
    return text.length > end && this.#break('its DOCTYPE is too long')
  }

  #tag(text: string): boolean {
    const end = this.#tagEnd(text)
    if (end < 0) return false
    if (text.charAt(this.#at + 1) === '/') this.#close(text, end)
    else if (this.#held || end - this.#at <= this.#parts.limit) this.#open(text, end)
    else if (this.#openUnread()) this.#endOfTag(text, end)
    else throw new ValueTooLongError(this.#parts.limit)
    return !this.#isBroken && this.#go(end, this.#text)
  }

  /** A `>` within quotes ends nothing. */
  #tagEnd(text: string): number {
    for (;;) {
      if (this.#quote !== '') {
        const stop = text.indexOf(this.#quote, this.#seen)
        if (stop < 0) break
        this.#quote = ''
        this.#seen = stop + 1
      }
      TAG_STOP.lastIndex = this.#seen
      const stop = TAG_STOP.exec(text)
      if (stop === null) break
      this.#seen = stop.index + 1
      if (stop[0] === '>') return this.#seen
      this.#quote = stop[0]
    }
    this.#seen = text.length
    return -1
  }

  #open(text: string, end: number): void {
    const start = this.#at
    NAME.lastIndex = start
    const [begin = '', name = ''] = NAME.exec(text) ?? []
    const parent = this.#elements.at(-1)
    if (begin === '' || this.#elements.length >= MAX_DEPTH) {
      this.#break(begin === '' ? 'a tag has no name' : `it is nested deeper than ${MAX_DEPTH}`)
      return
    }
    const place = childOf(parent?.place ?? this.#top, name)
    const apply = applyAt(place) ?? parent?.apply ?? this.#all
    const element = {name, place, apply, text: applyIn(place, TEXT) ?? apply, spans: []}
    this.#hold(place, name, start)
    this.#attributes(text, start + begin.length, end, element)
    if (this.#isBroken) return
    this.#elements.push(element)
    this.#endOfTag(text, end)
  }

  #endOfTag(text: string, end: number): void {
    if (text.charAt(end - 2) === '/') this.#endElement(end)
  }

  #hold(place: Place<FilterPart>, name: string, start: number): void {
    const [part] = place.here
    if (this.#held) {
      this.#held.foundInside(this.#elements.at(-1)?.spans.splice(0) ?? [])
      this.#held.child(localOf(name))
      this.#held.open()
    } else if (part?.kind === 'buffer') this.#held = new HeldPart(part.inside, start)
  }

  #attributes(text: string, start: number, end: number, element: Element): void {
    ATTRIBUTE.lastIndex = start
    let at = start
    for (let found = ATTRIBUTE.exec(text); found !== null && ATTRIBUTE.lastIndex < end; found = ATTRIBUTE.exec(text)) {
      const [, name = '', quoted = ''] = found
      at = ATTRIBUTE.lastIndex
      this.#attribute(text, name, at - quoted.length + 1, at - 1, element)
    }
    if (!/^\s*\/?>$/.test(text.slice(at, end))) this.#break('an attribute is not well-formed')
  }

  #attribute(text: string, name: string, start: number, end: number, element: Element): void {
    const key = ATTRIBUTE_MARK + localOf(name)
    if (this.#held) {
      this.#held.child(key)
      this.#held.found(this.#held.span(start, end, XML_TEXT))
      return
    }
    const apply = applyIn(element.place, key) ?? element.apply
    if (apply && !isNamespace(name)) this.#change(text, start, end, apply, XML_TEXT)
  }

  #close(text: string, end: number): void {
    const name = text.slice(this.#at + 2, end - 1).trimEnd()
    if (this.#elements.at(-1)?.name === name) this.#endElement(end)
    else this.#break('an end tag does not fit')
  }

  #endElement(end: number): void {
    const element = this.#elements.pop()
    if (!this.#held) return
    this.#held.foundInside(element?.spans ?? [])
    if (!this.#held.close()) return
    if (end - this.#held.start > this.#parts.limit) throw new ValueTooLongError(this.#parts.limit)
    this.#held.change(this.#window, this.#parts.change)
    this.#held = undefined
  }

  #value(text: string, start: number, end: number, syntax: ValueSyntax): void {
    const element = this.#elements.at(-1)
    if (element === undefined || this.#passes || !/\S/.test(text.slice(start, end))) return
    if (this.#held) element.spans.push(this.#held.span(start, end, syntax))
    else if (element.text) this.#change(text, start, end, element.text, syntax)
  }

  #change(text: string, start: number, end: number, apply: Apply, syntax: ValueSyntax): void {
    if (end - start > this.#parts.limit) {
      if (apply === BEST) return
      throw new ValueTooLongError(this.#parts.limit, apply.rule)
    }
    const bytes = text.slice(start, end)
    const made = this.#parts.change(bytes, apply, syntax)
    if (made !== bytes) this.#window.replace(start, end, made)
  }

  #break(why: string): false {
    this.#parts.broken(this.#window.offset(this.#at), why)
    this.#isBroken = true
    return false
  }
}
