import type {OnReadOpts, Socket} from 'node:net'
import type {Timed} from '../../common/deadlines.js'
import type {Headers} from '../../http/headers.js'
import {begin} from './connect.js'
import type {OriginPool} from './origin-pool.js'
import {endWithoutBody} from './request-head.js'
import {RequestWriter} from './request-writer.js'
import type {ResponseHead} from './response-head.js'
import {type AnswerListener, ResponseReader} from './response-reader.js'
import {endedCleanly} from './tls-end.js'
import type {WireTrip} from './wire-trip.js'

const READ_SIZE = 64 * 1024

/**
 * Where all sockets read into: a buffer each would cost 64 KB a stream. What was read is copied out
 * before anything else happens, since writing to a TLS socket can make it read.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(READ_SIZE)

/** Bytes of a read from which on a new buffer costs less than a copy. TLS never gives so much at once (RFC 8446 §5.1). */
const LARGE_READ = READ_SIZE / 2

/** Milliseconds before a service closes an idle connection from which on it is not used. */
const MARGIN = 1000

/** One connection to a service, one round trip at a time. Scope: process. */
export class WireConnection implements AnswerListener, Timed {
  deadline = Number.POSITIVE_INFINITY
  slot = -1
  /** The round trip it carries; undefined: idle. */
  trip: WireTrip | undefined
  /** It has carried one before. */
  used = false
  /** When it stood, by the clock. */
  since = 0
  /** When it was last set free, by the clock; set by the pool. */
  freeSince = 0
  readonly #pool: OriginPool
  readonly #reader: ResponseReader
  readonly #socket: Socket
  /** Where the next bytes are read into: one of its own, to be handed on whole, while large pieces come. */
  #room = READ_BUFFER
  #ready = false
  #paused = false
  #writer: RequestWriter | undefined
  /** The request was written whole. */
  #written = false
  /** Milliseconds for which it may stand idle. */
  #keepAlive: number

  constructor(pool: OriginPool) {
    const {origin, options} = pool
    this.#pool = pool
    this.#keepAlive = options.keepAlive
    this.#reader = new ResponseReader(this, options.maxHeaderSize)
    this.#socket = begin(origin, options, pool.session, this.#reading())
    this.#listen(origin.secure)
  }

  carry(trip: WireTrip): void {
    this.trip = trip
    this.#pool.deadlines.delete(this)
    if (this.#ready) this.#send(trip)
  }

  /** An idle connection has stood for long enough. */
  late(): void {
    this.#broke(new Error('idle'))
  }

  /** Reads again after a pause. */
  resume(): void {
    this.#paused = false
    this.#socket.resume()
  }

  /** Ends it at once. */
  destroy(): void {
    this.trip = undefined
    this.#pool.deadlines.delete(this)
    this.#reader.stop()
    this.#writer?.stop()
    this.#socket.destroy()
    this.#pool.remove(this)
  }

  /** Resolves when the socket is closed. */
  close(): Promise<void> {
    return new Promise(resolve => {
      if (this.#socket.closed) resolve()
      else this.#socket.once('close', () => resolve()).destroy()
    })
  }

  informed({status, headers}: ResponseHead): void {
    this.trip?.informed(status, headers)
  }

  answered(head: ResponseHead): void {
    this.#keepAlive = Math.min(this.#pool.options.keepAlive, (head.keepAlive ?? Number.POSITIVE_INFINITY) - MARGIN)
    this.trip?.answered(head)
  }

  took(chunk: Uint8Array): void {
    this.trip?.took(chunk)
  }

  completed(trailers: Headers, clean: boolean): void {
    const trip = this.trip
    trip?.finish()
    if (clean && this.#written && this.#keepAlive > 0) {
      this.#writer = undefined
      this.#pool.deadlines.arm(this, this.#keepAlive)
      this.#pool.release(this)
    } else this.destroy()
    trip?.completed(trailers)
  }

  #reading(): OnReadOpts {
    return {buffer: () => this.#room, callback: (size, into) => this.#read(this.#taken(size, into as Buffer))}
  }

  #listen(secure: boolean): void {
    const socket = this.#socket
    socket.once(secure ? 'secureConnect' : 'connect', () => this.#connected())
    socket.on('error', error => this.#broke(error))
    socket.on('end', () => this.#ended(secure))
    socket.on('close', () => this.#broke(new Error('the connection was closed')))
    if (secure) socket.on('session', (session: Buffer) => this.#pool.keepSession(session))
  }

  #connected(): void {
    this.#ready = true
    this.since = this.#pool.options.clock.now()
    if (this.trip) this.#send(this.trip)
  }

  #send(trip: WireTrip): void {
    const {outgoing} = trip
    if (!outgoing) return
    const {request, head} = outgoing
    this.#reader.begin(request.method)
    trip.connected(this.used)
    this.#written = request.body === undefined
    if (request.body === undefined) this.#socket.write(head.text + endWithoutBody(request.method, head), 'latin1')
    else {
      this.#writer = new RequestWriter(this.#socket, head, this.#writing(trip))
      request.body.flow(this.#writer)
    }
  }

  #writing(trip: WireTrip) {
    return {
      bodyStalls: () => trip.bodyStalls(),
      bodyFlows: () => trip.bodyFlows(),
      bodyFails: (error: Error) => trip.bodyFails(error),
      bodyEnds: () => {
        this.#written = true
        trip.bodyEnds()
      },
    }
  }

  #taken(size: number, into: Buffer): Buffer {
    const bytes = into.subarray(0, size)
    this.#room = size < LARGE_READ ? READ_BUFFER : Buffer.allocUnsafeSlow(READ_SIZE)
    return into === READ_BUFFER || size < LARGE_READ ? Buffer.from(bytes) : bytes
  }

  /** Gives whether more is wanted. */
  #read(bytes: Buffer): boolean {
    const {trip} = this
    if (!trip) {
      this.#broke(new Error('bytes that nobody asked for'))
      return true
    }
    trip.heard()
    try {
      this.#reader.push(bytes)
    } catch (error) {
      this.#broke(error as Error)
    }
    // TLS gives what it has read already also after a pause: that may have been all.
    if (this.#paused && !trip.paused) this.resume()
    this.#paused = trip.paused
    return !this.#paused
  }

  #ended(secure: boolean): void {
    // While TCP is not read, only a close_notify that had come before can be the end.
    const clean = !secure || this.trip?.paused === true || endedCleanly(this.#socket)
    if (clean && this.#reader.end()) return
    this.#broke(new Error('the service ended the connection'))
  }

  #broke(error: Error): void {
    const {trip} = this
    if (trip) trip.onError(error)
    else this.destroy()
  }
}
