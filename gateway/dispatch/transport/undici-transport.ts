import type {Transport} from '../../pipeline/transport.js'
import {Connection} from './connection.js'
import type {TransportOptions} from './origin-pool.js'
import {pooledTransport} from './pooled-transport.js'
import {RoundTrip} from './round-trip.js'

export type {TransportOptions} from './origin-pool.js'

/**
 * Requests by undici's `dispatch`, a connection for each request at a time, kept for the next.
 *
 * A response has end-to-end fields only. Trailers of a request are not sent. A body begins to flow
 * when the connection stands: after a failure `connect` or `timeout-connect` it is untouched. With a
 * body, the request's head is sent with its first bytes. A response that a service gives before it
 * has read the request ends the request. `close` ends what is open and resolves when all sockets are
 * closed. Scope: process.
 */
export function undiciTransport(options: TransportOptions): Transport {
  return pooledTransport<Connection, RoundTrip>(options, {
    connection: pool => new Connection(pool),
    trip: (...given) => new RoundTrip(...given),
  })
}
