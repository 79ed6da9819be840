import type {Socket} from 'node:net'
import {type Message, type ReadOptions, readMessage} from './message.js'

/** Milliseconds after which a wait gives up, saying what had come until then: before ava does, which does not. */
const PATIENCE = 50_000

/** One side of a connection, byte for byte; text is Latin-1. */
export class Wire {
  readonly socket: Socket
  /** Everything that came and was not yet taken by `message`. */
  received = ''
  /** Bytes that came in all. */
  bytes = 0
  /** The other side has ended properly. */
  ended = false
  /** How the connection broke; undefined: it did not. */
  broken: NodeJS.ErrnoException | undefined
  /** Resolves when the connection is closed, however it came. */
  readonly closed: Promise<void>
  #waiting: (() => void)[] = []

  constructor(socket: Socket) {
    this.socket = socket
    const changed = () => this.#changed()
    this.closed = new Promise(resolve => socket.once('close', () => resolve()))
    socket.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length
      this.received += chunk.toString('latin1')
      changed()
    })
    socket.on('end', () => {
      this.ended = true
      changed()
    })
    socket.on('error', error => {
      this.broken = error
    })
    socket.on('close', changed)
  }

  /** Resolves when the bytes are handed to the system, or the connection is gone. */
  send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data
    return new Promise(resolve => this.socket.write(bytes, () => resolve()))
  }

  /** Waits for this text, or for what the function finds; gives everything received up to now. */
  async until(wanted: string | ((received: string) => boolean)): Promise<string> {
    const found = typeof wanted === 'string' ? (received: string) => received.includes(wanted) : wanted
    await this.#wait(() => found(this.received) || undefined, String(wanted))
    return this.received
  }

  /** Waits for the next whole message and takes it. */
  async message(options: Omit<ReadOptions, 'ended'>): Promise<Message> {
    const read = () => readMessage(this.received, {...options, ended: this.ended})
    const message = await this.#wait(read, `a ${options.kind}`)
    this.received = this.received.slice(message.size)
    return message
  }

  end(): void {
    this.socket.end()
  }

  /** Breaks the connection off with a reset. */
  reset(): void {
    this.socket.resetAndDestroy()
  }

  #wait<T>(find: () => T | undefined, wanted: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(this.#missing(wanted)), PATIENCE)
      const look = () => {
        const found = find()
        if (found === undefined && !this.socket.destroyed) {
          this.#waiting.push(look)
          return
        }
        clearTimeout(late)
        if (found === undefined) reject(this.#missing(wanted))
        else resolve(found)
      }
      look()
    })
  }

  #missing(wanted: string): Error {
    return new Error(`waited for ${wanted}, got ${JSON.stringify(this.received.slice(0, 2000))}`)
  }

  #changed(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const look of waiting) look()
  }
}
