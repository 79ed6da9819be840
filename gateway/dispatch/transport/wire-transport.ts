import {Deadlines} from '../../common/deadlines.js'
import type {Headers} from '../../http/headers.js'
import type {GatewayResponse} from '../../pipeline/exchange.js'
import type {ServiceRequest, Transport} from '../../pipeline/transport.js'
import {lookupAt, originOf, placeOf} from './connect.js'
import {closingFailure, goneFailure} from './failures.js'
import {OriginPool, type TransportOptions} from './origin-pool.js'
import {WireTrip} from './wire-trip.js'

/** Who waits for the response head, and hears of interim ones. */
export interface Asker {
  resolve(response: GatewayResponse): void
  reject(error: Error): void
  readonly onInformation: ((status: number, headers: Headers) => void) | undefined
}

/**
 * Requests by HTTP/1.1 on bare sockets, a connection for each request at a time, kept for the next. Half the objects
 * of a general client and few of its copies; strict where others guess: an answer that HTTP/1.1 does not allow, or
 * that can be understood in two ways, is refused, and a connection is used again only behind a response that is whole.
 *
 * A response has end-to-end fields only. Trailers of a request are not sent. A body begins to flow
 * when the connection stands: after a failure `connect` or `timeout-connect` it is untouched. With a
 * body, the request's head is sent with its first bytes. A response that a service gives before it
 * has read the request ends the request. `close` ends what is open and resolves when all sockets are
 * closed. Scope: process.
 */
export function wireTransport(options: TransportOptions): Transport {
  const pools = new Map<string, OriginPool>()
  const deadlines = new Deadlines(options.clock)
  let closed = false
  const at = (address: string | undefined) => ({...options, lookup: lookupAt(address, options.lookup)})

  function poolOf({url, address}: ServiceRequest): OriginPool {
    const {key} = placeOf(url, address)
    const known = pools.get(key)
    if (known) return known
    const pool: OriginPool = new OriginPool(key, originOf(url), at(address), deadlines, () => {
      if (pools.get(key) === pool) pools.delete(key)
    })
    pools.set(key, pool)
    return pool
  }

  return {
    send(request, gone, onInformation) {
      return new Promise((resolve, reject) => {
        if (closed) throw closingFailure()
        if (gone.is) throw goneFailure()
        const pool = poolOf(request)
        const trip = new WireTrip(request, pool, gone, {resolve, reject, onInformation})
        pool.start(trip)
        trip.awaitConnection()
      })
    },
    async close() {
      closed = true
      await Promise.all([...pools.values()].map(pool => pool.close(closingFailure())))
      deadlines.clear()
    },
  }
}
