import type {IncomingMessage, ServerResponse} from 'node:http'
import type {Socket} from 'node:net'
import type {Clock} from '../../common/clock.js'
import {GatewayError} from '../../common/errors.js'
import type {Body} from '../../http/body.js'
import type {Headers} from '../../http/headers.js'
import type {GatewayResponse} from '../../pipeline/exchange.js'
import type {Limits} from '../serve.js'
import type {ClientSide, Committed} from './client-side.js'
import {Commit} from './commit.js'
import {inform} from './inform.js'
import {endLingering} from './linger.js'
import {type RequestHead, readHead} from './request.js'
import {type BodyLimits, clientBody, dropRest} from './request-body.js'

/** A client by HTTP/1.1 or HTTP/1.0. */
export class Http1Client implements ClientSide {
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  /** It waits for 100 Continue before it sends its body (RFC 9110 §10.1.1). */
  readonly #expects: boolean
  /** What its head says; true until that is read. */
  #hasBody = true

  constructor(req: IncomingMessage, res: ServerResponse, expects = false) {
    this.#req = req
    this.#res = res
    this.#expects = expects
  }

  get method(): string {
    return this.#req.method ?? 'GET'
  }

  get target(): string {
    return this.#req.url ?? ''
  }

  get version(): string {
    return this.#req.httpVersion
  }

  get headers(): Headers {
    return this.#req.rawHeaders
  }

  get socket(): Socket {
    return this.#req.socket
  }

  get left(): boolean {
    return this.#res.destroyed
  }

  get begun(): boolean {
    return this.#res.headersSent
  }

  readHead(secure: boolean, limits: Limits): RequestHead {
    if (this.version !== '1.1' && this.version !== '1.0')
      throw new GatewayError(505, 'http-version', 'Only HTTP/1.0 and HTTP/1.1 are served here.')
    const head = readHead(this, secure, limits)
    this.#hasBody = head.hasBody
    return head
  }

  body(limits: BodyLimits, clock: Clock): Body {
    const req = this.#req
    const res = this.#res
    const wanted = () => {
      if (this.#expects) res.writeContinue()
      res.once('finish', () => dropRest(req, limits, clock))
    }
    return clientBody({bytes: req, complete: () => req.complete, wanted, ended: then => then()}, limits, clock)
  }

  inform(status: number, headers: Headers): void {
    inform(this.#res, status, headers)
  }

  commit(response: GatewayResponse, last: boolean, clock: Clock): Committed {
    // What is left of the body would be taken for the next request's beginning, or never comes.
    const unread = this.#hasBody && !this.#req.complete && (this.#expects || response.status >= 400)
    if (last || unread) this.#res.shouldKeepAlive = false
    const lingers = unread && !this.#expects
    return new Commit(response, this.#res, lingers ? each => endLingering(each, clock) : undefined)
  }

  breakOff(): void {
    this.#res.destroy()
  }

  onClose(then: () => void): void {
    this.#res.on('close', then)
  }
}
