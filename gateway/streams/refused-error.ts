import {GatewayError} from '../common/errors.js'

/** What there was no room for: streams in `Places`, requests of a service in its line, anything in a busy process. */
export type RefusedCode = 'streams-full' | 'service-busy' | 'gateway-busy'

/** A refusal that was counted and will pass: `retryAfter` ms from now, which Retry-After tells in seconds (RFC 9110 §10.2.3). */
export class RefusedError extends GatewayError {
  override readonly name = 'RefusedError'
  declare readonly code: RefusedCode
  readonly retryAfter: number

  constructor(status: number, code: RefusedCode, message: string, retryAfter: number) {
    super(status, code, message, undefined, ['Retry-After', String(Math.ceil(retryAfter / 1000))])
    this.retryAfter = retryAfter
  }
}
