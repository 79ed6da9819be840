import type {Transport} from '../../pipeline/transport.js'
import type {TransportOptions} from './origin-pool.js'
import {pooledTransport} from './pooled-transport.js'
import {WireConnection} from './wire-connection.js'
import {WireTrip} from './wire-trip.js'

/**
 * Requests on bare sockets, for event streams: half the objects and none of the copies of a general
 * client. Strict where undici guesses: an answer that HTTP/1.1 does not allow, or that can be
 * understood in two ways, is refused, and a connection is used again only behind a response that is
 * whole. What a body or a timeout does is as with `undiciTransport`; so is `close`. Scope: process.
 */
export function wireTransport(options: TransportOptions): Transport {
  return pooledTransport<WireConnection, WireTrip>(options, {
    connection: (pool, deadlines) => new WireConnection(pool, deadlines),
    trip: (...given) => new WireTrip(...given),
  })
}
