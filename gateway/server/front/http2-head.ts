import {randomBytes} from 'node:crypto'
import type {Headers} from '../../http/headers.js'

/** The head of a request of HTTP/2 in the terms of HTTP/1.1. */
export interface PlainHead {
  readonly method: string
  readonly target: string
  /** Empty: none was sent. */
  readonly scheme: string
  /** It asks for a WebSocket (RFC 8441 §5). */
  readonly isWebSocket: boolean
  readonly headers: Headers
}

/**
 * Makes a plain head of fields as nghttp2 has checked them (RFC 9113 §8.2, §8.3): `:authority` becomes Host, beside which
 * a Host of its own stays only where it says something else, so that the request is refused; the crumbs of Cookie are
 * joined (§8.2.3). A WebSocket is asked for as HTTP/1.1 does.
 */
export function plainHead(fields: Headers): PlainHead {
  const pseudo: Record<string, string> = {}
  const headers: string[] = []
  let cookieAt = -1
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? ''
    const value = fields[i + 1] ?? ''
    if (name.charCodeAt(0) === COLON) pseudo[name] = value
    else if (name === 'cookie' && cookieAt >= 0) headers[cookieAt] += `; ${value}`
    else if (name !== 'host' || !isSameHost(pseudo[':authority'], value)) {
      if (name === 'cookie') cookieAt = headers.length + 1
      headers.push(name, value)
    }
  }
  const {':method': method = '', ':path': target = '', ':scheme': scheme = '', ':authority': authority} = pseudo
  if (authority !== undefined) headers.unshift('host', authority)
  const isWebSocket = method === 'CONNECT' && pseudo[':protocol'] === 'websocket'
  if (!isWebSocket) return {method, target, scheme, isWebSocket, headers}
  return {method: 'GET', target, scheme, isWebSocket, headers: [...headers, ...offer()]}
}

/** What asks for a WebSocket by HTTP/1.1 (RFC 6455 §4.1); the key is between the gateway and the service. */
const offer = () => [
  'connection',
  'Upgrade',
  'upgrade',
  'websocket',
  'sec-websocket-key',
  randomBytes(16).toString('base64'),
]

const COLON = 58

const isSameHost = (authority: string | undefined, host: string) => authority?.toLowerCase() === host.toLowerCase()
