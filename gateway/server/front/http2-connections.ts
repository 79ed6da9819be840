import type * as Http2 from 'node:http2'
import {createRequire} from 'node:module'
import type {Socket} from 'node:net'
import type {Cancel} from '../../common/clock.js'
import {EventLoopTurns} from '../event-loop-turns.js'
import type {Serving} from '../serve.js'
import {EndedLog} from './ended-log.js'
import {HeldSockets} from './held-sockets.js'
import {Http2Connection, type Http2Options} from './http2-connection.js'
import {PacedSocket} from './paced-socket.js'

const require = createRequire(import.meta.url)

/** The connections that speak HTTP/2. Scope: one front end. */
export interface Http2Connections {
  /** Serves a connection from its first byte on. */
  take(socket: Socket): void
  /** Tells clients that requests to come are to go elsewhere; what runs comes to its end. */
  stop(): void
  /** Breaks off what is still open. */
  destroy(): void
}

/** How often connections are looked after, in ms. */
const LOOK_MS = 1000

/** Pairs of a head that are read at all, and then refused by what is served: a multiple of those that are allowed. */
const MOST_PAIRS = 4

/** Under Node 20 HTTP/2 over what is no socket of Node's own corrupts memory, see DECISIONS.md. */
const MAY_PACE = Number.parseInt(process.versions.node, 10) >= 24

/** None yet; one timer looks after all of them. */
export function http2Connections(serving: Serving, options: Http2Options, secure: boolean): Http2Connections {
  const {clock, log} = serving
  const open = new Set<Http2Connection>()
  const turns = new EventLoopTurns(clock)
  const held = new HeldSockets(clock)
  const ended = new EndedLog(log, clock)
  let cancel: Cancel | undefined
  let over: ((connection: Http2Connection) => void) | undefined
  const look = () => {
    cancel = open.size === 0 ? undefined : clock.after(LOOK_MS, look)
    for (const each of open) each.look()
  }
  const begin = (socket: Socket) => {
    // Loaded for the first connection: a gateway that speaks HTTP/1.1 starts without it.
    const {performServerHandshake}: typeof Http2 = require('node:http2')
    const hold = (each: Socket) => held.take(each, connection.hold)
    const paced = MAY_PACE ? new PacedSocket(socket, turns, clock, hold) : socket
    const session = performServerHandshake(paced, sessionOptions(options, serving.limits.fields))
    const connection: Http2Connection = new Http2Connection(session, socket, {serving, options, secure, ended})
    if (MAY_PACE) paced.on('data', () => connection.weigh())
    open.add(connection)
    session.once('close', () => open.delete(connection))
    cancel ??= clock.after(LOOK_MS, look)
    over?.(connection)
  }
  const end = (how: (connection: Http2Connection) => void) => {
    over = how
    for (const each of open) how(each)
  }
  return {
    take(socket) {
      // Who ends a connection of HTTP/2 awaits nothing more of it; HTTP/1.1 may.
      socket.allowHalfOpen = false
      socket.on('error', () => {})
      if (MAY_PACE) turns.take(() => socket.destroyed || begin(socket))
      else begin(socket)
    },
    stop() {
      held.stop()
      end(each => each.stop())
    },
    destroy() {
      end(each => each.destroy())
      cancel?.()
      ended.end()
    },
  }
}

/** Limits that nghttp2 holds by itself lie above ours, which are told in the log. */
function sessionOptions({maxStreams, maxHeaderSize}: Http2Options, fields: number): Http2.ServerOptions {
  return {
    settings: {maxConcurrentStreams: maxStreams, maxHeaderListSize: maxHeaderSize, enableConnectProtocol: true},
    maxHeaderListPairs: MOST_PAIRS * fields,
    // A client may be slow in hearing of the limit: what it sends in its first packets is refused one by one.
    maxSessionRejectedStreams: 10 * maxStreams,
    maxSessionInvalidFrames: 1_000_000,
  }
}
