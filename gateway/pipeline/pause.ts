import type {Clock} from '../common/clock.js'
import {GatewayError} from '../common/errors.js'
import type {Gone} from './exchange.js'

/** Resolves after `ms`; rejects at once when the client leaves. */
export function pause(clock: Clock, ms: number, gone: Gone): Promise<void> {
  if (ms <= 0 && !gone.is) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => {
      forget()
      resolve()
    })
    const forget = gone.on(() => {
      cancel()
      reject(new GatewayError(499, 'client-gone', 'The client left.'))
    })
  })
}
