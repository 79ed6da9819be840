import type {Frontend} from '../common/frontend.js'
import type {AddressRanges} from '../http/address-ranges.js'
import {forwarded} from '../http/forwarded.js'
import type {Headers} from '../http/headers.js'
import type {Exchange, GatewayRequest} from '../pipeline/exchange.js'

/** What the settings say of the client's address and the frontend's. */
export interface ForwardingOptions {
  /** `gateway.xforwarded.enabled` */
  readonly enabled: boolean
  /** `gateway.xforwarded.trusted` */
  readonly trusted: AddressRanges
  /** `gateway.frontend.url`, cut; its path includes `gateway.path`. */
  readonly frontend: Frontend | undefined
}

/** Finds out where the client is and how it came, and tells services. `path`: the topology's, `/gateway/sandbox`. */
export type Forwarding = (
  request: GatewayRequest,
  peer: string,
  path: string,
  topology: string,
) => Pick<Exchange, 'request' | 'clientAddress' | 'frontend' | 'forwarded'>

const NONE: Headers = []

/** Source: Knox, `XForwardedHeaderFilter`. */
export function xForwarded({enabled, trusted, frontend: fixed}: ForwardingOptions): Forwarding {
  return (request, peer, path, topology) => {
    const {scheme, host, port} = request.url
    const found = forwarded(request.headers, {peer, secure: scheme === 'https', host, port, path}, trusted)
    return {
      clientAddress: found.clientAddress,
      frontend: fixed
        ? {...fixed, path: `${fixed.path}/${topology}`}
        : {scheme: found.scheme, host: found.host, port: found.port, path},
      request: enabled && found.others !== request.headers ? {...request, headers: found.others} : request,
      forwarded: enabled ? found.fields : NONE,
    }
  }
}
