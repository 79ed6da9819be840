import type {Gone} from '../pipeline/exchange.js'
import {goneSource} from '../pipeline/gone.js'

/** A request of an exchange that can be given up while the exchange goes on. */
export interface RequestLeg {
  readonly gone: Gone
  stop(): void
}

/** A new one; it is given up with the exchange. */
export function requestLeg(exchange: Gone): RequestLeg {
  const gone = goneSource()
  const forget = exchange.on(() => gone.set())
  return {
    gone,
    stop() {
      forget()
      gone.set()
    },
  }
}
