import {readFileSync} from 'node:fs'
import type {Socket} from 'node:net'
import test from 'ava'
import {assertNoLeaks} from '../helpers/leaks.js'
import {ask, through} from './through.js'

assertNoLeaks(test)

const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'

/** In hundredths of a second, as Linux tells timers. */
const KEEPALIVE = 3000

/** Timers of connections from a port to another; undefined: the system does not tell. */
function timersOf(from: number, to: number): readonly string[] | undefined {
  try {
    const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0')
    const ends = new RegExp(`:${hex(from)} \\w+:${hex(to)} \\w+ \\S+ (\\S+)`)
    return readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .flatMap(line => ends.exec(line)?.[1] ?? [])
  } catch {
    return undefined
  }
}

/** Waits until TCP waits for nothing but the time to ask whether the other side is there. */
async function keepalive(from: number, to: number): Promise<number | undefined> {
  for (;;) {
    const timers = timersOf(from, to)
    if (timers === undefined) return undefined
    const [, left] = /^02:(\w+)$/.exec(timers[0] ?? '') ?? []
    if (left !== undefined) return Number.parseInt(left, 16)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

test('TCP asks both sides of a silent stream whether they are there, after 30 s', async t => {
  const {client, service, port} = await through(
    t,
    async connection => {
      await connection.request()
      await connection.send(STREAM)
    },
    {kind: 'sse'},
  )
  const asking = await client()
  await asking.send(ask('/events'))
  await asking.until('\r\n\r\n')
  const portOf = ({socket}: {readonly socket: Socket}) => socket.remotePort ?? 0
  const clientPort = asking.socket.localPort ?? 0
  const left = await keepalive(port, clientPort)
  if (left === undefined) {
    t.log('skipped: there is no /proc/net/tcp')
    t.pass()
    return
  }
  t.true(left > 0 && left <= KEEPALIVE, `client: ${left}`)
  const ofService = (await keepalive(portOf(await service.connection(0)), service.port)) ?? 0
  t.true(ofService > 0 && ofService <= KEEPALIVE, `service: ${ofService}`)
})
