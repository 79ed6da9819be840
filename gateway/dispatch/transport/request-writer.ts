import type {Socket} from 'node:net'
import type {Sink} from '../../http/body.js'
import type {RequestHead} from './request-head.js'

/** Hears how a request's body goes out. */
export interface WriteListener {
  /** The service takes no more for now. */
  bodyStalls(): void
  /** It takes more. */
  bodyFlows(): void
  /** The whole request was written. */
  bodyEnds(): void
  /** The body is not whole, or not as long as it was told. */
  bodyFails(error: Error): void
}

const LINE_END = Buffer.from('\r\n')
const LAST_CHUNK = Buffer.from('0\r\n\r\n')

/**
 * Writes a request with a body at the pace of the service: its head with the first bytes, since a
 * body that turns out to be empty is told so; then as it is when its length was told, else in chunks
 * (RFC 9112 §7.1). Trailers are dropped. Scope: one request.
 */
export class RequestWriter implements Sink {
  readonly #socket: Socket
  readonly #head: RequestHead
  readonly #listener: WriteListener
  readonly #chunked: boolean
  #left: number
  #begun = false
  #over = false
  #full = false
  #again: (() => void) | undefined

  constructor(socket: Socket, head: RequestHead, listener: WriteListener) {
    this.#socket = socket
    this.#head = head
    this.#listener = listener
    this.#chunked = head.length === undefined
    this.#left = head.length ?? Number.POSITIVE_INFINITY
  }

  /** Takes nothing any more. */
  stop(): void {
    this.#over = true
    this.#again = undefined
  }

  write(chunk: Uint8Array): boolean {
    if (this.#over) return false
    // An empty chunk would be the last one.
    if (chunk.length === 0) return !this.#full
    this.#left -= chunk.length
    if (this.#left < 0) {
      this.fail(new Error('the body is longer than its Content-Length'))
      return false
    }
    if (!this.#put(chunk)) this.#stall()
    return !this.#full
  }

  drained(again: () => void): void {
    if (this.#full) this.#again = again
    else if (!this.#over) again()
  }

  end(): void {
    if (this.#over) return
    if (this.#left > 0 && !this.#chunked) {
      this.fail(new Error('the body is shorter than its Content-Length'))
      return
    }
    this.stop()
    if (!this.#begun) this.#socket.write(this.#headLines(this.#chunked ? 'Content-Length: 0' : ''), 'latin1')
    else if (this.#chunked) this.#socket.write(LAST_CHUNK)
    this.#listener.bodyEnds()
  }

  fail(error: Error): void {
    if (this.#over) return
    this.stop()
    this.#listener.bodyFails(error)
  }

  #put(chunk: Uint8Array): boolean {
    const socket = this.#socket
    socket.cork()
    if (!this.#begun) socket.write(this.#headLines(this.#chunked ? 'Transfer-Encoding: chunked' : ''), 'latin1')
    this.#begun = true
    if (this.#chunked) socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1')
    let room = socket.write(chunk)
    if (this.#chunked) room = socket.write(LINE_END)
    socket.uncork()
    return room
  }

  #headLines(framing: string): string {
    return framing === '' ? `${this.#head.text}\r\n` : `${this.#head.text}${framing}\r\n\r\n`
  }

  #stall(): void {
    this.#full = true
    this.#socket.once('drain', () => this.#flow())
    this.#listener.bodyStalls()
  }

  #flow(): void {
    this.#full = false
    if (this.#over) return
    this.#listener.bodyFlows()
    const again = this.#again
    this.#again = undefined
    again?.()
  }
}
