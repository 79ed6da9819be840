import type {Gone} from './exchange.js'

/** A `Gone` and the switch that sets it off. Scope: one exchange. */
export interface GoneSource extends Gone {
  set(): void
}

/** A new one. */
export function goneSource(): GoneSource {
  return new Source()
}

/** A class, since there is one for each request: an object of closures costs several times as much. */
class Source implements GoneSource {
  is = false
  #waiting: (() => void)[] | undefined

  on(then: () => void): () => void {
    if (this.is) {
      then()
      return nothing
    }
    if (this.#waiting === undefined) this.#waiting = [then]
    else this.#waiting.push(then)
    return () => this.#off(then)
  }

  set(): void {
    if (this.is) return
    this.is = true
    const calls = this.#waiting
    this.#waiting = undefined
    for (const call of calls ?? []) call()
  }

  #off(then: () => void): void {
    const at = this.#waiting?.indexOf(then) ?? -1
    if (at >= 0) this.#waiting?.splice(at, 1)
  }
}

const nothing = () => {}
