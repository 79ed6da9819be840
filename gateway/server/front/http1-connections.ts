import type {Socket} from 'node:net'
import {Deadlines} from '../../common/deadlines.js'
import type {Serving} from '../serve.js'
import {Http1Connection, type Http1Options, type Http1Scope} from './http1-connection.js'

/** The connections that speak HTTP/1.1, or have not told yet. Scope: one front end. */
export interface Http1Connections {
  /** Serves a connection from its first byte on. */
  take(socket: Socket): void
  /** Ends those that wait for a request. */
  stop(): void
  /** Breaks off what is still open. */
  destroy(): void
}

/** None yet. `modern` takes those that turn out to speak HTTP/2. */
export function http1Connections(
  serving: Serving,
  options: Http1Options,
  secure: boolean,
  modern: Http1Scope['modern'],
): Http1Connections {
  const open = new Set<Http1Connection>()
  const deadlines = new Deadlines(serving.clock)
  const seconds = Math.floor(options.idleTimeout / 1000)
  const keepAlive = `Connection: keep-alive\r\n${seconds > 0 ? `Keep-Alive: timeout=${seconds}\r\n` : ''}`
  const scope = {serving, options, secure, keepAlive, deadlines, open, modern}
  return {
    take(socket) {
      new Http1Connection(socket, scope)
    },
    stop() {
      for (const each of open) each.stop()
    },
    destroy() {
      for (const each of open) each.socket.destroy()
      deadlines.clear()
    },
  }
}
