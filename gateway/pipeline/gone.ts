import type {Gone} from './exchange.js'

/** A `Gone` and the switch that sets it off. Scope: one exchange. */
export interface GoneSource extends Gone {
  set(): void
}

/** A new one. */
export function goneSource(): GoneSource {
  let waiting: (() => void)[] | undefined
  let is = false
  return {
    get is() {
      return is
    },
    on(then) {
      if (is) {
        then()
        return () => {}
      }
      waiting ??= []
      waiting.push(then)
      return () => {
        const at = waiting?.indexOf(then) ?? -1
        if (at >= 0) waiting?.splice(at, 1)
      }
    },
    set() {
      if (is) return
      is = true
      const calls = waiting
      waiting = undefined
      for (const call of calls ?? []) call()
    },
  }
}
