import type {Change, ValueSyntax} from './editor.js'
import type {Detect, InsidePart} from './filter-parts.js'
import {type Place, TEXT} from './places.js'
import type {Window} from './window.js'

/** Where a piece of a value stands in the part that is held, and how it is written. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly syntax: ValueSyntax
}

interface Found {
  readonly parts: readonly InsidePart[]
  readonly spans: readonly Span[]
}

/** A part of a text of nested values that is held back until all of it is there. Scope: that part. */
export class HeldPart {
  /** Where it begins in the window. */
  start: number
  readonly #levels: {readonly place: Place<InsidePart>; child: Place<InsidePart>}[]
  readonly #found: Found[] = []

  constructor(inside: Place<InsidePart>, start: number) {
    this.start = start
    this.#levels = [{place: inside, child: inside}]
  }

  /** Names what comes next in the value that is open. */
  child(key: string | number): void {
    const level = this.#levels.at(-1)
    if (level) level.child = level.place.child(key)
  }

  /** What was named holds values of its own. */
  open(): void {
    const place = this.#levels.at(-1)?.child
    if (place) this.#levels.push({place, child: place})
  }

  /** Whether that was its end. */
  close(): boolean {
    this.#levels.pop()
    return this.#levels.length === 0
  }

  /** A piece of a value, by its positions in the window now. */
  span(start: number, end: number, syntax: ValueSyntax): Span {
    return {start: start - this.start, end: end - this.start, syntax}
  }

  /** The value that was named. */
  found(span: Span): void {
    this.#note(this.#levels.at(-1)?.child.here, [span])
  }

  /** The pieces of text right in what is open. */
  foundInside(spans: readonly Span[]): void {
    const place = this.#levels.at(-1)?.place
    if (place !== undefined) this.#note([...place.here, ...place.child(TEXT).here], spans)
  }

  #note(parts: readonly InsidePart[] = [], spans: readonly Span[]): void {
    if (parts.length > 0 && spans.length > 0) this.#found.push({parts, spans})
  }

  /** Does what its parts say, now that all values are known. */
  change(window: Window, change: Change): void {
    const detected = this.#detected(window.text)
    const changes = this.#found.flatMap(found => this.#changeOf(found, detected, window.text, change))
    for (const {start, end, by} of changes.sort((one, other) => one.start - other.start)) window.replace(start, end, by)
  }

  /** A value in several pieces becomes the first of them; one of which a part alone is a CDATA section stays. */
  #changeOf({parts, spans}: Found, detected: ReadonlySet<Detect>, text: string, change: Change) {
    const [first, ...others] = spans
    if (first === undefined || others.some(({syntax}) => syntax !== first.syntax)) return []
    const bytes = spans.map(span => this.#bytes(span, text)).join('')
    let made = bytes
    for (const part of parts)
      if (part.kind === 'apply' && (part.when === undefined || detected.has(part.when)))
        made = change(made, part.use, first.syntax)
    if (made === bytes) return []
    const replaced = (span: Span, by: string) => ({start: this.start + span.start, end: this.start + span.end, by})
    return [replaced(first, made), ...others.map(span => replaced(span, ''))]
  }

  #detected(text: string): ReadonlySet<Detect> {
    const detected = new Set<Detect>()
    for (const {parts, spans} of this.#found)
      for (const part of parts)
        if (part.kind === 'detect' && part.detect.value.test(this.#value(spans, text))) detected.add(part.detect)
    return detected
  }

  #value(spans: readonly Span[], text: string): string {
    return spans.map(span => span.syntax.read(this.#bytes(span, text)) ?? '').join('')
  }

  #bytes({start, end}: Span, text: string): string {
    return text.slice(this.start + start, this.start + end)
  }
}
