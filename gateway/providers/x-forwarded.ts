import type {Frontend} from '../common/frontend.js'
import type {AddressRanges} from '../http/address-ranges.js'
import {forwarded} from '../http/forwarded.js'
import type {Filter} from '../pipeline/filter.js'

/** What the settings say of the client's address and the frontend's. */
export interface ForwardingOptions {
  /** `gateway.xforwarded.enabled` */
  readonly enabled: boolean
  /** `gateway.xforwarded.trusted` */
  readonly trusted: AddressRanges
  /** `gateway.frontend.url`, cut; its path includes `gateway.path`. */
  readonly frontend: Frontend | undefined
}

/** Finds out where the client is and how it came, and tells services. Source: Knox, `XForwardedHeaderFilter`. */
export function xForwarded({enabled, trusted, frontend: fixed}: ForwardingOptions): Filter {
  return {
    name: 'XForwarded',
    enter(exchange) {
      const {request, clientAddress} = exchange
      const arrival = {
        peer: clientAddress,
        secure: request.url.scheme === 'https',
        host: request.url.host,
        port: request.url.port,
        path: exchange.frontend.path,
      }
      const found = forwarded(request.headers, arrival, trusted)
      exchange.notes.client = found.clientAddress
      return {
        ...exchange,
        clientAddress: found.clientAddress,
        frontend: fixed
          ? {...fixed, path: `${fixed.path}/${exchange.notes.topology}`}
          : {scheme: found.scheme, host: found.host, port: found.port, path: exchange.frontend.path},
        request: enabled ? {...request, headers: found.headers} : request,
      }
    },
  }
}
