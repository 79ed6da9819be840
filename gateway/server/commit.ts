import type {ServerResponse} from 'node:http'
import type {Socket} from 'node:net'
import type {Sink} from '../http/body.js'
import type {Headers} from '../http/headers.js'
import type {GatewayResponse} from '../pipeline/exchange.js'

/** How the body of a response ended; `client`: the client left before. */
export type End = 'whole' | 'broken' | 'client'

/**
 * The client's side of one response: the only place that writes to a client's socket (an upgrade
 * hands it to the transport). After the head, what fails is broken off, so that the client sees
 * that the body is not whole.
 */
export class Commit implements Sink {
  readonly #res: ServerResponse
  readonly #length: number
  readonly #lingers: ((res: ServerResponse) => void) | undefined
  bytes = 0
  status = 0
  outcome: End = 'client'
  /** Head and first bytes are with node:http; what follows may be framed here. */
  #begun = false

  /** `lingers`: given when the request may still be coming in, though the connection ends; it ends the response then. */
  constructor(response: GatewayResponse, res: ServerResponse, lingers?: (res: ServerResponse) => void) {
    this.#res = res
    this.#lingers = lingers
    this.status = response.status
    this.#length = lengthOf(response.headers)
    res.writeHead(response.status, response.headers as string[])
    response.body.flow(this)
    if (this.bytes === 0 && !res.writableEnded && !res.destroyed) res.flushHeaders()
    this.#begun = true
  }

  write(chunk: Uint8Array): boolean {
    this.bytes += chunk.length
    if (this.bytes !== this.#length || chunk.length !== this.#length) return this.#send(chunk)
    // The only chunk of a body of known length: head and body leave in one piece.
    this.outcome = 'whole'
    if (this.#lingers === undefined) this.#res.end(chunk)
    else this.#res.write(chunk)
    return true
  }

  /** node:http makes four writes of a chunk, and a vector of those: in one piece an event costs a fifth less. */
  #send(chunk: Uint8Array): boolean {
    const socket = this.#socket
    if (socket === null || chunk.length === 0 || chunk.length > FRAMED) return this.#res.write(chunk)
    return socket.write(framed(chunk))
  }

  /** Where chunks of a body without a length can go at once; null: only node:http knows how, or must keep them back. */
  get #socket(): Socket | null {
    return this.#begun && this.#res.chunkedEncoding ? this.#res.socket : null
  }

  get waiting(): number {
    return this.#res.writableLength
  }

  drained(again: () => void): void {
    const socket = this.#socket
    if (socket?.writableNeedDrain) socket.once('drain', again)
    else this.#res.once('drain', again)
  }

  end(trailers?: Headers): void {
    this.outcome = 'whole'
    if (this.#res.writableEnded) return
    if (trailers !== undefined && trailers.length > 0) this.#res.addTrailers(pairs(trailers))
    if (this.#lingers === undefined || this.#length < 0 || this.#res.req.complete) this.#res.end()
    else this.#lingers(this.#res)
  }

  /** A body that only the end of the connection delimits (HTTP/1.0) needs a reset to be seen as broken. */
  fail(): void {
    if (this.#res.destroyed || this.#res.writableFinished) return
    this.outcome = 'broken'
    if (this.#res.chunkedEncoding || this.#length >= 0) this.#res.destroy()
    else this.#res.socket?.resetAndDestroy()
  }
}

/** Bytes of a chunk that is copied into its frame; what is larger is not worth it. */
const FRAMED = 4096

/** A chunk as it goes over the wire (RFC 9112 §7.1). */
function framed(chunk: Uint8Array): Buffer {
  const size = `${chunk.length.toString(16)}\r\n`
  const end = size.length + chunk.length
  const frame = Buffer.allocUnsafe(end + 2)
  frame.write(size, 'latin1')
  frame.set(chunk, size.length)
  frame.write('\r\n', end, 'latin1')
  return frame
}

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
