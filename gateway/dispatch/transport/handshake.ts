import {createHash} from 'node:crypto'
import type {ClientRequest, IncomingMessage} from 'node:http'
import {Socket} from 'node:net'
import type {Duplex} from 'node:stream'
import type {Cancel, Clock} from '../../common/clock.js'
import {printUrl} from '../../common/request-url.js'
import {type Body, emptyBody} from '../../http/body.js'
import {endToEnd, responseFields} from '../../http/end-to-end.js'
import {type Headers, valueOf} from '../../http/headers.js'
import {EndpointError, type EndpointFailure} from '../../pipeline/endpoint-error.js'
import type {GatewayResponse} from '../../pipeline/exchange.js'
import type {ServiceRequest} from '../../pipeline/transport.js'
import {TCP_KEEPALIVE} from './connect.js'
import {goneFailure} from './failures.js'

/** Who waits for the service's answer. */
export interface Waiter {
  resolve(response: GatewayResponse): void
  reject(error: Error): void
}

/** Milliseconds that one side may go on sending after the other has ended. */
const LINGER = 5000

/** An upgrade from the request being made to the service's answer. Scope: one exchange. */
export class Handshake {
  readonly #made: ClientRequest
  readonly #request: ServiceRequest
  readonly #client: Duplex
  readonly #clock: Clock
  #waiter: Waiter | undefined
  #sent = false
  #timer: Cancel | undefined
  readonly #left = () => this.#fail(goneFailure())
  /** A client that ended its side has left (RFC 6455 §4.1: it waits); what it sent ahead stays unread. */
  readonly #look = () => {
    if (this.#client.readableLength === 0) this.#client.read(0)
  }
  readonly #ended = () => this.#client.destroy()

  constructor(made: ClientRequest, request: ServiceRequest, client: Duplex, clock: Clock, waiter: Waiter) {
    this.#made = made
    this.#request = request
    this.#client = client
    this.#clock = clock
    this.#waiter = waiter
    this.#arm(request.connectTimeout, 'timeout-connect')
    const join = made.listeners('upgrade')
    // http-proxy's own would end the client's socket, write another answer's fields joined, and join whatever answers 101.
    made.removeAllListeners('error').removeAllListeners('response').removeAllListeners('upgrade')
    made.on('error', (error: NodeJS.ErrnoException) => this.#broke(error))
    made.on('socket', socket =>
      socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => this.#connected()),
    )
    made.on('response', response => this.#answered(response))
    made.on('upgrade', (response, socket: Socket, head: Buffer) => {
      if (!accepts(response, request.headers)) {
        socket.destroy()
        this.#fail(this.#error('malformed'))
        return
      }
      for (const each of join) each.call(made, response, socket, head)
      this.#joined(socket)
    })
    client.on('close', this.#left)
    client.on('readable', this.#look)
    client.on('end', this.#ended)
    client.on('error', () => client.destroy())
  }

  #connected(): void {
    this.#sent = true
    this.#arm(this.#request.responseTimeout, 'timeout-response')
  }

  #arm(ms: number, failure: EndpointFailure): void {
    this.#timer?.()
    this.#timer = ms > 0 ? this.#clock.after(ms, () => this.#fail(this.#error(failure))) : undefined
  }

  #broke(error: NodeJS.ErrnoException): void {
    if (error.code?.startsWith('HPE_')) this.#fail(this.#error('malformed', error))
    else this.#fail(this.#error(this.#sent ? 'sent' : 'connect', error))
  }

  #error(failure: EndpointFailure, cause?: unknown): EndpointError {
    const {scheme, host, port} = this.#request.url
    return new EndpointError(failure, printUrl({scheme, host, port, path: '', query: undefined}), cause)
  }

  #fail(error: Error): void {
    const waiter = this.#settled()
    this.#made.destroy()
    waiter?.reject(error)
  }

  #settled(): Waiter | undefined {
    const waiter = this.#waiter
    this.#waiter = undefined
    this.#timer?.()
    this.#client.off('close', this.#left).off('readable', this.#look).off('end', this.#ended)
    return waiter
  }

  /** No upgrade: a response like any other. */
  #answered(response: IncomingMessage): void {
    const {statusCode = 0, rawHeaders} = response
    if (statusCode === 101) {
      this.#fail(this.#error('malformed'))
      return
    }
    this.#client.on('close', () => response.destroy())
    this.#settled()?.resolve({
      status: statusCode,
      headers: responseFields(statusCode, rawHeaders),
      body: messageBody(response),
    })
  }

  /** http-proxy has written the 101 and joined the sockets; what frees one when the other closes is added. */
  #joined(service: Socket): void {
    const waiter = this.#settled()
    const client = this.#client
    if (client instanceof Socket) client.setKeepAlive(true, TCP_KEEPALIVE)
    service.setKeepAlive(true, TCP_KEEPALIVE)
    client.on('end', () => this.#linger())
    client.on('finish', () => this.#linger())
    client.on('close', () => service.destroy())
    service.on('close', () => client.end(() => client.destroy()))
    if (this.#request.idleTimeout > 0) service.setTimeout(this.#request.idleTimeout, () => client.destroy())
    if (client.destroyed) service.destroy()
    waiter?.resolve({status: 101, headers: [], body: emptyBody})
  }

  /** One direction has ended: the other may go on for a while. */
  #linger(): void {
    this.#clock.after(LINGER, () => this.#client.destroy())
  }
}

/** Whether the service agreed to the protocol that was asked for (RFC 6455 §4.1, of the client's checks 2 to 4). */
function accepts({headers}: IncomingMessage, asked: Headers): boolean {
  const key = valueOf(asked, 'sec-websocket-key') ?? ''
  const accept = createHash('sha1').update(`${key.trim()}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  const isUpgrade = headers.connection?.split(',').some(option => option.trim().toLowerCase() === 'upgrade')
  return (
    isUpgrade === true &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-accept']?.trim() === accept
  )
}

function messageBody(message: IncomingMessage): Body {
  return {
    flow(into) {
      message.on('data', (chunk: Uint8Array) => {
        if (into.write(chunk)) return
        message.pause()
        into.drained(() => message.resume())
      })
      message.on('end', () => into.end(endToEnd(message.rawTrailers)))
      message.on('error', error => into.fail(error))
    },
    discard() {
      message.destroy()
    },
  }
}
