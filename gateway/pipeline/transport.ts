import type {Duplex} from 'node:stream'
import type {RequestUrl} from '../common/request-url.js'
import type {Body} from '../http/body.js'
import type {Headers} from '../http/headers.js'
import type {GatewayResponse, Gone} from './exchange.js'

/** A request as it goes to a service: end-to-end headers, Host included. */
export interface ServiceRequest {
  readonly method: string
  readonly url: RequestUrl
  /** Where the URL's host is; absent: the connection finds out. */
  readonly address?: string | undefined
  readonly headers: Headers
  /** Undefined: the request has no body. */
  readonly body: Body | undefined
  /** Milliseconds; 0: no limit. */
  readonly connectTimeout: number
  /** Milliseconds from the request being sent to the response head; 0: no limit. */
  readonly responseTimeout: number
  /** Milliseconds without a byte of the body; 0: no limit. An event stream has none. */
  readonly idleTimeout: number
  /** The response is expected to be an event stream: it takes no place among a service's connections. */
  readonly stream?: boolean
  /** By HTTP/1.1 on a connection that has carried no other request: one that had was closed by the service. */
  readonly fresh?: boolean
  /** The service is shown the gateway's certificate, if it asks for one. */
  readonly twoWay?: boolean
  /** HTTP/2, where the service offers it under TLS, or in any case. Absent: HTTP/1.1. */
  readonly http2?: 'offered' | 'always'
}

/** One round trip to a service. Scope: process (its connections are shared by all exchanges). */
export interface Transport {
  /**
   * Resolves when the response head is in, with its end-to-end fields only; rejects with EndpointError.
   * 1xx heads go to `onInformation`. The request's body is left alone until the connection stands.
   */
  send(
    request: ServiceRequest,
    gone: Gone,
    onInformation?: (status: number, headers: Headers) => void,
  ): Promise<GatewayResponse>
  close(): Promise<void>
}

/**
 * A protocol upgrade (WebSocket). Resolves with 101 when the service agreed: the two sockets are joined for good, and
 * its head has been written. Another answer is a response like any other, with its end-to-end fields only. Rejects with
 * EndpointError, and has then written nothing.
 */
export interface UpgradeTransport {
  upgrade(request: ServiceRequest, client: UpgradingClient): Promise<GatewayResponse>
}

/** The client's side of an upgrade. */
export interface UpgradingClient {
  readonly socket: Duplex
  /** What it sent right behind its request. */
  readonly head: Uint8Array
}
