import type {Exchange, GatewayResponse} from './exchange.js'

/**
 * One step of a chain. `enter` refuses (throws a GatewayError), passes on a changed copy of the
 * exchange, or answers itself; `leave` may change the response on its way out, also the one made
 * of an error further in. Both may be asynchronous, but most are not, and then cost no promise.
 */
export interface Filter {
  readonly name: string
  /** Entered only when it is known who asks, though its provider comes before. */
  readonly late?: boolean
  /** What it refuses it refuses for now: streams that are open are not judged by it. */
  readonly momentary?: true
  enter?(exchange: Exchange): Entered | Promise<Entered>
  leave?(response: GatewayResponse, exchange: Exchange): GatewayResponse | Promise<GatewayResponse>
}

/** The exchange to go on with, or the answer. */
export type Entered = Exchange | {readonly answer: GatewayResponse}

/** The end of every chain. Throws EndpointError, NoEndpointError. */
export interface Dispatch {
  dispatch(exchange: Exchange): Promise<GatewayResponse>
}
