import {createHash} from 'node:crypto'
import {fieldOf, type Message, readMessage} from './message.js'
import type {RawClient} from './raw-client.js'
import type {ServiceConnection} from './scripted-service.js'

/** The key of the example of RFC 6455 §1.3. */
export const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
/** The fields of a client that wants a WebSocket. */
export const OFFER = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  `Sec-WebSocket-Key: ${KEY}`,
  'Sec-WebSocket-Version: 13',
]

/** A text frame of a client (RFC 6455 §5.2). */
export function frame(text: string): Buffer {
  const mask = [1, 2, 3, 4]
  const payload = Buffer.from(text).map((byte, i) => byte ^ (mask[i % 4] ?? 0))
  return Buffer.from([0x81, 0x80 | payload.length, ...mask, ...payload])
}

/** Answers the handshake, then every text frame with the same text in capitals. */
export async function capitals(connection: ServiceConnection): Promise<void> {
  const asked = await connection.request()
  const accept = createHash('sha1')
    .update(`${fieldOf(asked.headers, 'sec-websocket-key')}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64')
  await connection.send(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  for (;;) {
    await connection.until(received => received.length >= 6 && received.length >= 6 + length(received))
    const bytes = Buffer.from(connection.received, 'latin1')
    const text = bytes.subarray(6, 6 + length(connection.received)).map((byte, i) => byte ^ (bytes[2 + (i % 4)] ?? 0))
    connection.received = connection.received.slice(6 + text.length)
    const reply = Buffer.from(text).toString().toUpperCase()
    await connection.send(Buffer.from([0x81, reply.length, ...Buffer.from(reply)]))
  }
}

const length = (received: string) => received.charCodeAt(1) & 0x7f

/** Takes the answer to a handshake, which has no body. */
export async function handshake(client: RawClient): Promise<Message> {
  await client.until('\r\n\r\n')
  const answer = readMessage(client.received, {kind: 'response', ended: false, bodiless: true})
  if (answer === undefined) throw new Error(client.received)
  client.received = client.received.slice(answer.size)
  return answer
}
