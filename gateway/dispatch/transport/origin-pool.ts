import type {LookupFunction} from 'node:net'
import type {ConnectionOptions} from 'node:tls'
import type {Clock} from '../../common/clock.js'
import type {Deadlines} from '../../common/deadlines.js'
import type {Origin} from './connect.js'
import {WireConnection} from './wire-connection.js'
import type {WireTrip} from './wire-trip.js'

/** What a transport is made of. */
export interface TransportOptions {
  readonly clock: Clock
  /** Resolves names; undefined: as the system does. */
  readonly lookup: LookupFunction | undefined
  /** Key material and trust towards services; undefined: Node's defaults. */
  readonly tls: ConnectionOptions | undefined
  /** Requests to one origin at a time, event streams not counted; 0: no limit. */
  readonly maxConnections: number
  /** Milliseconds for which an idle connection is kept, unless the service names less. */
  readonly keepAlive: number
  /** Bytes of a response head. */
  readonly maxHeaderSize: number
}

/** Milliseconds after which a connection is used no more, so that names are resolved anew. */
export const MAX_AGE = 60_000

/**
 * Milliseconds for which a connection may have been idle that is to carry what cannot be sent again: hardly a service
 * closes one so soon, so that it would cross the request on its way.
 */
const FRESH = 1000

/** The connections to one origin. Scope: process. */
export class OriginPool {
  /** TLS session of the latest connection, for the next one. */
  session: Buffer | undefined
  readonly url: string
  readonly origin: Origin
  readonly options: TransportOptions
  readonly deadlines: Deadlines
  readonly #all = new Set<WireConnection>()
  /** The latest used last: it is taken first, and the others may time out. */
  readonly #idle: WireConnection[] = []
  readonly #waiting: WireTrip[] = []
  readonly #emptied: () => void
  #counted = 0

  /** `emptied`: called when nothing is left in it. */
  constructor(url: string, origin: Origin, options: TransportOptions, deadlines: Deadlines, emptied: () => void) {
    this.url = url
    this.origin = origin
    this.options = options
    this.deadlines = deadlines
    this.#emptied = emptied
  }

  /**
   * Puts a round trip on a connection, or lets it wait for its turn. One that waits for its client meanwhile counts no
   * more: clients that send or read slowly would keep a service from all others.
   */
  start(trip: WireTrip): void {
    if (!trip.counts || !this.#full) {
      this.#carry(trip)
      return
    }
    this.#waiting.push(trip)
    for (const {trip: other} of this.#all)
      if (other?.counts && other.awaitsClient) {
        this.uncount(other)
        return
      }
  }

  /** Counts a round trip no more if another one waits. */
  yield(trip: WireTrip): void {
    if (this.#waiting.length > 0) this.uncount(trip)
  }

  /** The round trip counts no more; the next one may begin. */
  uncount(trip: WireTrip): void {
    if (!trip.counts) return
    trip.counts = false
    const at = trip.connection === undefined ? this.#waiting.indexOf(trip) : -1
    if (at >= 0) {
      this.#waiting.splice(at, 1)
      return
    }
    this.#counted--
    const next = this.#waiting.shift()
    // Not at once: the connection that becomes free is the one to take.
    if (next) {
      this.#counted++
      queueMicrotask(() => this.#give(next))
    }
  }

  /** A round trip ended well: its connection is free. */
  release(connection: WireConnection): void {
    connection.trip = undefined
    connection.used = true
    connection.freeSince = this.options.clock.now()
    if (connection.freeSince - connection.since > MAX_AGE) this.remove(connection)
    else this.#idle.push(connection)
  }

  /** Closes a connection. */
  remove(connection: WireConnection): void {
    const at = this.#idle.lastIndexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
    if (!this.#all.delete(connection)) return
    void connection.close()
    if (this.#all.size === 0 && this.#counted === 0) this.#emptied()
  }

  keepSession(session: Buffer): void {
    this.session = session
  }

  /** Ends every round trip with this error and closes every connection. */
  async close(error: Error): Promise<void> {
    const connections = [...this.#all]
    for (const trip of [...this.#waiting, ...connections.map(each => each.trip)]) trip?.stop(error)
    await Promise.all(connections.map(each => each.close()))
  }

  get #full(): boolean {
    const {maxConnections} = this.options
    return maxConnections > 0 && this.#counted >= maxConnections
  }

  #carry(trip: WireTrip): void {
    if (trip.counts) this.#counted++
    this.#give(trip)
  }

  #give(trip: WireTrip): void {
    if (trip.over) return
    try {
      trip.connection = this.#take(trip)
      trip.connection.carry(trip)
    } catch (error) {
      // Node refuses an address that is none.
      trip.onError(error as Error)
    }
  }

  #take({repeatable, fresh}: WireTrip): WireConnection {
    const free = fresh ? undefined : this.#idle.pop()
    if (free === undefined) return this.#open()
    if (repeatable || this.options.clock.now() - free.freeSince <= FRESH) return free
    const opened = this.#open()
    this.remove(free)
    return opened
  }

  #open(): WireConnection {
    const connection = new WireConnection(this)
    this.#all.add(connection)
    return connection
  }
}
