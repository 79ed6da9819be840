import type {RequestFields} from '../http/forwarded.js'
import type {Headers} from '../http/headers.js'
import type {Member} from './endpoint.js'

/** Of an exchange, what a choice may depend on. */
export interface Asking extends RequestFields {
  readonly request: {readonly method: string; readonly headers: Headers}
  readonly principal: {readonly name: string} | undefined
  readonly gone: {on(then: () => void): unknown}
}

/** In which order the endpoints of a service are asked. Scope: one pool. */
export interface Order {
  /** All of them, the one that is next first, as far as that does not depend on who asks. */
  readonly all: readonly Member[]
  /** The endpoint for a request, of those that may have it: one at least. */
  next(asking: Asking, candidates: readonly Member[]): Member | undefined
  /** An endpoint did not answer. */
  failed(member: Member): void
}
