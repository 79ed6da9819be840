import {type IncomingMessage, type Server, ServerResponse} from 'node:http'
import type {Socket} from 'node:net'
import type {Cancel, Clock} from '../../common/clock.js'
import {GatewayError} from '../../common/errors.js'
import type {Exchange} from '../../pipeline/exchange.js'
import type {Dispatch} from '../../pipeline/filter.js'
import type {UpgradingClient} from '../../pipeline/transport.js'
import type {LiveRoute} from '../live/live.js'
import {type Serving, serve, type Visit, visit} from '../serve.js'
import {Http1Client} from './http1-client.js'

/** Whether a request asks for a WebSocket and nothing else (RFC 6455 §4.1): what has a body is an ordinary request. */
export function isWebSocket({method, headers}: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0
  return method === 'GET' && headers.upgrade?.trim().toLowerCase() === 'websocket' && !hasBody
}

/** Milliseconds that a client has to close its side after an answer that is no upgrade. */
const LINGER = 5000

/** A visit whose answer, unless it is an upgrade, goes to the bare socket. */
export function visitOf(serving: Serving, req: IncomingMessage, socket: Socket, secure: boolean): Visit {
  const res = new ServerResponse(req)
  res.shouldKeepAlive = false
  res.assignSocket(socket)
  res.on('finish', () => {
    socket.end()
    serving.clock.after(LINGER, () => socket.destroy())
  })
  socket.on('drain', () => res.emit('drain'))
  socket.on('error', () => socket.destroy())
  return visit(serving, new Http1Client(req, res), secure)
}

/** Serves an upgrade through the same route, filters and choice of endpoint as any request. */
export function serveUpgrade(serving: Serving, visit: Visit, client: UpgradingClient): void {
  serve(serving, visit, route => upgrading(serving, route, visit, client))
}

function upgrading({webSockets, clock}: Serving, route: LiveRoute, visit: Visit, client: UpgradingClient): Dispatch {
  return {
    async dispatch(exchange) {
      if (!webSockets) throw new GatewayError(403, 'web-sockets-off', 'There are no WebSockets here.')
      const response = await route.upgrade(exchange, client)
      visit.status = response.status
      if (response.status === 101) endAtExpiry(exchange, client, clock)
      return response
    },
  }
}

/** Milliseconds that a timer is set to at most: it can wait no longer than 24 days. */
const DAY = 86_400_000

/** What a client proved ends, and with it what it began with that: broken off, since nobody here knows where a message ends. */
function endAtExpiry({principal, gone}: Exchange, {socket}: UpgradingClient, clock: Clock): void {
  const {expiresAt} = principal ?? {}
  if (expiresAt === undefined) return
  const look = () => {
    const left = expiresAt - clock.date()
    if (left <= 0) socket.destroy()
    else cancel = clock.after(Math.min(left, DAY), look)
  }
  let cancel: Cancel = () => undefined
  gone.on(() => cancel())
  look()
}

/**
 * A client that offers another protocol (h2c, as Java's and curl's do by default) has sent a plain
 * request as well: it is put back without the offer and read by a new parser, its body included.
 */
export function readAgain(server: Server, req: IncomingMessage, socket: Socket, head: Buffer, secure: boolean): void {
  const lines = [`${req.method} ${req.url} HTTP/${req.httpVersion}`]
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    const name = req.rawHeaders[i] ?? ''
    if (!/^(?:upgrade|http2-settings)$/i.test(name)) lines.push(`${name}: ${req.rawHeaders[i + 1]}`)
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
  server.emit(secure ? 'secureConnection' : 'connection', socket)
}
