import type {Socket} from 'node:net'
import type {Clock} from '../../common/clock.js'
import type {Body} from '../../http/body.js'
import type {Headers} from '../../http/headers.js'
import type {GatewayResponse} from '../../pipeline/exchange.js'
import type {Limits} from '../serve.js'
import type {RequestHead} from './request.js'
import type {BodyLimits} from './request-body.js'

/** How the body of a response ended; `client`: the client left before. */
export type End = 'whole' | 'broken' | 'client'

/** What became of a response, so far. */
export interface Committed {
  readonly status: number
  /** Of its body. */
  readonly bytes: number
  readonly outcome: End
}

/** One request and the way back to its client, in the client's version of HTTP. Scope: one exchange. */
export interface ClientSide {
  readonly method: string
  /** As sent. */
  readonly target: string
  /** `1.0`, `1.1`, `2.0`. */
  readonly version: string
  readonly headers: Headers
  /** Of the connection. */
  readonly socket: Socket
  /** Nobody takes an answer any more. */
  readonly left: boolean
  /** A response has begun. */
  readonly begun: boolean
  /** Checks the head. Throws GatewayError. */
  readHead(secure: boolean, limits: Limits): RequestHead
  /** Of the request, which has one; a client that waits for 100 Continue gets it when the body is first wanted. */
  body(limits: BodyLimits, clock: Clock): Body
  /** Passes an interim response on (RFC 9110 §15.2): 102 and 103. 100 is the gateway's own business, and others are not known to be wanted. */
  inform(status: number, headers: Headers): void
  /** Writes the response; `last`: the connection ends with it, where the version can say so of one response. Throws for what cannot be written. */
  commit(response: GatewayResponse, last: boolean, clock: Clock): Committed
  /** Ends it, so that the client sees that the response is not whole. */
  breakOff(): void
  /** Calls `then` once, when the response is through or the client has left. */
  onClose(then: () => void): void
}
