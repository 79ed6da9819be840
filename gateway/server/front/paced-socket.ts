import type {Socket} from 'node:net'
import {Duplex} from 'node:stream'
import type {Clock} from '../../common/clock.js'
import {PieceLength} from '../../pipeline/piece-length.js'
import type {Turns} from '../../pipeline/turns.js'

/** Bytes that are read at a time, at first and at the least, and at the most. */
const LEAST = 2048
const MOST = 16_384

type Done = (error?: Error | null) => void

/**
 * A client's socket, whose bytes come in short pieces that take turns with everything else: Node's HTTP/2 itself would
 * work off 2 MB of frames before it looks at another socket. Pieces are as long as the work lasts that they make.
 *
 * Two defects of Node are kept off, which would abort the process: none comes while a write is under way (Node would lay it
 * aside, and read it when the session may be gone); and the end, and errors, are told as the close alone (after an end it
 * may not write). Who ends a connection of HTTP/2 awaits nothing more. Scope: one connection.
 */
export class PacedSocket extends Duplex {
  readonly #socket: Socket
  readonly #turns: Turns
  readonly #pieces: PieceLength
  readonly #hold: (socket: Socket) => boolean
  /** What came and has not been read. */
  #rest: Buffer | undefined
  #writing = false
  /** The client has left. */
  #left = false
  /** The socket is another's. */
  #held = false
  readonly #came = (chunk: Buffer) => this.#take(chunk)
  readonly #gone = () => {
    this.#left = true
    this.destroy()
  }

  /** `hold` is asked before the socket is ended, and may keep it as it is. */
  constructor(socket: Socket, turns: Turns, clock: Clock, hold: (socket: Socket) => boolean) {
    super({decodeStrings: false})
    this.#socket = socket
    this.#turns = turns
    this.#pieces = new PieceLength(clock, LEAST, MOST)
    this.#hold = hold
    socket.on('data', this.#came).on('end', this.#gone).on('error', this.#gone).on('close', this.#gone)
  }

  #take(chunk: Buffer): void {
    const isIdle = this.#rest === undefined
    this.#rest = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk
    if (isIdle) this.#await()
    if (this.#rest !== undefined) this.#socket.pause()
  }

  /** The next piece goes on when its turn has come. */
  #await(): void {
    if (!this.#writing) this.#turns.take(() => this.#feed())
  }

  #feed(): void {
    const rest = this.#rest
    if (rest === undefined || this.#writing) return
    let hasRoom = true
    this.#pieces.work(length => {
      this.#rest = length < rest.length ? rest.subarray(length) : undefined
      hasRoom = this.push(rest.subarray(0, length))
    })
    if (this.#rest !== undefined) this.#await()
    else if (hasRoom) this.#socket.resume()
  }

  override _read(): void {
    if (this.#rest === undefined && !this.#held) this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: string, done: Done): void {
    this.#writing = true
    this.#socket.write(chunk, error => this.#written(done, error))
  }

  override _writev(chunks: {chunk: Buffer}[], done: Done): void {
    this.#socket.cork()
    const last = chunks.pop()
    for (const {chunk} of chunks) this.#socket.write(chunk)
    if (last) this._write(last.chunk, '', done)
    this.#socket.uncork()
  }

  /** Node's HTTP/2 hears of it in an immediate, before this. */
  #written(done: Done, error?: Error | null): void {
    done(error)
    setImmediate(() => {
      this.#writing = false
      if (this.#rest !== undefined) this.#await()
    })
  }

  override _final(done: Done): void {
    if (this.#isHeld()) done()
    else this.#socket.end(done)
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#rest = undefined
    if (!this.#isHeld()) this.#socket.destroy()
    done(error)
  }

  #isHeld(): boolean {
    const socket = this.#socket
    if (this.#held || this.#left || !this.#hold(socket)) return this.#held
    socket.off('data', this.#came).off('end', this.#gone).off('error', this.#gone).off('close', this.#gone)
    this.#rest = undefined
    this.#held = true
    return true
  }
}
