import {connect, type Socket} from 'node:net'
import {connect as connectSecurely} from 'node:tls'
import {Wire} from './wire.js'

/** Types of frames (RFC 9113 §6). */
export const DATA = 0
export const HEADERS = 1
export const PRIORITY = 2
export const RST_STREAM = 3
export const SETTINGS = 4
export const PING = 6
export const GOAWAY = 7
export const WINDOW_UPDATE = 8
export const CONTINUATION = 9

export const END_STREAM = 1
export const END_HEADERS = 4

export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

/** A frame's bytes (RFC 9113 §4.1). */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** Four bytes. */
export function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Fields as literals without indexing (RFC 7541 §6.2.2); names and values of less than 127 bytes. */
export function literals(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  const text = (each: string) => Buffer.concat([Buffer.from([each.length]), Buffer.from(each, 'latin1')])
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]))
}

/** The fields of a GET. */
export const get = (path: string, ...more: readonly (readonly [string, string])[]) =>
  literals([[':method', 'GET'], [':scheme', 'http'], [':authority', 'gw.test'], [':path', path], ...more])

/** A client that speaks frames. */
export class FrameClient extends Wire {
  /** The first frame after those taken before that is so; it and those before it are taken. */
  async frame(isWanted: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      await this.until(received => received.length >= 9 && received.length >= 9 + lengthOf(received))
      const bytes = Buffer.from(this.received, 'latin1')
      const length = lengthOf(this.received)
      this.received = this.received.slice(9 + length)
      const stream = bytes.readUInt32BE(5)
      const found = {type: bytes[3] ?? 0, flags: bytes[4] ?? 0, stream, payload: bytes.subarray(9, 9 + length)}
      if (isWanted(found)) return found
    }
  }
}

const lengthOf = (received: string) => Buffer.from(received.slice(0, 3), 'latin1').readUIntBE(0, 3)

/** Connects and begins with the preface and SETTINGS. */
export async function frameClient(port: number, secure = false): Promise<FrameClient> {
  const to = {port, host: '127.0.0.1', noDelay: true}
  const socket: Socket = secure
    ? connectSecurely({...to, rejectUnauthorized: false, ALPNProtocols: ['h2']})
    : connect(to)
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.once(secure ? 'secureConnect' : 'connect', () => resolve())
  })
  const client = new FrameClient(socket)
  await client.send(Buffer.concat([Buffer.from(PREFACE), frame(SETTINGS, 0, 0)]))
  return client
}
