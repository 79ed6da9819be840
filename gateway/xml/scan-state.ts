/** An element, and where it and its parts stand. It grows until it is closed. */
export interface ElementMark {
  readonly name: string
  readonly at: number
  /** As `XmlElement.text`. */
  text: string
  /** The first of its text that is not white space. */
  textAt: number | undefined
  readonly attributes: ReadonlyMap<string, AttributeMark>
  readonly children: ElementMark[]
}

/** Where an attribute stands, and its value as the file writes it. */
export interface AttributeMark {
  readonly at: number
  readonly raw: string
}

/** An element that is not closed yet. */
export interface OpenElement {
  readonly mark: ElementMark
  /** The prefixes that it binds itself, to their namespaces. */
  readonly prefixes: ReadonlyMap<string, string>
}

/** What stood before the present place: blanks between two tags mean nothing. */
export type Before = 'open-tag' | 'close-tag' | 'text'

/** Scope: one pass over one file. */
export interface ScanState {
  readonly text: string
  /** The present place. */
  at: number
  before: Before
  readonly open: OpenElement[]
  /** Undefined as long as none has begun. */
  root: ElementMark | undefined
}

/** Line ends as XML 1.0 §2.11 has them. */
export function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}

/** The line of an offset, for messages. */
export function lineAt(text: string, offset: number): number {
  return (text.slice(0, offset).match(/\r\n?|\n/g)?.length ?? 0) + 1
}
