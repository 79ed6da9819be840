import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {Server as SecureServer} from 'node:https'
import type {AddressInfo, Socket} from 'node:net'
import {failureText} from '../answers.js'
import {type Serving, serve, visit} from '../serve.js'
import {divertAgreed, divertByPreface} from './divert.js'
import type {FrontTls} from './front-tls.js'
import {Http1Client} from './http1-client.js'
import type {Http2Options} from './http2-connection.js'
import {type Http2Connections, http2Connections} from './http2-connections.js'
import {type AnsweringSocket, Turns} from './in-turn.js'
import {isLingering} from './linger.js'
import {newRequestId} from './request-id.js'
import {isWebSocket, readAgain, serveUpgrade, visitOf} from './upgrade.js'
import {logRefusal} from './visit-log.js'

/** What the front end listens on, and its limits. Durations in ms, sizes in bytes; 0: no limit. */
export interface FrontOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Undefined: cleartext. */
  readonly tls: FrontTls | undefined
  /** A connection without a request, or whose client takes nothing of its answer, is closed after so long. */
  readonly idleTimeout: number
  /** From a connection's first byte to the end of the request's head. */
  readonly headTimeout: number
  readonly maxHeaderSize: number
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

/** How often connections are checked against head and request timeouts. */
const CHECK_MS = 1000

/** Connections that may wait to be accepted: as many as the system lets (`net.core.somaxconn`), all clients may come back at once. */
const BACKLOG = 32_767

/** Listens; rejects when the address cannot be had. */
export async function listen(serving: Serving, options: FrontOptions): Promise<Front> {
  const current = {tls: options.tls}
  const server = await newServer(options, current)
  const secure = options.tls !== undefined
  server.maxHeadersCount = 0
  const turns = new Turns()
  const take = (req: IncomingMessage, res: ServerResponse) =>
    turns.take(res, req.socket, () => serve(serving, visit(serving, new Http1Client(req, res), secure)))
  server.on('request', take)
  server.on('checkExpectation', take)
  server.on('checkContinue', (req, res) =>
    turns.take(res, req.socket, () => serve(serving, visit(serving, new Http1Client(req, res, true), secure))),
  )
  server.on('upgrade', (req: IncomingMessage, socket: Socket, head: Buffer) => {
    if (isAnswering(socket)) socket.destroy()
    else if (isWebSocket(req)) serveUpgrade(serving, visitOf(serving, req, socket, secure), {socket, head})
    else readAgain(server, req, socket, head, secure)
  })
  server.on('connect', (_req, socket: Socket) => {
    if (isAnswering(socket)) socket.destroy()
    else refuse(serving, socket, 405, 'method', 'CONNECT is not served here.')
  })
  server.setTimeout(options.idleTimeout, (socket: Socket) => {
    if (!isAnswering(socket) || socket.writableLength > 0) socket.destroy()
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuseBroken(serving, error, socket))
  const modern = options.http2 && http2Connections(serving, options.http2, secure)
  if (modern && secure) divertAgreed(server, modern.take)
  else if (modern) divertByPreface(server, options.headTimeout, modern.take)
  const sockets = openSockets(server)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({host: options.host, port: options.port, backlog: BACKLOG}, () => resolve())
  })
  return control(server, sockets, current, modern)
}

/** What TLS is spoken with now. Scope: one front end. */
interface Current {
  tls: FrontTls | undefined
}

async function newServer(options: FrontOptions, current: Current): Promise<Server> {
  const {tls, idleTimeout, headTimeout, maxHeaderSize} = options
  const limits = {
    keepAliveTimeout: idleTimeout,
    headersTimeout: headTimeout,
    // A body may take as long as it flows: uploads and streams of requests have no known end.
    requestTimeout: 0,
    maxHeaderSize,
    // A missing Host is told like every other mistake.
    requireHostHeader: false,
    connectionsCheckingInterval: CHECK_MS,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
  }
  if (!tls) return createServer(limits)
  const secure = await import('node:https')
  return secure.createServer({
    ...limits,
    ...tls.options,
    ALPNProtocols: options.http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
    SNICallback: (host, done) => done(null, current.tls?.contextFor(host)),
  })
}

/**
 * All of a server, which does not know those that have not told what they speak, nor those that it gave away. One under
 * TLS is there twice: as it came, and as it speaks.
 */
function openSockets(server: Server): ReadonlySet<AnsweringSocket> {
  const open = new Set<Socket>()
  const add = (socket: Socket) => {
    // One that is read again comes again.
    if (!open.has(socket)) socket.once('close', () => open.delete(socket))
    open.add(socket)
  }
  server.on('connection', add).on('secureConnection', add)
  return open
}

function control(
  server: Server | SecureServer,
  sockets: ReadonlySet<AnsweringSocket>,
  current: Current,
  modern: Http2Connections | undefined,
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
      server.closeIdleConnections()
      for (const socket of sockets) endWithAnswer(socket)
      modern?.stop()
    },
    destroy() {
      modern?.destroy()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Ends a connection with what it answers now: a response that began before the gateway drained did not say that it is the last. */
function endWithAnswer(socket: AnsweringSocket): void {
  socket._httpMessage?.once('close', () => isAnswering(socket) || socket.destroySoon())
}

/** What Node's parser could not read (RFC 9112 §2.2, §5.1): one answer, then the end of the connection. */
function refuseBroken(serving: Serving, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'HPE_HEADER_OVERFLOW')
    refuse(serving, socket, 431, 'header-too-large', 'The head of the request is too large.')
  else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
    refuse(serving, socket, 408, 'request-timeout', 'The request took too long.')
  else if (error.code === 'ERR_SSL_HTTP_REQUEST')
    refuse(serving, beneath(socket), 400, 'bad-request', 'This port speaks TLS: use an address that begins with https.')
  else if (error.code === 'ECONNRESET') socket.destroy()
  else refuse(serving, socket, 400, 'bad-request', 'The request is not HTTP/1.1.')
}

/** The socket on which TLS failed, by Node's name for it. */
const beneath = (socket: Socket & {_parent?: Socket | null}) => socket._parent ?? socket

/** Whether a request before this one, on the same connection, still waits for its answer: nobody can take the connection over. */
const isAnswering = (socket: AnsweringSocket) => Boolean(socket._httpMessage)

/** Answers on the bare socket; says nothing into a response that has begun. One that is whole, such as a refusal of the same request, still goes out. */
function refuse(serving: Serving, socket: AnsweringSocket, status: number, code: string, message: string): void {
  const answer = socket._httpMessage
  if (answer && isLingering(answer)) {
    socket.end(() => socket.destroy())
    return
  }
  if (!socket.writable || answer?.headersSent) {
    socket.destroy()
    return
  }
  const id = newRequestId()
  logRefusal(serving, socket.remoteAddress ?? '', id, status)
  socket.end(failureText({status, code, message}, id), () => socket.destroy())
}
