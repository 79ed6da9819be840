import type {Editor, EditorParts} from './editor.js'
import {applyAt, type FilterPart} from './filter-parts.js'
import {HeldPart} from './held-part.js'
import {JSON_STRING} from './json-string.js'
import type {Place} from './places.js'
import {ValueTooLongError} from './value-too-long-error.js'
import {Window} from './window.js'

/** What may come next. */
type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma'

/** Deeper texts pass as they came. Jackson, which Knox uses, has the same limit. */
const MAX_DEPTH = 1000

/** No string holds these as they are (RFC 8259 §7). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
const SPECIAL = /[\\\0-\x1f]/g
const SCALAR = /[-+.\w]*/y

/** Stands for a name that no path has. */
const UNNAMED = '\x01'

/** A container that one is in. */
interface Level {
  readonly isArray: boolean
  readonly place: Place<FilterPart>
  /** The place of what is read now. */
  child: Place<FilterPart>
  count: number
}

/**
 * Rewrites strings of JSON texts, one or several in a row (RFC 8259). Those that a filter's paths select go by its
 * rules; all others are tried against the rule that fits best, when `triesAll`. A string that is longer than
 * the limit and that no path selects passes. Source: Knox, `JsonFilterReader`. Differs: an index counts, and names and numbers stay as they are written.
 */
export class JsonEditor implements Editor {
  readonly #parts: EditorParts
  readonly #top: Place<FilterPart>
  readonly #triesAll: boolean
  readonly #window = new Window()
  readonly #levels: Level[] = []
  #expected: Expected = 'value'
  /** Where the next character is read, within a string too. */
  #at = 0
  /** Where the next quote and the next special character are, as last looked for. */
  #quote = -1
  #special = -1
  /** Where a string that is held begins; below 0: none is. */
  #stringAt = -1
  #inString = false
  #inScalar = false
  #isBroken = false
  #held: HeldPart | undefined

  constructor(filter: Place<FilterPart>, triesAll: boolean, parts: EditorParts) {
    this.#top = filter
    this.#triesAll = triesAll
    this.#parts = parts
  }

