import type {ServerResponse} from 'node:http'
import type {Sink} from '../../http/body.js'
import {type Headers, isEventStream, valueOf} from '../../http/headers.js'
import type {GatewayResponse} from '../../pipeline/exchange.js'
import type {Committed, End} from './client-side.js'

/**
 * The client's side of one response by HTTP/1.1: with `Http2Commit` the only place that writes to clients (an upgrade
 * hands the socket to the transport). After the head, what fails is broken off, so that the client sees
 * that the body is not whole.
 */
export class Commit implements Sink, Committed {
  readonly #res: ServerResponse
  readonly #length: number
  /** Chunks are framed here, see `framed`. */
  readonly #frames: boolean
  readonly #lingers: ((res: ServerResponse) => void) | undefined
  bytes = 0
  status = 0
  outcome: End = 'client'

  /** `lingers`: given when the request may still be coming in, though the connection ends; it ends the response then. */
  constructor(response: GatewayResponse, res: ServerResponse, lingers?: (res: ServerResponse) => void) {
    this.#res = res
    this.#lingers = lingers
    this.status = response.status
    this.#length = lengthOf(response.headers)
    res.writeHead(response.status, response.headers as string[])
    this.#frames = res.chunkedEncoding && isEventStream(valueOf(response.headers, 'content-type'))
    if (this.#frames) {
      res.chunkedEncoding = false
      res.flushHeaders()
    }
    response.body.flow(this)
    if (this.bytes === 0 && !res.writableEnded && !res.destroyed) res.flushHeaders()
  }

  write(chunk: Uint8Array): boolean {
    this.bytes += chunk.length
    if (this.#frames) return this.#writeFramed(chunk)
    if (this.bytes !== this.#length || chunk.length !== this.#length) return this.#res.write(chunk)
    // The only chunk of a body of known length: head and body leave in one piece.
    this.outcome = 'whole'
    if (this.#lingers === undefined) this.#res.end(chunk)
    else this.#res.write(chunk)
    return true
  }

  /**
   * Right to the socket, which is the response's as soon as its turn has come: an event costs one
   * write of one buffer. An empty chunk would be the last one.
   */
  #writeFramed(chunk: Uint8Array): boolean {
    const {socket} = this.#res
    const whole = chunk.length === 0 ? chunk : framed(chunk)
    return socket === null ? this.#res.write(whole) : socket.write(whole)
  }

  get waiting(): number {
    return this.#res.writableLength
  }

  drained(again: () => void): void {
    const {socket} = this.#res
    if (this.#frames && socket?.writableNeedDrain) socket.once('drain', again)
    else this.#res.once('drain', again)
  }

  end(trailers?: Headers): void {
    this.outcome = 'whole'
    if (this.#res.writableEnded) return
    if (this.#frames) this.#res.chunkedEncoding = true
    if (trailers !== undefined && trailers.length > 0) this.#res.addTrailers(pairs(trailers))
    if (this.#lingers === undefined || this.#length < 0 || this.#res.req.complete) this.#res.end()
    else this.#lingers(this.#res)
  }

  /** A body that only the end of the connection delimits (HTTP/1.0) needs a reset to be seen as broken. */
  fail(): void {
    if (this.#res.destroyed || this.#res.writableFinished) return
    this.outcome = 'broken'
    if (this.#frames || this.#res.chunkedEncoding || this.#length >= 0) this.#res.destroy()
    else this.#res.socket?.resetAndDestroy()
  }
}

/**
 * A chunk with its framing (RFC 9112 §7.1) in one buffer: Node would write three for each event. Node
 * is told that the body has no framing, until its end, which it writes.
 */
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

function lengthOf(headers: Headers): number {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]
    if (name?.length === 14 && name.toLowerCase() === 'content-length') return Number(headers[i + 1])
  }
  return -1
}

function pairs(headers: Headers): [string, string][] {
  return Array.from({length: headers.length / 2}, (_, i) => [headers[2 * i] ?? '', headers[2 * i + 1] ?? ''])
}
