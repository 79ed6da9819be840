import {type AddressInfo, createServer, type Socket} from 'node:net'
import {createServer as createSecureServer, type TlsOptions} from 'node:tls'
import type {Message} from './message.js'
import {Wire} from './wire.js'

/** One connection to a scripted service; it sends what the script says, and keeps what it got. */
export class ServiceConnection extends Wire {
  /** From 0, in the order in which they came. */
  readonly index: number

  constructor(socket: Socket, index: number) {
    super(socket)
    this.index = index
  }

  /** The next whole request. */
  request(): Promise<Message> {
    return this.message({kind: 'request'})
  }

  /** Waits for a request and answers it with a body of known length. */
  async answer(body = 'ok', head = 'HTTP/1.1 200 OK\r\n'): Promise<Message> {
    const request = await this.request()
    await this.send(`${head}Content-Length: ${Buffer.byteLength(body, 'latin1')}\r\n\r\n${body}`)
    return request
  }
}

/** What a service does with each of its connections. */
export type Script = (connection: ServiceConnection) => Promise<unknown>

/** A service that does what a script says, honest or not. */
export interface ScriptedService {
  readonly port: number
  /** All that came, also closed ones. */
  readonly connections: readonly ServiceConnection[]
  /** The connection of that index, once it is there. */
  connection(index: number): Promise<ServiceConnection>
  /** Connections that are open now. */
  readonly open: number
  close(): Promise<void>
}

/** PEM texts. */
export interface Credentials {
  readonly cert: string
  readonly key: string
}

/** Starts a service on a free port of 127.0.0.1. A script that fails because its connection closed is done. */
export async function scriptedService(script: Script, tls?: Credentials & TlsOptions): Promise<ScriptedService> {
  const connections: ServiceConnection[] = []
  const arrivals: (() => void)[] = []
  const accept = (socket: Socket) => {
    const connection = new ServiceConnection(socket, connections.length)
    connections.push(connection)
    for (const arrived of arrivals.splice(0)) arrived()
    script(connection).catch(() => {})
  }
  const options = {noDelay: true}
  const server = tls ? createSecureServer({...options, ...tls}, accept) : createServer(options, accept)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    async connection(index) {
      while (connections.length <= index) await new Promise<void>(resolve => arrivals.push(resolve))
      return connections[index] as ServiceConnection
    },
    get open() {
      return connections.filter(each => !each.socket.destroyed).length
    },
    async close() {
      for (const each of connections) each.socket.destroy()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}