  push(text: string): string {
    if (this.#isBroken) return text
    const window = this.#window
    window.add(text)
    this.#quote = -1
    this.#special = -1
    this.#scan()
    if (this.#isBroken) return window.cut(window.text.length)
    return this.#cut(this.#held?.start ?? (this.#stringAt < 0 ? window.text.length : this.#stringAt))
  }

  end(): string {
    const {text} = this.#window
    if (!this.#isBroken && (this.#inString || this.#levels.length > 0)) this.#break('it ends too early')
    return this.#cut(text.length)
  }

  #cut(until: number): string {
    const given = this.#window.cut(until)
    this.#at -= until
    if (this.#held) this.#held.start -= until
    if (this.#stringAt >= 0) this.#stringAt -= until
    return given
  }

  #scan(): void {
    const {text} = this.#window
    while (this.#at < text.length && !this.#isBroken) {
      if (this.#inString) this.#readString(text)
      else if (this.#inScalar) this.#readScalar(text)
      else this.#readToken(text.charCodeAt(this.#at))
    }
    this.#checkLength(text.length)
  }

  #checkLength(end: number): void {
    const {limit} = this.#parts
    if (this.#held && end - this.#held.start > limit) throw new ValueTooLongError(limit)
    if (this.#stringAt >= 0 && this.#inString && !this.#held && end - this.#stringAt > limit) this.#letPass()
  }

  /** The string that is read is too long to be held. */
  #letPass(): void {
    const level = this.#levels.at(-1)
    const apply = this.#expected === 'name' ? undefined : applyAt(level?.child ?? this.#top)
    if (apply) throw new ValueTooLongError(this.#parts.limit, apply.rule)
    this.#stringAt = -1
  }

  #readToken(char: number): void {
    switch (char) {
      case 32:
      case 9:
      case 10:
      case 13:
        this.#at++
        return
      case 34 /* " */:
        this.#beginString()
        return
      case 123 /* { */:
      case 91 /* [ */:
        this.#open(char === 91)
        return
      case 125 /* } */:
      case 93 /* ] */:
        this.#close(char === 93)
        return
      case 58 /* : */:
        this.#pass('colon', 'value')
        return
      case 44 /* , */:
        this.#pass('comma', this.#levels.at(-1)?.isArray ? 'value' : 'name')
        return
      default:
        // A byte order mark, byte by byte.
        if (char > 0x7f && this.#window.offset(this.#at) < 3) this.#at++
        else this.#beginScalar(char)
    }
  }

  #pass(wanted: Expected, next: Expected): void {
    if (this.#expected !== wanted || this.#levels.length === 0) this.#break('a character is out of place')
    else {
      this.#expected = next
      this.#at++
    }
  }

  /** A value begins: gives its place, unless none may stand here. */
  #beginValue(): Place<FilterPart> | undefined {
    const level = this.#levels.at(-1)
    const may = this.#expected === 'value' || this.#expected === 'value or ]'
    if (!may && !(level === undefined && this.#expected === 'comma')) {
      this.#break('a value is out of place')
      return undefined
    }
    if (level === undefined) return this.#top
    if (level.isArray) {
      level.child = level.place.child(level.count++)
      this.#held?.child(level.count - 1)
    }
    return level.child
  }

  #beginString(): void {
    const isName = this.#expected === 'name' || this.#expected === 'name or }'
    const place = isName ? undefined : this.#beginValue()
    if (this.#isBroken) return
    const level = this.#levels.at(-1)
    const wanted = isName
      ? this.#held !== undefined || !(level?.place.isOutside ?? true)
      : this.#held !== undefined || this.#triesAll || (place !== undefined && applyAt(place) !== undefined)
    if (isName) this.#expected = 'name'
    this.#stringAt = wanted ? this.#at : -1
    this.#inString = true
    this.#at++
  }

  #readString(text: string): void {
    const at = this.#at
    if (this.#quote < at) this.#quote = orEnd(text, text.indexOf('"', at))
    if (this.#special < at) this.#special = specialAt(text, at)
    if (this.#quote < this.#special) this.#endString(this.#quote)
    else if (this.#special === text.length) this.#at = text.length
    else if (text.charCodeAt(this.#special) === 92 /* \ */) this.#at = this.#special + 2
    else {
      this.#at = this.#special
      this.#break('a string holds a control character')
    }
  }

  #endString(end: number): void {
    const start = this.#stringAt
    const isName = this.#expected === 'name'
    if (start >= 0 && end - start > this.#parts.limit && !this.#held) this.#letPass()
    this.#at = end + 1
    this.#inString = false
    if (isName) this.#endName(this.#stringAt < 0 ? undefined : this.#window.text.slice(start + 1, end))
    else this.#endValue(end)
    this.#stringAt = -1
  }

  /** Bytes of a name; undefined: nothing hangs on it. */
  #endName(bytes: string | undefined): void {
    const level = this.#levels.at(-1)
    const name = bytes === undefined ? UNNAMED : (JSON_STRING.read(bytes) ?? UNNAMED)
    if (level) level.child = level.place.child(name)
    this.#held?.child(name)
    this.#expected = 'colon'
  }

  #endValue(end: number): void {
    const start = this.#stringAt
    this.#expected = 'comma'
    if (start < 0) return
    if (this.#held) {
      this.#held.found(this.#held.span(start + 1, end, JSON_STRING))
      return
    }
    const bytes = this.#window.text.slice(start + 1, end)
    const place = this.#levels.at(-1)?.child ?? this.#top
    // A text that is a string alone is not looked at, as in Knox.
    if (this.#levels.length === 0) return
    const changed = this.#parts.change(bytes, applyAt(place), JSON_STRING)
    if (changed !== bytes) this.#window.replace(start + 1, end, changed)
  }

  #open(isArray: boolean): void {
    const place = this.#beginValue()
    if (place === undefined) return
    if (this.#levels.length >= MAX_DEPTH) {
      this.#break(`it is nested deeper than ${MAX_DEPTH}`)
      return
    }
    const [part] = place.here
    this.#levels.push({isArray, place, child: place, count: 0})
    if (this.#held) this.#held.open()
    else if (part?.kind === 'buffer') this.#held = new HeldPart(part.inside, this.#at)
    this.#expected = isArray ? 'value or ]' : 'name or }'
    this.#at++
  }

  #close(isArray: boolean): void {
    const level = this.#levels.at(-1)
    const may = this.#expected === 'comma' || this.#expected === (isArray ? 'value or ]' : 'name or }')
    if (level === undefined || level.isArray !== isArray || !may) {
      this.#break('a bracket is out of place')
      return
    }
    this.#levels.pop()
    this.#at++
    this.#expected = 'comma'
    if (this.#held?.close()) {
      this.#checkLength(this.#at)
      this.#held.change(this.#window, this.#parts.change)
      this.#held = undefined
    }
  }

  #beginScalar(char: number): void {
    if (!/[-\dA-Za-z]/.test(String.fromCharCode(char))) this.#break('a character is out of place')
    else if (this.#beginValue() !== undefined) {
      this.#inScalar = true
      this.#expected = 'comma'
    }
  }

  #readScalar(text: string): void {
    SCALAR.lastIndex = this.#at
    this.#at += SCALAR.exec(text)?.[0].length ?? 0
    this.#inScalar = this.#at === text.length
  }

  #break(why: string): void {
    this.#parts.broken(this.#window.offset(this.#at), why)
    this.#isBroken = true
  }
}

function specialAt(text: string, from: number): number {
  SPECIAL.lastIndex = from
  return SPECIAL.test(text) ? SPECIAL.lastIndex - 1 : text.length
}

const orEnd = (text: string, at: number) => (at < 0 ? text.length : at)
