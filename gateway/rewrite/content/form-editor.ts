import {formEncode} from '../../template/encode.js'
import type {Use} from '../trace.js'
import type {Editor, EditorParts, ValueSyntax} from './editor.js'
import {ValueTooLongError} from './value-too-long-error.js'
import {Window} from './window.js'

/** A name or value of a form (WHATWG URL, application/x-www-form-urlencoded). */
const FORM: ValueSyntax = {
  read(text) {
    try {
      return decodeURIComponent(text.replaceAll('+', ' '))
    } catch (error) {
      if (error instanceof URIError) return undefined
      throw error
    }
  },
  write: formEncode,
}

/** What a form's filter does with a value, by its name: a rule, the rule that fits best, or nothing. */
export type FormChoice = (name: string) => Use | 'leave'

/** Rewrites values of a form. Source: Knox, `FormFilterReader`. */
export class FormEditor implements Editor {
  readonly #choose: FormChoice
  readonly #parts: EditorParts
  readonly #window = new Window()
  /** Where a pair begins, and how far it was looked at. */
  #at = 0
  #seen = 0
  #passes = false

  constructor(choose: FormChoice, parts: EditorParts) {
    this.#choose = choose
    this.#parts = parts
  }

  push(text: string): string {
    const window = this.#window
    window.add(text)
    for (let end = this.#pairEnd(); end >= 0; end = this.#pairEnd()) {
      this.#pair(end)
      this.#at = end + 1
      this.#seen = this.#at
      this.#passes = false
    }
    this.#seen = window.text.length
    if (this.#seen - this.#at > this.#parts.limit) this.#letPass(window.text.length)
    return this.#cut(this.#passes ? this.#seen : this.#at)
  }

  end(): string {
    this.#pair(this.#window.text.length)
    return this.#cut(this.#window.text.length)
  }

  #pairEnd(): number {
    return this.#window.text.indexOf('&', this.#seen)
  }

  #cut(until: number): string {
    const given = this.#window.cut(until)
    this.#at = Math.max(0, this.#at - until)
    this.#seen -= until
    return given
  }

  #pair(end: number): void {
    if (this.#passes) return
    const {text} = this.#window
    const equals = text.indexOf('=', this.#at)
    if (equals < 0 || equals >= end) return
    const {change, limit} = this.#parts
    if (end - this.#at > limit) {
      this.#letPass(end)
      return
    }
    const choice = this.#choose(FORM.read(text.slice(this.#at, equals)) ?? '')
    if (choice === 'leave') return
    const bytes = text.slice(equals + 1, end)
    const made = change(bytes, choice, FORM)
    if (made !== bytes) this.#window.replace(equals + 1, end, made)
  }

  /** A pair that is too long to be held; one for which there is a rule cannot pass. */
  #letPass(end: number): void {
    const equals = this.#window.text.indexOf('=', this.#at)
    const name =
      equals < 0 || equals >= end || this.#passes ? undefined : FORM.read(this.#window.text.slice(this.#at, equals))
    const choice = name === undefined ? 'leave' : this.#choose(name)
    if (choice !== 'leave' && choice.rule !== undefined) throw new ValueTooLongError(this.#parts.limit, choice.rule)
    this.#passes = true
  }
}
