import type {SourceLocation} from '../common/problem.js'

/** An element of a well-formed file. Names keep their prefix (`x:y`). */
export interface XmlElement {
  readonly name: string
  /** In the order of the file. */
  readonly attributes: ReadonlyMap<string, XmlAttribute>
  readonly children: readonly XmlElement[]
  /** Its own text, CDATA included, references decoded, line ends as `\n`; blanks between tags are left out. */
  readonly text: string
  /** Where the text begins, blanks skipped; the element's own place when there is none. */
  readonly textAt: SourceLocation
  readonly at: SourceLocation
}

export interface XmlAttribute {
  /** Decoded; white space as blanks (XML 1.0 §3.3.3). */
  readonly value: string
  readonly at: SourceLocation
}
