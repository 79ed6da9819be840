import type * as Http2 from 'node:http2'
import {createRequire} from 'node:module'
import type {Socket} from 'node:net'
import type {TLSSocket} from 'node:tls'
import {EndpointError} from '../../pipeline/endpoint-error.js'
import {begin, type Origin} from './connect.js'
import {MAX_AGE, type TransportOptions} from './origin-pool.js'

const require = createRequire(import.meta.url)

/** Milliseconds of silence after which the service is asked whether it is there. */
const PING_MS = 30_000
/** Fields of a head. */
const MAX_FIELDS = 500

/** The connection to one origin that is used now. Scope: process. */
export class Http2Origin {
  readonly url: string
  readonly #origin: Origin
  readonly #options: TransportOptions
  readonly #open = new Set<Http2.ClientHttp2Session>()
  #current: Promise<Http2.ClientHttp2Session | undefined> | undefined
  #since = 0
  readonly #running = new WeakMap<Http2.ClientHttp2Session, number>()

  constructor(url: string, origin: Origin, options: TransportOptions) {
    this.url = url
    this.#origin = origin
    this.#options = options
  }

  /** One that takes requests; undefined: the service speaks HTTP/1.1. Rejects with EndpointError `connect`, `timeout-connect`. */
  async session(timeout: number): Promise<Http2.ClientHttp2Session | undefined> {
    const {clock} = this.#options
    const known = await this.#current?.catch(() => undefined)
    const isYoung = clock.now() - this.#since < MAX_AGE
    if (this.#current && isYoung && (known === undefined || isUsable(known))) return this.#current
    // Names are resolved anew now and then; what runs ends where it is.
    known?.close()
    this.#since = clock.now()
    this.#current = this.#connect(timeout)
    this.#current.catch(() => {
      this.#current = undefined
    })
    return this.#current
  }

  /** Requests on a connection. */
  running(session: Http2.ClientHttp2Session, change = 0): number {
    const count = (this.#running.get(session) ?? 0) + change
    this.#running.set(session, count)
    return count
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.#open].map(session => new Promise<void>(resolve => session.once('close', () => resolve()).destroy())),
    )
  }

  async #connect(timeout: number): Promise<Http2.ClientHttp2Session | undefined> {
    const {connect}: typeof Http2 = require('node:http2')
    const socket = await this.#socket(timeout)
    if (this.#origin.secure && (socket as TLSSocket).alpnProtocol !== 'h2') {
      socket.destroy()
      return undefined
    }
    const session = connect(this.url, {
      createConnection: () => socket,
      settings: {enablePush: false, maxHeaderListSize: this.#options.maxHeaderSize},
      maxHeaderListPairs: MAX_FIELDS,
    })
    this.#watch(session)
    return session
  }

  #socket(timeout: number): Promise<Socket> {
    const {secure} = this.#origin
    return new Promise((resolve, reject) => {
      const socket = begin(this.#origin, this.#options, undefined, undefined, ['h2', 'http/1.1'])
      const fail = (failure: 'connect' | 'timeout-connect', cause?: Error) => {
        cancel?.()
        socket.destroy()
        reject(new EndpointError(failure, this.url, cause))
      }
      const cancel = timeout > 0 ? this.#options.clock.after(timeout, () => fail('timeout-connect')) : undefined
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        cancel?.()
        socket.removeAllListeners('error').removeAllListeners('close')
        resolve(socket)
      })
      socket.once('error', error => fail('connect', error))
      socket.once('close', () => fail('connect'))
    })
  }

  /** Counts what runs on a connection: one that is idle is closed after a silence, else the service is asked whether it is there. */
  #watch(session: Http2.ClientHttp2Session): void {
    let asked = false
    this.#open.add(session)
    session.on('error', () => {})
    session.on('close', () => this.#open.delete(session))
    session.on('timeout', () => {
      if (asked) session.destroy()
      else if (this.running(session) === 0) session.close()
      else
        asked = session.ping(() => {
          asked = false
        })
    })
    session.setTimeout(PING_MS)
  }
}

const isUsable = (session: Http2.ClientHttp2Session) => !session.closed && !session.destroyed
