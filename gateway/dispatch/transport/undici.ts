import {createRequire} from 'node:module'
import type * as Undici from 'undici'

const require = createRequire(import.meta.url)

/** undici, loaded when it is first asked for: that takes 50 ms, and no gateway needs it before it listens. */
export function undici(): typeof Undici {
  return require('undici')
}
