import type {Socket} from 'node:net'
import type {buildConnector, Client} from 'undici'
import {begin} from './connect.js'
import type {OriginPool} from './origin-pool.js'
import type {RoundTrip} from './round-trip.js'
import {undici} from './undici.js'
import {withoutContinue} from './without-continue.js'

/** The connections of undici to one origin. */
export type UndiciPool = OriginPool<Connection, RoundTrip>

/**
 * One connection to a service and the undici client that speaks on it, one round trip at a time.
 * undici makes a new connection when the old one has ended before the request was written.
 */
export class Connection {
  /** The round trip it carries; undefined: idle. */
  trip: RoundTrip | undefined
  /** A response came on the present socket. */
  used = false
  /** When the present socket stood, by the clock. */
  since = 0
  freeSince = 0
  readonly #pool: UndiciPool
  readonly #client: Client
  #socket: Socket | undefined

  constructor(pool: UndiciPool) {
    this.#pool = pool
    const {keepAlive, maxHeaderSize} = pool.options
    const {Client} = undici()
    this.#client = new Client(pool.url, {
      connect: (_options, callback) => this.#connect(callback),
      pipelining: 1,
      bodyTimeout: 0,
      headersTimeout: 0,
      keepAliveTimeout: keepAlive,
      keepAliveMaxTimeout: keepAlive,
      maxHeaderSize,
    })
    this.#client.on('disconnect', () => this.#disconnected())
  }

  carry(trip: RoundTrip): void {
    this.trip = trip
    this.#client.dispatch(trip.options, trip)
  }

  /** Drops a connection that is being made, so that nothing waits for it. */
  dropSocket(): void {
    this.#socket?.destroy()
  }

  /** Resolves when the socket is closed. */
  close(): Promise<void> {
    return this.#client.destroy(null)
  }

  #disconnected(): void {
    this.#socket = undefined
    this.used = false
    if (this.trip === undefined) this.#pool.remove(this)
  }

  #connect(callback: buildConnector.Callback): void {
    const {origin, options} = this.#pool
    const socket = begin(origin, options, this.#pool.session)
    this.#socket = socket
    const failed = (error: Error) => callback(error, null)
    socket.once('error', failed)
    socket.once(origin.secure ? 'secureConnect' : 'connect', () => {
      socket.off('error', failed)
      this.#guard(socket)
      withoutContinue(socket, () => this.trip?.awaitsHead === true, options.maxHeaderSize)
      this.used = false
      this.since = options.clock.now()
      callback(null, socket)
    })
    if (origin.secure) socket.on('session', (session: Buffer) => this.#pool.keepSession(session))
  }

  /**
   * What undici 7.30 gets wrong, undone by listeners that come before its own:
   * it takes a reset for the end of a body that the connection delimits; it fails requests that it
   * has not written yet when an idle connection breaks; and when a connection ends while its parser
   * is paused, an assertion ends the process.
   */
  #guard(socket: Socket): void {
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const {code = '', syscall} = error
      const idle = this.trip?.sent !== true && !code.startsWith('UND_')
      if (idle || syscall !== undefined || code === 'ECONNRESET') error.code = 'UND_ERR_SOCKET'
    })
    socket.on('end', () => this.trip?.unpause())
  }
}
