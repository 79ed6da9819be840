import {Deadlines} from '../../common/deadlines.js'
import type {ServiceRequest, Transport} from '../../pipeline/transport.js'
import {lookupAt, originOf, placeOf} from './connect.js'
import {closingFailure, goneFailure} from './failures.js'
import {Http2Origin} from './http2-origin.js'
import {Http2Trip} from './http2-trip.js'
import type {TransportOptions} from './origin-pool.js'

/**
 * Requests by HTTP/2 where they ask for it, those to one origin on one connection; by `plain` all others, and those to
 * services that do not offer it. How many go at a time on a connection is the service's to say; what is more goes on a
 * further one, since streams may stay for long. Scope: process.
 */
export function http2Transport(options: TransportOptions, plain: Transport): Transport {
  const origins = new Map<string, Http2Origin>()
  const deadlines = new Deadlines(options.clock)
  let closed = false

  function originAt({url, address}: ServiceRequest): Http2Origin {
    const {name, key} = placeOf(url, address)
    const known = origins.get(key)
    if (known) return known
    for (const [other, {isSpent}] of origins) if (isSpent) origins.delete(other)
    const origin = new Http2Origin(
      name,
      originOf(url),
      {...options, lookup: lookupAt(address, options.lookup)},
      deadlines,
    )
    origins.set(key, origin)
    return origin
  }

  const send: Transport['send'] = (request, gone, onInformation) =>
    new Promise((resolve, reject) => {
      if (closed) throw closingFailure()
      if (gone.is) throw goneFailure()
      const origin = originAt(request)
      const ungone = gone.on(() => reject(goneFailure()))
      origin
        .carry(request.connectTimeout, gone, link => {
          if (!gone.is) new Http2Trip(request, {url: origin.url, link, gone}, {resolve, reject, onInformation})
        })
        .finally(ungone)
        .then(isCarried => {
          if (!isCarried) resolve(plain.send(request, gone, onInformation))
        })
        .catch(reject)
    })

  return {
    send(request, gone, onInformation) {
      const {http2, url} = request
      const may = http2 === 'always' || (http2 === 'offered' && originOf(url).secure)
      return may ? send(request, gone, onInformation) : plain.send(request, gone, onInformation)
    },
    async close() {
      closed = true
      await Promise.all([plain.close(), ...[...origins.values()].map(origin => origin.close())])
      deadlines.clear()
    },
  }
}
