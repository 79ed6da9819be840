import {randomBytes} from 'node:crypto'
import {connect, type Socket} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {definition, site, startGateway, topology} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {service} from '../helpers/served.js'

assertNoLeaks(test)

const MIB = 1024 ** 2
const OFFERED = 256 * MIB
/** What four buffers of the kernel hold at the most, and the gateway besides. */
const TAKEN_AT_MOST = 64 * MIB
/** Hardly any shorter when it is compressed. */
const EVENT = Buffer.from(`data: ${randomBytes(48 * 1024).toString('base64')}\n\n`)

interface Fast {
  readonly url: string
  /** Bytes that the gateway has taken of a stream when its service is let go. */
  readonly taken: Promise<number>
}

/** A service that sends as fast as it is read. */
async function fastService(t: ExecutionContext): Promise<Fast> {
  let tell: (bytes: number) => void = () => {}
  const taken = new Promise<number>(resolve => {
    tell = resolve
  })
  const url = await service(t, (_, res) => {
    res.writeHead(200, {'Content-Type': 'text/event-stream'})
    let sent = 0
    const pump = () => {
      while (sent < OFFERED) {
        sent += EVENT.length
        if (!res.write(EVENT)) return
      }
      res.end()
    }
    res.on('drain', pump)
    res.on('close', () => tell(sent - res.writableLength))
    pump()
  })
  return {url, taken}
}

/** A client that asks and reads nothing. */
async function deafClient(t: ExecutionContext, port: number): Promise<Socket> {
  const socket = connect({port, host: '127.0.0.1'})
  t.teardown(() => socket.destroy())
  socket.on('error', () => {})
  socket.pause()
  await new Promise<void>(resolve => socket.once('connect', () => resolve()))
  socket.write('GET /gateway/t/x/events HTTP/1.1\r\nHost: gw\r\nAccept-Encoding: gzip\r\n\r\n')
  return socket
}

const holdsUp = test.macro({
  async exec(t, params: Readonly<Record<string, string>>) {
    const fast = await fastService(t)
    const more = Object.entries(params).map(
      ([name, value]) => `<param><name>${name}</name><value>${value}</value></param>`,
    )
    const {port} = await startGateway(t, {
      ...definition('X', 'sse'),
      'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true'}),
      'conf/topologies/t.xml': topology([{role: 'X', urls: [fast.url], more: more.join('')}]),
    })
    const before = process.memoryUsage().arrayBuffers
    const client = await deafClient(t, port)
    const taken = await fast.taken
    t.true(taken < TAKEN_AT_MOST, `${taken} bytes`)
    t.true(process.memoryUsage().arrayBuffers - before < 32 * MIB)
    let last = Buffer.of()
    client.on('data', chunk => {
      last = Buffer.concat([last, chunk]).subarray(-5)
    })
    client.resume()
    await new Promise(resolve => client.once('close', resolve))
    t.not(last.toString('latin1'), '0\r\n\r\n')
  },
  title: (title, params) => title || `the same with ${JSON.stringify(params)}`,
})

// One at a time: each looks at the memory of the process.
test.serial('a client that reads nothing holds its service up, and is broken off', holdsUp, {'sse.write.timeout': '1s'})
test.serial(holdsUp, {'sse.write.timeout': '1s', 'sse.buffer.limit': '16k'})
test.serial(holdsUp, {'sse.write.timeout': '1s', 'sse.compress': 'true'})
test.serial(holdsUp, {
  'sse.write.timeout': '1s',
  'sse.resume': 'last-event-id',
  'sse.idle.timeout': '30s',
})
