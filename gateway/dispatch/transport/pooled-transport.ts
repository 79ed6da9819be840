import {authorityOf, type RequestUrl} from '../../common/request-url.js'
import type {Headers} from '../../http/headers.js'
import type {GatewayResponse, Gone} from '../../pipeline/exchange.js'
import type {ServiceRequest, Transport} from '../../pipeline/transport.js'
import type {Origin} from './connect.js'
import {Deadlines} from './deadlines.js'
import {closingFailure, goneFailure} from './failures.js'
import {OriginPool, type PooledConnection, type PooledTrip, type TransportOptions} from './origin-pool.js'

/** Who waits for the response head, and hears of interim ones. */
export interface Asker {
  resolve(response: GatewayResponse): void
  reject(error: Error): void
  readonly onInformation: ((status: number, headers: Headers) => void) | undefined
}

/** How a transport makes connections and round trips. */
export interface PooledParts<C extends PooledConnection<T>, T extends PooledTrip<C>> {
  connection(pool: OriginPool<C, T>, deadlines: Deadlines): C
  /** Throws GatewayError for what cannot be sent. */
  trip(request: ServiceRequest, pool: OriginPool<C, T>, deadlines: Deadlines, gone: Gone, asker: Asker): T
}

/** A transport that keeps a pool of connections for each origin. Scope: process. */
export function pooledTransport<C extends PooledConnection<T>, T extends PooledTrip<C>>(
  options: TransportOptions,
  parts: PooledParts<C, T>,
): Transport {
  const pools = new Map<string, OriginPool<C, T>>()
  const deadlines = new Deadlines(options.clock)
  let closed = false

  function poolOf(url: RequestUrl): OriginPool<C, T> {
    const key = `${url.scheme}://${authorityOf(url)}`
    const known = pools.get(key)
    if (known) return known
    const make = (pool: OriginPool<C, T>) => parts.connection(pool, deadlines)
    const pool: OriginPool<C, T> = new OriginPool(key, originOf(url), options, make, () => {
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
        const trip = parts.trip(request, pool, deadlines, gone, {resolve, reject, onInformation})
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

function originOf({scheme, host, port}: RequestUrl): Origin {
  const secure = scheme.toLowerCase() === 'https'
  return {secure, host: host.replace(/^\[|\]$/g, ''), port: Number(port || (secure ? 443 : 80))}
}
