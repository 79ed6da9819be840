import {connect} from 'node:net'
import type {Message} from './message.js'
import {Wire} from './wire.js'

/** A client that speaks bytes. */
export class RawClient extends Wire {
  /** The next whole response. `bodiless`: it answers a HEAD request. */
  response({bodiless = false} = {}): Promise<Message> {
    return this.message({kind: 'response', bodiless})
  }
}

/** Connects to a port of this machine. */
export function rawClient(port: number): Promise<RawClient> {
  return new Promise((resolve, reject) => {
    const socket = connect({port, host: '127.0.0.1', noDelay: true})
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(new RawClient(socket))
    })
  })
}
