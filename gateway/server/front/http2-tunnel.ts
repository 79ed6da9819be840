import type {OutgoingHttpHeaders, ServerHttp2Stream} from 'node:http2'
import {Duplex} from 'node:stream'
import {nameTest, without} from '../../http/headers.js'
import {outgoing} from '../../http/http2-fields.js'

/** Of the answer to a handshake, what is not told by HTTP/2 (RFC 8441 §5). */
const isOfHandshake = nameTest(['connection', 'upgrade', 'sec-websocket-accept'])

/**
 * A WebSocket in a stream of HTTP/2, as a socket on which HTTP/1.1 is upgraded: what is written first is the head of a
 * 101, which becomes the stream's answer (RFC 8441 §5); all that follows is the WebSocket's. Scope: one exchange.
 */
export class Http2Tunnel extends Duplex {
  readonly #stream: ServerHttp2Stream
  #answered = false
  #reads = false

  constructor(stream: ServerHttp2Stream) {
    super()
    this.#stream = stream
    stream.on('close', () => this.destroy())
  }

  /** What who joins two sockets asks of each of them is the connection's business here. */
  setTimeout(): void {}
  setNoDelay(): void {}
  setKeepAlive(): void {}

  override _read(): void {
    if (!this.#reads) {
      this.#reads = true
      this.#stream.on('data', (chunk: Uint8Array) => this.push(chunk) || this.#stream.pause())
      this.#stream.on('end', () => this.push(null))
    }
    this.#stream.resume()
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#answered) {
      this.#stream.write(chunk, done)
      return
    }
    this.#answered = true
    this.#stream.respond(answerOf(chunk.toString('latin1')))
    done()
  }

  override _final(done: () => void): void {
    this.#stream.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#stream.writableFinished) this.#stream.destroy(new Error('the WebSocket is broken off'))
    else if (!this.#stream.closed) this.#stream.close()
    done(error)
  }
}

/** `200`, with the fields of a 101. */
function answerOf(head: string): OutgoingHttpHeaders {
  const fields = head.split('\r\n').slice(1).flatMap(field)
  return {...outgoing(without(fields, isOfHandshake)), ':status': 200}
}

function field(line: string): string[] {
  const end = line.indexOf(':')
  return end < 0 ? [] : [line.slice(0, end), line.slice(end + 1).trim()]
}
