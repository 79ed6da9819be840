import {type AddressInfo, createServer, type Server, type Socket} from 'node:net'
import type {Server as SecureServer, TLSSocket} from 'node:tls'
import type {Serving} from '../serve.js'
import type {FrontTls} from './front-tls.js'
import type {Http1Options} from './http1-connection.js'
import {type Http1Connections, http1Connections} from './http1-connections.js'
import type {Http2Options} from './http2-connection.js'
import {type Http2Connections, http2Connections} from './http2-connections.js'
import {NO_TLS, refusal} from './refusal.js'

/** What the front end listens on, and its limits. */
export interface FrontOptions extends Http1Options {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Undefined: cleartext. */
  readonly tls: FrontTls | undefined
  /** Undefined: it is not spoken. */
  readonly http2: Http2Options | undefined
}

/** The front end of HTTP/1.1 and HTTP/2. Scope: process. */
export interface Front {
  readonly address: AddressInfo
  readonly secure: boolean
  /** Speaks TLS so with connections to come. */
  renew(tls: FrontTls | undefined): void
  /** Takes no new connections, and tells the open ones that their next response is the last. */
  stop(): void
  /** Resolves when every connection is closed. */
  readonly closed: Promise<void>
  /** Breaks off what is still open. */
  destroy(): void
}

/** Connections that may wait to be accepted: as many as the system lets (`net.core.somaxconn`), all clients may come back at once. */
const BACKLOG = 32_767

/** Listens; rejects when the address cannot be had. */
export async function listen(serving: Serving, options: FrontOptions): Promise<Front> {
  const current = {tls: options.tls}
  const secure = options.tls !== undefined
  const modern = options.http2 && http2Connections(serving, options.http2, secure)
  const plain = http1Connections(serving, options, secure, secure ? undefined : modern?.take)
  const server = await newServer(options, current)
  const sockets = secure ? openSockets(server) : NONE
  if (!secure) server.on('connection', plain.take)
  server.on('secureConnection', (socket: TLSSocket) =>
    modern && socket.alpnProtocol === 'h2' ? modern.take(socket) : plain.take(socket),
  )
  server.on('tlsClientError', (error, socket) => refuseCleartext(serving, error, socket))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({host: options.host, port: options.port, backlog: BACKLOG}, () => resolve())
  })
  return control(server, sockets, current, [plain, ...(modern ? [modern] : [])])
}

/** What TLS is spoken with now. Scope: one front end. */
interface Current {
  tls: FrontTls | undefined
}

const COMMON = {noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000}

async function newServer({tls, http2, headTimeout}: FrontOptions, current: Current): Promise<Server | SecureServer> {
  if (!tls) return createServer(COMMON)
  const secure = await import('node:tls')
  return secure.createServer({
    ...COMMON,
    ...tls.options,
    handshakeTimeout: headTimeout,
    ALPNProtocols: http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
    SNICallback: (host, done) => done(null, current.tls?.contextFor(host)),
  })
}

/** Ends a connection on which TLS has failed, or has not come to stand in time; what is no TLS at all is told so. */
function refuseCleartext(serving: Serving, {code}: NodeJS.ErrnoException, socket: AboveSocket): void {
  const cleartext = socket._parent
  if (code !== 'ERR_SSL_HTTP_REQUEST' || !cleartext?.writable) socket.destroy()
  else cleartext.end(refusal(serving, cleartext.remoteAddress ?? '', NO_TLS), () => cleartext.destroy())
}

/** Node's name for the socket that TLS is spoken on. */
type AboveSocket = TLSSocket & {_parent?: Socket | null}

const NONE: ReadonlySet<Socket> = new Set()

/** All of a server as they came, also those that have not begun to speak TLS. */
function openSockets(server: Server): ReadonlySet<Socket> {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  return open
}

function control(
  server: Server | SecureServer,
  sockets: ReadonlySet<Socket>,
  current: Current,
  kinds: readonly (Http1Connections | Http2Connections)[],
): Front {
  // A server tells that it is closed before its last sockets do: two turns of the loop later they have.
  const closed = new Promise<void>(resolve => server.on('close', () => setImmediate(() => setImmediate(resolve))))
  return {
    address: server.address() as AddressInfo,
    secure: current.tls !== undefined,
    closed,
    renew(tls) {
      current.tls = tls
      if (tls && 'setSecureContext' in server) server.setSecureContext(tls.options)
    },
    stop() {
      server.close()
      for (const each of kinds) each.stop()
    },
    destroy() {
      for (const each of kinds) each.destroy()
      for (const socket of sockets) socket.destroy()
    },
  }
}
