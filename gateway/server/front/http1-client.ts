import type {Socket} from 'node:net'
import {Readable} from 'node:stream'
import type {Clock} from '../../common/clock.js'
import {GatewayError} from '../../common/errors.js'
import type {Body} from '../../http/body.js'
import {type Headers, isEventStream, valueOf} from '../../http/headers.js'
import {CLOSES} from '../../http/wire/grammar.js'
import type {GatewayResponse} from '../../pipeline/exchange.js'
import type {Limits} from '../serve.js'
import type {ClientSide, Committed} from './client-side.js'
import {Http1Commit} from './http1-commit.js'
import type {Http1Connection} from './http1-connection.js'
import {printHead, printInterim} from './http1-head.js'
import {expectsContinue, type RequestFields, type RequestHead, readHead, requestFields} from './request.js'
import {type BodyLimits, clientBody} from './request-body.js'
import type {SentHead} from './request-line.js'

/** Statuses of responses that have no body (RFC 9110 §6.4.1). */
const BODILESS: ReadonlySet<number> = new Set([204, 304])

const KEEP_ALIVE = /(?:^|,)[\t ]*keep-alive[\t ]*(?:,|$)/i

/** A client by HTTP/1.1 or HTTP/1.0. Scope: one exchange. */
export class Http1Client implements ClientSide {
  begun = false
  /** The connection may become something else. */
  readonly upgrades: boolean
  /** It waits for 100 Continue before it sends its body. */
  waits = false
  readonly #connection: Http1Connection
  readonly #head: SentHead
  /** The connection may be used again; not before the head was found right, nor where it may become something else. */
  #keeps: boolean
  #bytes: Readable | undefined
  #over = false
  /** Its answer is an event stream. */
  #streams = false
  #commit: Http1Commit | undefined
  /** Characters of the next head that are written already. */
  #probed = 0
  #then: (() => void) | undefined

  constructor(connection: Http1Connection, head: SentHead, upgrades: boolean) {
    this.#connection = connection
    this.#head = head
    this.upgrades = upgrades
    this.#keeps = !upgrades
  }

  get method(): string {
    return this.#head.method
  }

  get target(): string {
    return this.#head.target
  }

  get version(): string {
    return this.#head.version
  }

  get headers(): Headers {
    return this.#head.headers
  }

  get socket(): Socket {
    return this.#connection.socket
  }

  get left(): boolean {
    return this.#over || this.socket.destroyed
  }

  readHead(secure: boolean, limits: Limits): RequestHead {
    const keeps = this.#keeps
    this.#keeps = false
    if (this.version !== '1.1' && this.version !== '1.0')
      throw new GatewayError(505, 'http-version', 'Only HTTP/1.0 and HTTP/1.1 are served here.')
    const fields = requestFields(this, limits)
    this.#connection.expect(fields.chunked ? 'chunked' : (fields.contentLength ?? 0))
    this.waits = this.version === '1.1' && expectsContinue(fields)
    const head = readHead(this, fields, secure, limits)
    this.#keeps = keeps && wantsMore(this.version, fields)
    return head
  }

  body(limits: BodyLimits, clock: Clock): Body {
    const connection = this.#connection
    const bytes = new Readable({read: () => connection.resume()})
    // It may break off before anybody wants it.
    bytes.on('error', ignore)
    this.#bytes = bytes
    const source = {
      bytes,
      complete: () => !connection.inBody,
      wanted: () => this.#continue(),
      ended: (then: () => void) => then(),
    }
    return clientBody(source, limits, clock)
  }

  /** Bytes of its body; false: enough for now. */
  took(chunk: Uint8Array): boolean {
    this.waits = false
    const bytes = this.#bytes
    return bytes === undefined || bytes.destroyed || bytes.push(chunk)
  }

  completed(): void {
    this.#bytes?.push(null)
  }

  /** The rest of its body cannot be read. */
  broken(error: Error): void {
    this.#keeps = false
    this.#bytes?.destroy(error)
  }

  inform(status: number, headers: Headers): void {
    if (this.left || this.begun || this.version !== '1.1' || (status !== 102 && status !== 103)) return
    this.socket.write(this.#unprobed(printInterim(status, headers)), 'latin1')
  }

  /**
   * Writes so little of what comes next that it says nothing: a client that has ended its side may have left, and TCP tells
   * only who writes. An open stream that has no place for it counts as left.
   */
  probe(): void {
    if (!this.begun) this.socket.write(BEGINNING.charAt(this.#probed++))
    else if (this.#commit?.probe() === false && this.#streams) this.breakOff()
  }

  commit(response: GatewayResponse, last: boolean, clock: Clock): Committed {
    const {status, headers} = response
    const connection = this.#connection
    const head = printHead(status, headers, clock)
    // What is left of the body would be taken for the next request's beginning, or never comes.
    const isUnread = connection.inBody && (this.waits || status >= 400)
    this.begun = true
    this.#streams = isEventStream(valueOf(headers, 'content-type'))
    const text = this.#unprobed(head.text)
    const commit = new Http1Commit(
      response,
      {...head, text},
      {
        socket: this.socket,
        secure: connection.secure,
        bodiless: this.method === 'HEAD' || BODILESS.has(status),
        chunks: this.version === '1.1',
        keep: this.#keeps && !last && !isUnread ? connection.keepAlive : undefined,
        through: keep => connection.through(keep && this.#keeps),
      },
    )
    this.#commit = commit
    return commit
  }

  breakOff(): void {
    this.socket.destroy()
  }

  onClose(then: () => void): void {
    this.#then = then
  }

  /** The response is through, or the connection gone. */
  close(): void {
    this.#over = true
    this.#bytes?.destroy()
    this.#then?.()
  }

  #continue(): void {
    if (!this.waits || this.begun || this.left) return
    this.waits = false
    this.socket.write(printInterim(100, []), 'latin1')
  }

  /** What is still to be written of a head. */
  #unprobed(head: string): string {
    const rest = head.slice(this.#probed)
    this.#probed = 0
    return rest
  }
}

/** Of every head. */
const BEGINNING = 'HTTP/1.1'

/** Whether the client may use the connection again (RFC 9112 §9.3). */
function wantsMore(version: string, {connection}: RequestFields): boolean {
  if (connection === undefined) return version === '1.1'
  return !CLOSES.test(connection) && (version === '1.1' || KEEP_ALIVE.test(connection))
}

const ignore = () => undefined
