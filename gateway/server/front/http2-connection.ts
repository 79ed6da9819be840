import type {ServerHttp2Session, ServerHttp2Stream} from 'node:http2'
import type {Socket} from 'node:net'
import type {Headers} from '../../http/headers.js'
import {type Serving, serve, visit} from '../serve.js'
import {Allowance} from './allowance.js'
import type {EndedLog} from './ended-log.js'
import {Http2Client} from './http2-client.js'
import {plainHead} from './http2-head.js'
import {Http2Tunnel} from './http2-tunnel.js'
import {serveUpgrade} from './upgrade.js'

/** What a connection of HTTP/2 may do. Durations in ms, sizes in bytes, rates a second; 0: no limit. */
export interface Http2Options {
  readonly idleTimeout: number
  /** Until the first request. */
  readonly headTimeout: number
  readonly maxHeaderSize: number
  /** Requests at a time. */
  readonly maxStreams: number
  /** Requests that the client gives up. */
  readonly resetRate: number
  /** PING and SETTINGS, which must be answered. */
  readonly pingRate: number
  /** Bytes that are neither heads nor bodies nor acknowledge what was sent. */
  readonly overheadRate: number
}

/** What all connections of a front end have in common. */
export interface Http2Scope {
  readonly serving: Serving
  readonly options: Http2Options
  readonly secure: boolean
  readonly ended: EndedLog
}

/** Milliseconds that a client has to answer a PING, and that lie between two of them. */
const PING_MS = 30_000
/** For how long a connection is held that floods, and one that is ended for what is no HTTP/2, in ms: that must close (RFC 9113 §5.4.1). */
const FLOOD_MS = 10_000
const FAULT_MS = 1000
/** RFC 9113 §7. */
const ENHANCE_YOUR_CALM = 11
/** Bytes of one stream that may have come and wait to be read: its window (RFC 9113 §6.9.2). */
const WINDOW = 65_535

const NOTHING = Buffer.alloc(0)

/** What there may be too many of. */
const GIVEN_UP = 'requests given up'
const ASKED = 'PING or SETTINGS'

/**
 * One connection of HTTP/2: a stream for each request. A client that makes work which serves no request (CVE-2019-9511 to
 * 9518, CVE-2023-44487, CVE-2025-8671) is cut off. Scope: one connection.
 */
export class Http2Connection {
  readonly #session: ServerHttp2Session
  readonly #socket: Socket
  readonly #scope: Http2Scope
  readonly #resets: Allowance
  readonly #pings: Allowance
  readonly #overhead: Allowance
  /** Of the peer, which a socket forgets. */
  readonly #client: string
  #open = 0
  #hold = FAULT_MS
  /** Bytes that came, and what accounts for them, at the last look. */
  #read = 0
  #accounted = 0
  /** Of bodies, and of what heads may take. */
  #useful = 0
  /** When it was last asked whether it is there, and whether it has not said so. */
  #pinged: number
  #unanswered = false

  constructor(session: ServerHttp2Session, socket: Socket, scope: Http2Scope) {
    const {options, serving} = scope
    const now = serving.clock.now()
    this.#session = session
    this.#socket = socket
    this.#scope = scope
    this.#client = socket.remoteAddress ?? ''
    this.#resets = new Allowance(options.resetRate, now)
    this.#pings = new Allowance(options.pingRate, now)
    this.#overhead = new Allowance(options.overheadRate, now)
    this.#pinged = now
    session.setTimeout(options.headTimeout)
    session.on('timeout', () => this.#open === 0 && session.close())
    session.on('error', error => scope.ended.tell(this.#client, error.message))
    session.on('ping', () => this.#count(this.#pings, ASKED))
    session.on('remoteSettings', () => this.#count(this.#pings, ASKED))
    session.on('stream', (stream: ServerHttp2Stream, _named: object, _flags: number, fields: Headers) =>
      this.#serve(stream, fields),
    )
  }

  /** Now and then: finds out whether the client is there. */
  look(): void {
    this.weigh()
    const now = this.#scope.serving.clock.now()
    if (this.#open > 0 && now - this.#pinged >= PING_MS) this.#ping(now)
  }

  /** Finds out whether what came is worth its while. */
  weigh(): void {
    const now = this.#scope.serving.clock.now()
    const {bytesRead, bytesWritten} = this.#socket
    const accounted = bytesWritten + this.#useful
    const unaccounted = bytesRead - this.#read - (accounted - this.#accounted)
    this.#read = bytesRead
    this.#accounted = accounted
    if (!this.#overhead.use(unaccounted, now)) this.#cutOff('frames without content')
  }

  /** Tells the client which requests are served to their end; it may send all others elsewhere (RFC 9113 §6.8, §8.7). */
  stop(): void {
    this.#session.close()
  }

  destroy(): void {
    this.#hold = 0
    this.#session.destroy()
  }

  /** For how many ms its socket is held, unless it has come to its own end or the gateway has given it up. */
  get hold(): number {
    return this.#session.closed ? 0 : this.#hold
  }

  #serve(stream: ServerHttp2Stream, fields: Headers): void {
    const {serving, options, secure} = this.#scope
    stream.on('error', () => {})
    // It came in the same packet as its reset.
    if (stream.closed || stream.destroyed) {
      this.#count(this.#resets, GIVEN_UP)
      return
    }
    if (this.#open++ === 0) this.#session.setTimeout(options.idleTimeout)
    this.#useful += options.maxHeaderSize + (stream.endAfterHeaders ? 0 : WINDOW)
    stream.once('resume', () =>
      stream.on('data', (chunk: Uint8Array) => {
        this.#useful += chunk.length
      }),
    )
    // What the gateway itself broke off has an error.
    stream.on('aborted', () => stream.errored === null && this.#count(this.#resets, GIVEN_UP))
    stream.on('close', () => this.#open--)
    const head = plainHead(fields)
    const client = new Http2Client(stream, head, this.#socket)
    stream.setTimeout(options.idleTimeout, () => stream.writableLength > 0 && client.breakOff())
    const begun = visit(serving, client, secure)
    if (!head.isWebSocket) {
      serve(serving, begun)
      return
    }
    const tunnel = {socket: new Http2Tunnel(stream), head: NOTHING}
    serveUpgrade(serving, begun, () => tunnel)
  }

  #count(allowance: Allowance, what: string): void {
    if (!allowance.use(1, this.#scope.serving.clock.now())) this.#cutOff(what)
  }

  /** The session tells it as its error. */
  #cutOff(why: string): void {
    this.#hold = FLOOD_MS
    this.#session.destroy(new Error(`too many ${why}`), ENHANCE_YOUR_CALM)
  }

  #ping(now: number): void {
    const asked = this.#session.ping(error => {
      if (!error) this.#unanswered = false
    })
    if (this.#unanswered || !asked) this.destroy()
    this.#unanswered = true
    this.#pinged = now
  }
}
