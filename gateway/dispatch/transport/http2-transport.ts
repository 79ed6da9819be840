import {authorityOf} from '../../common/request-url.js'
import type {GatewayResponse, Gone} from '../../pipeline/exchange.js'
import type {ServiceRequest, Transport} from '../../pipeline/transport.js'
import {lookupAt, originOf} from './connect.js'
import {Deadlines} from './deadlines.js'
import {closingFailure, goneFailure} from './failures.js'
import {Http2Origin} from './http2-origin.js'
import {Http2Trip} from './http2-trip.js'
import type {TransportOptions} from './origin-pool.js'

/**
 * Requests by HTTP/2 where they ask for it, all those to one origin on one connection; by `plain` all others, and those to
 * services that do not offer it. How many go at a time is the service's to say. A stream that the service refused, or
 * above the last of its GOAWAY, was not processed (RFC 9113 §8.7): it fails like a connection that never stood. Scope: process.
 */
export function http2Transport(options: TransportOptions, plain: Transport): Transport {
  const origins = new Map<string, Http2Origin>()
  const deadlines = new Deadlines(options.clock)
  let closed = false

  function originAt({url, address}: ServiceRequest): Http2Origin {
    const name = `${url.scheme}://${authorityOf(url)}`
    const key = address === undefined ? name : `${name} at ${address}`
    const known = origins.get(key)
    if (known) return known
    const origin = new Http2Origin(name, originOf(url), {...options, lookup: lookupAt(address, options.lookup)})
    origins.set(key, origin)
    return origin
  }

  async function send(
    request: ServiceRequest,
    gone: Gone,
    onInformation: Parameters<Transport['send']>[2],
  ): Promise<GatewayResponse> {
    if (closed) throw closingFailure()
    const origin = originAt(request)
    const session = await origin.session(request.connectTimeout)
    if (gone.is) throw goneFailure()
    if (session === undefined) return plain.send(request, gone, onInformation)
    return new Promise((resolve, reject) => {
      new Http2Trip(request, {session, origin, deadlines, gone}, {resolve, reject, onInformation})
    })
  }

  return {
    send(request, gone, onInformation) {
      const {http2, url} = request
      const may = http2 === 'always' || (http2 === 'offered' && originOf(url).secure)
      return may ? send(request, gone, onInformation) : plain.send(request, gone, onInformation)
    },
    async close() {
      closed = true
      deadlines.clear()
      await Promise.all([plain.close(), ...[...origins.values()].map(origin => origin.close())])
    },
  }
}
