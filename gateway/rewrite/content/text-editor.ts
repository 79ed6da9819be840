import type {Use} from '../trace.js'
import type {Change, Editor} from './editor.js'
import {literalOf} from './pattern.js'
import {ValueTooLongError} from './value-too-long-error.js'

/** What is found in text, and the rule for it. */
export interface Expression {
  readonly pattern: RegExp
  readonly use: Use
}

export interface TextOptions {
  readonly change: Change
  readonly limit: number
  /** What is found ends with its line: scripts, style sheets, plain text; not so a script within a page. */
  readonly byLine: boolean
}

/**
 * Rewrites what expressions find in text, one expression after the other, so that each sees what those before it made.
 * Source: Knox, `JavaScriptFilterReader`.
 */
export function textEditor(expressions: readonly Expression[], options: TextOptions): Editor {
  const finders = expressions.map(expression => new Finder(expression, options))
  return {
    push: text => finders.reduce((passed, finder) => finder.push(passed), text),
    end: () => finders.reduce((passed, finder) => finder.push(passed) + finder.end(), ''),
  }
}

/** Characters of a line that are looked at together; a longer line is looked at in pieces of that length. */
const PIECE = 8192
/** What begins so close to the end of a piece is found in the next one. */
const MARGIN = 2048
/** Characters before a piece that an expression can look back at. */
const BEFORE = 256

/**
 * Rewrites what one expression finds. Where it looks follows from the text alone, never from the chunks in which that came.
 * Scope: one text.
 */
class Finder implements Editor {
  readonly #pattern: RegExp
  readonly #use: Use
  readonly #literal: string
  readonly #options: TextOptions
  readonly #lineEnd: RegExp | undefined
  /** A line, or what is there of it: first some characters that were given out already. */
  #line = ''
  #given = 0
  #piece = PIECE

  constructor({pattern, use}: Expression, options: TextOptions) {
    this.#pattern = pattern
    this.#use = use
    this.#literal = literalOf(pattern)
    this.#options = options
    this.#lineEnd = options.byLine ? /[\r\n]/g : undefined
  }

  push(text: string): string {
    if (text === '') return ''
    let out = ''
    let from = 0
    if (this.#lineEnd !== undefined) {
      const last = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1
      if (last > 0) out = this.#lines(text.slice(0, last), this.#lineEnd)
      from = last
    }
    this.#line += from === 0 ? text : text.slice(from)
    return out + this.#pieces()
  }

  end(): string {
    const out = this.#pieces() + this.#look(this.#line, true)
    this.#reset()
    return out
  }

  /** Text that ends with a line end. */
  #lines(text: string, lineEnd: RegExp): string {
    const whole = this.#line + text
    if (this.#given === 0 && !whole.includes(this.#literal)) {
      this.#line = ''
      return whole
    }
    let out = ''
    let start = 0
    lineEnd.lastIndex = this.#line.length
    for (let stop = lineEnd.exec(whole); stop !== null; stop = lineEnd.exec(whole)) {
      this.#line = whole.slice(start, stop.index)
      out += this.end() + stop[0]
      start = stop.index + 1
    }
    return out
  }

  #reset(): void {
    this.#line = ''
    this.#given = 0
    this.#piece = PIECE
  }

  #pieces(): string {
    let out = ''
    while (this.#line.length - this.#given > this.#piece)
      out += this.#look(this.#line.slice(0, this.#given + this.#piece), false)
    return out
  }

  /** Looks at a piece of a line; gives what of it is done. */
  #look(piece: string, isLast: boolean): string {
    const {change, limit} = this.#options
    const until = isLast ? piece.length : piece.length - MARGIN
    let out = ''
    let done = this.#given
    for (let found = this.#find(piece, done); found !== null && found.index < until; found = this.#find(piece, done)) {
      const end = found.index + found[0].length
      if (end === piece.length && !isLast) {
        if (this.#piece >= limit) throw new ValueTooLongError(limit, this.#use.rule)
        this.#piece *= 2
        return this.#keep(out, done)
      }
      out += piece.slice(done, found.index) + change(found[0], this.#use)
      done = end
    }
    const rest = Math.max(done, until)
    out += piece.slice(done, rest)
    this.#piece = PIECE
    return this.#keep(out, rest)
  }

  #keep(out: string, done: number): string {
    const from = Math.max(0, done - BEFORE)
    this.#line = this.#line.slice(from)
    this.#given = done - from
    return out
  }

  /** The next find that is not empty. */
  #find(text: string, from: number): RegExpExecArray | null {
    const pattern = this.#pattern
    if (!text.includes(this.#literal, from)) return null
    pattern.lastIndex = from
    for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
      if (found[0] !== '') return found
      pattern.lastIndex++
    }
    return null
  }
}
