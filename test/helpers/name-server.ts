import {createSocket} from 'node:dgram'
import {isIPv4} from 'node:net'
import type {ExecutionContext} from 'ava'

/** A record: an address, or what a service's record names. */
export type NameRecord =
  | string
  | {readonly host: string; readonly port: number; readonly priority?: number; readonly weight?: number}

/** A server of the DNS by UDP (RFC 1035), for what a test says. */
export interface NameServer {
  /** `127.0.0.1:1234` */
  readonly address: string
  /** By name; a name that is not there does not exist. */
  readonly records: Map<string, readonly NameRecord[]>
  /** Seconds. */
  ttl: number
  /** Resolves when that name has been asked for so often in all. */
  asked(name: string, times: number): Promise<void>
}

const TYPES = {A: 1, AAAA: 28, SRV: 33}

/** Starts one; it ends with the test. */
export async function nameServer(t: ExecutionContext): Promise<NameServer> {
  const socket = createSocket('udp4')
  await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise<void>(resolve => socket.close(resolve)))
  const times = new Map<string, number>()
  const waiting = new Set<() => void>()
  const server = {
    address: `127.0.0.1:${socket.address().port}`,
    records: new Map<string, readonly NameRecord[]>(),
    ttl: 60,
    async asked(name: string, count: number) {
      while ((times.get(name) ?? 0) < count) await new Promise<void>(resolve => waiting.add(resolve))
    },
  }
  socket.on('message', (message, {address, port}) => {
    const {name, type, end} = questionOf(message)
    socket.send(answerTo(message, type, end, server.ttl, server.records.get(name)), port, address)
    times.set(name, (times.get(name) ?? 0) + 1)
    for (const look of waiting) look()
    waiting.clear()
  })
  return server
}

/** Name, type, and where the question ends. */
function questionOf(message: Buffer) {
  const labels: string[] = []
  let at = 12
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return {name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5}
}

function answerTo(asked: Buffer, type: number, end: number, ttl: number, records?: readonly NameRecord[]): Buffer {
  const data = (records ?? []).flatMap(record => dataOf(record, type))
  const head = Buffer.from(asked.subarray(0, 12))
  head.writeUInt16BE(records === undefined ? 0x8183 : 0x8180, 2)
  head.writeUInt16BE(data.length, 6)
  head.writeUInt32BE(0, 8)
  const answers = data.map(each => {
    const fixed = Buffer.alloc(12)
    fixed.writeUInt16BE(0xc00c, 0)
    fixed.writeUInt16BE(type, 2)
    fixed.writeUInt16BE(1, 4)
    fixed.writeUInt32BE(ttl, 6)
    fixed.writeUInt16BE(each.length, 10)
    return Buffer.concat([fixed, each])
  })
  return Buffer.concat([head, asked.subarray(12, end), ...answers])
}

function dataOf(record: NameRecord, type: number): Buffer[] {
  if (typeof record === 'string') {
    if (type === TYPES.A && isIPv4(record)) return [Buffer.from(record.split('.').map(Number))]
    if (type === TYPES.AAAA && record === '::1') return [Buffer.from([...new Uint8Array(15), 1])]
    return []
  }
  if (type !== TYPES.SRV) return []
  const {host, port, priority = 0, weight = 1} = record
  const fixed = Buffer.alloc(6)
  ;[priority, weight, port].forEach((value, i) => {
    fixed.writeUInt16BE(value, 2 * i)
  })
  const labels = host.split('.').map(label => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]))
  return [Buffer.concat([fixed, ...labels, Buffer.from([0])])]
}
