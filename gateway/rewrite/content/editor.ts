import type {Use} from '../trace.js'

/**
 * Changes the values in one body as it comes and leaves all other bytes as they were, wherever the body is cut
 * into chunks. Text holds a byte in each character (Latin-1), whatever the charset. Scope: one body.
 */
export interface Editor {
  /** What goes on after this piece; a value that is not whole yet is held back. Throws ValueTooLongError. */
  push(text: string): string
  /** What was held back. */
  end(): string
}

/** How a value is written in a syntax. */
export interface ValueSyntax {
  /** The value that a piece of text stands for; undefined: the text is none. */
  read(text: string): string | undefined
  write(value: string): string
}

/**
 * What becomes of a value, given as its bytes, by the rule that a filter names or the one that fits best (undefined). Gives the same bytes where none applies.
 */
export type Change = (bytes: string, use: Use | undefined, syntax?: ValueSyntax) => string

/** What every editor is made with. */
export interface EditorParts {
  readonly change: Change
  /** Told when a body is not what its type says: from that byte on it passes as it came. */
  readonly broken: (offset: number, why: string) => void
  /** Bytes of a value that is held back. */
  readonly limit: number
}
