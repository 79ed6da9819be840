import {authorityOf, type RequestUrl} from '../../common/request-url.js'
import type {Gone} from '../../pipeline/exchange.js'
import type {ServiceRequest, Transport} from '../../pipeline/transport.js'
import {Deadlines} from './deadlines.js'
import {closingFailure, goneFailure} from './failures.js'
import {OriginPool, type TransportOptions} from './origin-pool.js'
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
  const pools = new Map<string, OriginPool>()
  const deadlines = new Deadlines(options.clock)
  let closed = false

  function poolOf(url: RequestUrl): OriginPool {
    const key = `${url.scheme}://${authorityOf(url)}`
    const known = pools.get(key)
    if (known) return known
    const pool: OriginPool = new OriginPool(key, originOf(url), options, () => {
      if (pools.get(key) === pool) pools.delete(key)
    })
    pools.set(key, pool)
    return pool
  }

  return {
    send(request: ServiceRequest, gone: Gone, onInformation) {
      return new Promise((resolve, reject) => {
        if (closed) throw closingFailure()
        if (gone.is) throw goneFailure()
        const pool = poolOf(request.url)
        const trip = new RoundTrip(request, pool, deadlines, gone, {resolve, reject, onInformation})
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

function originOf({scheme, host, port}: RequestUrl) {
  const secure = scheme.toLowerCase() === 'https'
  return {secure, host: host.replace(/^\[|\]$/g, ''), port: Number(port || (secure ? 443 : 80))}
}
