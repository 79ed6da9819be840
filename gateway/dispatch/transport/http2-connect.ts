import type * as Http2 from 'node:http2'
import {createRequire} from 'node:module'
import type {TLSSocket} from 'node:tls'
import {EndpointError} from '../../pipeline/endpoint-error.js'
import {begin, type Origin} from './connect.js'
import type {TransportOptions} from './origin-pool.js'

const require = createRequire(import.meta.url)

const PROTOCOLS = ['h2', 'http/1.1']
/** Fields of a head. */
const MAX_FIELDS = 500
/** Megabytes; what streams may hold is bounded by their windows already. */
const MAX_MEMORY = 1000
/** Bytes of all streams that may be under way. Each has its own window, so that one that is not read holds up no other. */
const WINDOW = 1024 * 1024

/**
 * A connection of HTTP/2 that stands: the service has sent its SETTINGS, so it is known to speak it, and how many streams
 * it takes. Undefined: it chose HTTP/1.1. Rejects with EndpointError `connect`, `timeout-connect`, nothing was asked then; or
 * with why it was abandoned.
 */
export function connectHttp2(
  url: string,
  origin: Origin,
  options: TransportOptions,
  timeout: number,
  abandoned: AbortSignal,
): Promise<Http2.ClientHttp2Session | undefined> {
  return new Promise((resolve, reject) => {
    const socket = begin(origin, options, undefined, undefined, PROTOCOLS)
    const cancel =
      timeout > 0 ? options.clock.after(timeout, () => fail(new EndpointError('timeout-connect', url))) : () => {}
    const settle = (session: Http2.ClientHttp2Session | undefined) => {
      cancel()
      socket.off('close', closed)
      resolve(session)
    }
    const fail = (reason: Error) => {
      cancel()
      socket.destroy()
      reject(reason)
    }
    const failed = (cause: Error) => fail(new EndpointError('connect', url, cause))
    const closed = () => fail(new EndpointError('connect', url))
    abandoned.addEventListener('abort', () => fail(abandoned.reason))
    socket.on('error', failed).on('close', closed)
    socket.once(origin.secure ? 'secureConnect' : 'connect', () => {
      if (origin.secure && (socket as TLSSocket).alpnProtocol !== 'h2') {
        settle(undefined)
        socket.destroy()
        return
      }
      const session = sessionOn(socket, url, options)
      session.once('remoteSettings', () => settle(session))
      session.once('error', failed)
    })
  })
}

function sessionOn(socket: ReturnType<typeof begin>, url: string, {maxHeaderSize}: TransportOptions) {
  const {connect}: typeof Http2 = require('node:http2')
  const session = connect(url, {
    createConnection: () => socket,
    settings: {enablePush: false, maxHeaderListSize: maxHeaderSize},
    maxHeaderListPairs: MAX_FIELDS,
    maxSessionMemory: MAX_MEMORY,
  })
  session.once('connect', () => session.setLocalWindowSize(WINDOW))
  return session.on('error', () => {})
}
