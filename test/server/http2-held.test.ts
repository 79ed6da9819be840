import {randomBytes} from 'node:crypto'
import {once} from 'node:events'
import test, {type ExecutionContext} from 'ava'
import {testClock} from '../helpers/clock.js'
import {END_HEADERS, END_STREAM, frame, GOAWAY, get, HEADERS, PING} from '../helpers/frames.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import type {ServiceConnection} from '../helpers/scripted-service.js'
import {standstill} from '../helpers/standstill.js'
import {modern, WAYS, type Way} from './http2.js'

assertNoLeaks(test)

/** With Node 20 a connection that floods is cut off, see docs/streams.md. */
const onNode24 = Number.parseInt(process.versions.node, 10) >= 24 ? test : test.skip

const HOLD_MS = 10_000
const PINGS = Buffer.concat(Array.from({length: 600}, () => frame(PING, 0, 0, Buffer.alloc(8))))

/** A gateway and a client that has begun a request and then floods. */
async function flooding(t: ExecutionContext, way: Way) {
  const clock = testClock()
  const served = await modern(t, way, async each => void (await each.request()), {
    gateway: {clock},
    settings: {'gateway.drain.delay': '0', 'gateway.drain.timeout': '60s'},
  })
  const flood = async () => {
    const client = await served.frames()
    await client.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, get('/gateway/t/x/a')))
    await client.send(PINGS)
    await client.frame(({type}) => type === GOAWAY)
    return client
  }
  return {...served, clock, flood}
}

for (const way of WAYS) {
  onNode24(`who floods is told, and held: its requests are over, and nothing more of it is read (${way})`, async t => {
    const {flood, service, clock} = await flooding(t, way)
    const client = await flood()
    await (await service.connection(0)).closed
    let taken = false
    client.socket.write(Buffer.alloc(64_000_000), error => {
      taken = !error
    })
    clock.turn(HOLD_MS - 1)
    await standstill(() => client.socket.writableLength)
    t.deepEqual([client.ended, client.socket.destroyed, taken], [false, false, false])
    clock.turn(1)
    await client.closed
    t.false(taken)
  })

  onNode24(`a drain does not wait for who is held (${way})`, async t => {
    const {flood, gateway, clock, session} = await flooding(t, way)
    const client = await flood()
    session.destroy()
    const drained = gateway.drain()
    clock.turn(1)
    await Promise.all([drained, client.closed])
    t.is(clock.now(), 1)
  })
}

onNode24('what is no HTTP/2 is held for a second: it must close', async t => {
  const {frames, clock, told} = await flooding(t, 'cleartext')
  const client = await frames()
  await client.send(frame(PING, 0, 1, Buffer.alloc(8)))
  await client.frame(({type}) => type === GOAWAY)
  await standstill(() => client.bytes)
  clock.turn(999)
  t.false(client.socket.destroyed)
  clock.turn(1)
  await client.closed
  t.true(told.some(line => line.startsWith('a connection of HTTP/2 was ended')))
})

onNode24('each of many that flood is told or counted', async t => {
  const {flood, told, clock} = await flooding(t, 'cleartext')
  const count = () =>
    told
      .filter(line => line.includes('PING or SETTINGS'))
      .reduce((sum, line) => sum + Number(/"count":(\d+)/.exec(line)?.[1] ?? 1), 0)
  for (let i = 0; i < 3; i++) await flood()
  for (; count() < 3; clock.turn(HOLD_MS)) await new Promise(setImmediate)
  t.is(count(), 3)
})

test('a client that is busy is none that floods, also while no time passes', async t => {
  const body = randomBytes(300_000)
  const echo = async (each: ServiceConnection) => {
    for (;;) {
      const {body: came} = await each.request()
      await each.send(`HTTP/1.1 200 OK\r\nContent-Length: ${came.length}\r\n\r\n`)
      await each.send(Buffer.from(came, 'latin1'))
    }
  }
  const {ask, session, told} = await modern(t, 'cleartext', echo, {gateway: {clock: testClock()}})
  for (let round = 0; round < 30; round++) {
    const stream = ask('/echo', {':method': 'POST'}, false)
    for (let at = 0; at < body.length; at += 1000) stream.write(body.subarray(at, at + 1000))
    stream.end()
    const got: Buffer[] = []
    stream.on('data', (chunk: Buffer) => got.push(chunk))
    await once(stream, 'close')
    t.true(Buffer.concat(got).equals(body))
  }
  t.deepEqual([session.destroyed, told.filter(line => line.includes('HTTP/2'))], [false, []])
})
