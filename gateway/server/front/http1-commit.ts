import type {Socket} from 'node:net'
import type {Sink} from '../../http/body.js'
import type {Headers} from '../../http/headers.js'
import type {GatewayResponse} from '../../pipeline/exchange.js'
import type {Committed, End} from './client-side.js'
import {type PrintedHead, printFields} from './http1-head.js'

/** The connection, and what is known of the response on it. */
export interface ResponseWay {
  readonly socket: Socket
  readonly secure: boolean
  /** The response has no body, whatever its head says (RFC 9110 §6.4.1). */
  readonly bodiless: boolean
  /** The client knows chunks. */
  readonly chunks: boolean
  /** What tells that the connection goes on behind the response, if it may. */
  readonly keep: string | undefined
  /** Called once when all of it is handed to the system, unless the connection is gone before. */
  through(keep: boolean): void
}

/** Bytes up to which a copy into one buffer costs less than two more writes. */
const JOINED = 16 * 1024

const LINE_END = Buffer.from('\r\n')

/**
 * The client's side of one response by HTTP/1.1: with `Http2Commit` the only place that writes responses to clients (an
 * upgrade hands the socket to the transport). Small pieces leave as one buffer each, the first with the head.
 * After the head, what fails is broken off, so that the client sees that the body is not whole.
 */
export class Http1Commit implements Sink, Committed {
  readonly status: number
  bytes = 0
  outcome: End = 'client'
  readonly #way: ResponseWay
  readonly #chunked: boolean
  readonly #keeps: boolean
  /** Bytes of the body to come; Infinity: unknown. */
  #left: number
  /** To be written with what comes next; empty: it was. */
  #head: string
  #through = false

  constructor({status, body}: GatewayResponse, {text, length}: PrintedHead, way: ResponseWay) {
    this.#way = way
    this.status = status
    this.#left = way.bodiless ? 0 : length < 0 ? Number.POSITIVE_INFINITY : length
    this.#chunked = this.#left === Number.POSITIVE_INFINITY && way.chunks
    this.#keeps = way.keep !== undefined && this.#isDelimited
    const connection = this.#keeps ? way.keep : 'Connection: close\r\n'
    this.#head = `${text}${connection}${this.#chunked ? 'Transfer-Encoding: chunked\r\n' : ''}\r\n`
    body.flow(this)
    if (this.#head !== '' && this.outcome !== 'broken') way.socket.write(this.#takeHead(), 'latin1')
  }

  write(chunk: Uint8Array): boolean {
    // An empty chunk would be the last one.
    if (this.#way.bodiless || chunk.length === 0) return true
    this.bytes += chunk.length
    this.#left -= chunk.length
    if (this.#left < 0) {
      this.fail()
      return true
    }
    if (this.#left > 0) return this.#put(chunk)
    this.outcome = 'whole'
    return this.#put(chunk, this.#sent())
  }

  get waiting(): number {
    return this.#way.socket.writableLength
  }

  drained(again: () => void): void {
    this.#way.socket.once('drain', again)
  }

  end(trailers: Headers = []): void {
    if (this.outcome !== 'client') return
    if (this.#left > 0 && !this.#chunked && this.#isDelimited) {
      this.fail()
      return
    }
    this.outcome = 'whole'
    const last = this.#chunked ? `0\r\n${printFields(trailers)}\r\n` : ''
    this.#way.socket.write(this.#takeHead() + last, 'latin1', this.#sent())
  }

  /** Between two chunks writes a zero, by which the size of the next one may begin (RFC 9112 §7.1); false: no such place. */
  probe(): boolean {
    if (!this.#chunked || this.outcome !== 'client') return false
    this.#way.socket.write('0')
    return true
  }

  /** A body that only the end of the connection delimits (HTTP/1.0) needs a reset to be seen as broken, or the lack of TLS's own end. */
  fail(): void {
    const {socket, secure} = this.#way
    if (this.#through || socket.destroyed) return
    this.outcome = 'broken'
    if (this.#isDelimited || secure) socket.destroy()
    else socket.resetAndDestroy()
  }

  get #isDelimited(): boolean {
    return this.#chunked || this.#left < Number.POSITIVE_INFINITY
  }

  #sent(): (error?: Error | null) => void {
    return error => {
      if (error || this.#way.socket.destroyed) return
      this.#through = true
      this.#way.through(this.#keeps)
    }
  }

  #takeHead(): string {
    const head = this.#head
    this.#head = ''
    return head
  }

  #put(chunk: Uint8Array, sent?: (error?: Error | null) => void): boolean {
    const {socket} = this.#way
    const head = this.#takeHead()
    if (this.#chunked && head === '' && chunk.length <= JOINED) return socket.write(framed(chunk), sent)
    const before = this.#chunked ? `${head}${chunk.length.toString(16)}\r\n` : head
    if (before === '') return socket.write(chunk, sent)
    if (chunk.length <= JOINED) return socket.write(joined(before, chunk, this.#chunked), sent)
    socket.cork()
    socket.write(before, 'latin1')
    let room = socket.write(chunk, sent)
    if (this.#chunked) room = socket.write(LINE_END)
    socket.uncork()
    return room
  }
}

/** Text and bytes, and a line end if there is one to be, in one buffer: Node would make a write of each. */
function joined(before: string, chunk: Uint8Array, lineEnd: boolean): Uint8Array {
  const end = before.length + chunk.length
  const whole = Buffer.allocUnsafe(lineEnd ? end + LINE_END.length : end)
  whole.write(before, 'latin1')
  whole.set(chunk, before.length)
  if (lineEnd) whole.set(LINE_END, end)
  return whole
}

/** A chunk with its framing (RFC 9112 §7.1) alone, as each event is: without text in between. */
function framed(chunk: Uint8Array): Uint8Array {
  const digits = (35 - Math.clz32(chunk.length)) >> 2
  const start = digits + 2
  const end = start + chunk.length
  const whole = Buffer.allocUnsafe(end + 2)
  for (let i = digits - 1, rest = chunk.length; i >= 0; i--, rest >>>= 4) whole[i] = HEX.charCodeAt(rest & 15)
  whole[digits] = CR
  whole[digits + 1] = LF
  whole.set(chunk, start)
  whole[end] = CR
  whole[end + 1] = LF
  return whole
}

const HEX = '0123456789abcdef'
const CR = 13
const LF = 10
