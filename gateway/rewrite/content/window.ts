/** The part of a body that an editor looks at. Positions count from the first character that is held. Scope: one body. */
export class Window {
  text = ''
  #out = ''
  #from = 0
  #before = 0

  /** Where a position lies in the whole body. */
  offset(at: number): number {
    return this.#before + at
  }

  add(text: string): void {
    this.text = this.text === '' ? text : this.text + text
  }

  /** Puts text in the place of what lies between two positions; goes forward only. */
  replace(start: number, end: number, by: string): void {
    this.#out += this.text.slice(this.#from, start) + by
    this.#from = end
  }

  /** What goes on up to a position; it is held no longer, and positions shrink by that much. */
  cut(until: number): string {
    const given = until > this.#from ? this.#out + this.text.slice(this.#from, until) : this.#out
    this.#from = Math.max(0, this.#from - until)
    this.text = this.text.slice(until)
    this.#before += until
    this.#out = ''
    return given
  }
}
