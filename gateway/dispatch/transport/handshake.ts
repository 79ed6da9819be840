import type {ClientRequest, IncomingMessage} from 'node:http'
import {Socket} from 'node:net'
import type {Duplex} from 'node:stream'
import type {Cancel, Clock} from '../../common/clock.js'
import {printUrl} from '../../common/request-url.js'
import {endToEnd} from '../../http/end-to-end.js'
import {EndpointError, type EndpointFailure} from '../../pipeline/endpoint-error.js'
import type {ServiceRequest} from '../../pipeline/transport.js'
import {TCP_KEEPALIVE} from './connect.js'
import {goneFailure} from './failures.js'

/** Who waits for the service's answer. */
export interface Waiter {
  resolve(status: number): void
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

  constructor(made: ClientRequest, request: ServiceRequest, client: Duplex, clock: Clock, waiter: Waiter) {
    this.#made = made
    this.#request = request
    this.#client = client
    this.#clock = clock
    this.#waiter = waiter
    this.#arm(request.connectTimeout, 'timeout-connect')
    // http-proxy's own would end the client's socket, and write another answer's fields joined.
    made.removeAllListeners('error').removeAllListeners('response')
    made.on('error', (error: NodeJS.ErrnoException) => this.#broke(error))
    made.on('socket', socket =>
      socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => this.#connected()),
    )
    made.on('response', response => this.#answered(response))
    made.on('upgrade', (_response, socket: Socket) => this.#joined(socket))
    client.on('close', this.#left)
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
    this.#client.off('close', this.#left)
    return waiter
  }

  /** No upgrade: the answer is passed on, and the end of the connection ends its body. */
  #answered(response: IncomingMessage): void {
    const waiter = this.#settled()
    const client = this.#client
    client.on('close', () => response.destroy())
    response.on('error', () => breakOff(client))
    client.write(printHead(response), 'latin1')
    client.on('finish', () => this.#linger())
    response.pipe(client)
    waiter?.resolve(response.statusCode ?? 0)
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
    waiter?.resolve(101)
  }

  /** One direction has ended: the other may go on for a while. */
  #linger(): void {
    this.#clock.after(LINGER, () => this.#client.destroy())
  }
}

/** Ends a connection so that a body without a length is seen to be cut short. */
function breakOff(client: Duplex): void {
  if (client instanceof Socket) client.resetAndDestroy()
  else client.destroy()
}

function printHead({statusCode, statusMessage, rawHeaders}: IncomingMessage): string {
  const fields = [...endToEnd(rawHeaders), 'Connection', 'close']
  let head = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n`
  for (let i = 0; i < fields.length; i += 2) head += `${fields[i]}: ${fields[i + 1]}\r\n`
  return `${head}\r\n`
}
