/** Where an element and its parts stand. */
export interface ElementMark {
  readonly name: string
  readonly at: number
  /** The first of its text that is not white space. */
  textAt: number | undefined
  readonly attributes: ReadonlyMap<string, AttributeMark>
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
  /** In the order of the file. */
  readonly marks: ElementMark[]
  /** The text without what was cut out so far. */
  readonly kept: string[]
  keptTo: number
}

/** Leaves a part out of what the parser gets. */
export function cut(state: ScanState, start: number, end: number): void {
  if (start > state.keptTo) state.kept.push(state.text.slice(state.keptTo, start))
  state.keptTo = end
}

/** The line of an offset, for messages. */
export function lineAt(text: string, offset: number): number {
  return (text.slice(0, offset).match(/\r\n?|\n/g)?.length ?? 0) + 1
}
