import {connect as connectCleartext, isIP, type LookupFunction, type OnReadOpts, type Socket} from 'node:net'
import {type ConnectionOptions, connect as connectSecurely} from 'node:tls'
import {authorityOf, type RequestUrl} from '../../common/request-url.js'

/** Where a connection goes. */
export interface Origin {
  readonly secure: boolean
  /** A name, or an address without brackets. */
  readonly host: string
  readonly port: number
}

/** How connections are made. */
export interface ConnectOptions {
  /** Resolves names; undefined: as the system does. */
  readonly lookup: LookupFunction | undefined
  /** Key material and trust towards services; undefined: Node's defaults. */
  readonly tls: ConnectionOptions | undefined
}

/** Milliseconds of silence before TCP asks whether the other side is there. */
export const TCP_KEEPALIVE = 30_000

/** Names are at that address, whatever else is known of them; undefined: as `lookup` finds. */
export function lookupAt(address: string | undefined, lookup: LookupFunction | undefined): LookupFunction | undefined {
  if (address === undefined) return lookup
  const family = isIP(address)
  return (_, {all}, found) => (all ? found(null, [{address, family}]) : found(null, address, family))
}

const HTTP1 = ['http/1.1']

/**
 * Begins a connection. `session`: of an earlier one, to be resumed (RFC 8446 §2.2). `onread`: takes
 * the bytes instead of the socket's 'data' events. `protocols`: for ALPN.
 */
export function begin(
  origin: Origin,
  {lookup, tls}: ConnectOptions,
  session: Buffer | undefined,
  onread?: OnReadOpts,
  protocols: readonly string[] = HTTP1,
): Socket {
  const {secure, host, port} = origin
  const to = {host, port, ...(lookup && {lookup}), ...(onread && {onread})}
  if (!secure) return connectCleartext({...to, noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEPALIVE})
  const socket = connectSecurely({
    ...tls,
    ...to,
    servername: isIP(host) === 0 ? host : '',
    ALPNProtocols: [...protocols],
    ...(session && {session}),
  })
  return socket.setNoDelay(true).setKeepAlive(true, TCP_KEEPALIVE)
}

/** The origin of a URL as text, and that with the address where it is: by `key` requests share connections. */
export function placeOf(url: RequestUrl, address: string | undefined): {readonly name: string; readonly key: string} {
  const name = `${url.scheme}://${authorityOf(url)}`
  return {name, key: address === undefined ? name : `${name} at ${address}`}
}

/** Where a URL leads. */
export function originOf({scheme, host, port}: RequestUrl): Origin {
  const secure = scheme.toLowerCase() === 'https'
  return {secure, host: host.replace(/^\[|\]$/g, ''), port: Number(port || (secure ? 443 : 80))}
}
