import {createHash} from 'node:crypto'
import test from 'ava'
import {testClock} from '../helpers/clock.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {fieldOf} from '../helpers/message.js'
import type {ServiceConnection} from '../helpers/scripted-service.js'
import {standstill} from '../helpers/standstill.js'
import {answering, ask, exchanged, through, whole} from './through.js'

assertNoLeaks(test)

const MIB = 1024 * 1024
const idle = async () => {}

/** What may lie in buffers of two sockets on the way and of the kernel. */
const IN_BETWEEN = 24 * MIB

/** Writes so many bytes, as fast as they are taken; gives their hash. */
async function pour({socket}: Pick<ServiceConnection, 'socket'>, bytes: number): Promise<string> {
  const hash = createHash('sha256')
  for (let sent = 0, n = 0; sent < bytes; sent += MIB, n++) {
    const chunk = Buffer.alloc(MIB, n % 251)
    hash.update(chunk)
    if (!socket.write(chunk)) await new Promise(resolve => socket.once('drain', resolve))
  }
  return hash.digest('hex')
}

/** Counts and hashes what comes from now on. */
function sip({socket}: Pick<ServiceConnection, 'socket'>, skip: number) {
  const hash = createHash('sha256')
  const state = {bytes: 0, hash: () => hash.digest('hex'), all: (_bytes: number) => Promise.resolve()}
  let left = skip
  let look = () => {}
  socket.removeAllListeners('data')
  socket.on('data', (chunk: Buffer) => {
    const rest = chunk.subarray(Math.min(left, chunk.length))
    left -= chunk.length - rest.length
    state.bytes += rest.length
    hash.update(rest)
    look()
  })
  state.all = bytes =>
    new Promise(resolve => {
      look = () => state.bytes >= bytes && resolve()
      look()
    })
  return state
}

/** What a socket has taken when both sides are full. */
const stalled = (socket: {readonly bytesWritten: number; readonly writableLength: number}) =>
  standstill(() => socket.bytesWritten - socket.writableLength)

test('a client that does not read slows its service down, and gets every byte when it does', async t => {
  const {client, service} = await through(t, idle)
  const connected = await client()
  connected.socket.pause()
  await connected.send(ask('/a'))
  const connection = await service.connection(0)
  await connection.request()
  await connection.send(`HTTP/1.1 200 OK\r\nContent-Length: ${96 * MIB}\r\n\r\n`)
  const poured = pour(connection, 96 * MIB)
  t.true((await stalled(connection.socket)) < IN_BETWEEN)
  connected.socket.removeAllListeners('data')
  const body = new Promise<string>(resolve => {
    const hash = createHash('sha256')
    let head = ''
    let bytes = 0
    connected.socket.on('data', (chunk: Buffer) => {
      let rest = chunk
      if (bytes === 0 && !head.includes('\r\n\r\n')) {
        const before = head.length
        head += chunk.toString('latin1')
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        rest = chunk.subarray(end + 4 - before)
      }
      hash.update(rest)
      bytes += rest.length
      if (bytes >= 96 * MIB) resolve(hash.digest('hex'))
    })
    connected.socket.resume()
  })
  t.is(await body, await poured)
})

test('a service that does not read slows its client down, and gets every byte when it does', async t => {
  const {client, service} = await through(t, async connection => {
    connection.socket.pause()
  })
  const connected = await client()
  await connected.send(ask('/a', [`Content-Length: ${96 * MIB}`], 'POST'))
  const poured = pour(connected, 96 * MIB)
  const connection = await service.connection(0)
  t.true((await stalled(connected.socket)) < IN_BETWEEN)
  connection.socket.resume()
  const received = await connection.until('\r\n\r\n')
  const rest = sip(connection, 0)
  await rest.all(96 * MIB - (received.length - received.indexOf('\r\n\r\n') - 4))
  await connection.send(whole('done'))
  t.is((await connected.response()).body, 'done')
  t.truthy(await poured)
})

test('bytes flow both ways at once', async t => {
  const {client, service} = await through(t, idle)
  const connected = await client()
  await connected.send(ask('/a', ['Transfer-Encoding: chunked'], 'POST'))
  await connected.send('3\r\none\r\n')
  const connection = await service.connection(0)
  await connection.until('one')
  await connection.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nONE\r\n')
  await connected.until('ONE')
  await connected.send('3\r\ntwo\r\n')
  await connection.until('two')
  await connection.send('3\r\nTWO\r\n')
  await connected.until('TWO')
  await connected.send('0\r\n\r\n')
  t.is((await connection.request()).body, 'onetwo')
  await connection.send('0\r\n\r\n')
  t.is((await connected.response()).body, 'ONETWO')
})

test('Expect is answered when the body is first wanted', async t => {
  const {client, service} = await through(t, answering([], whole('ok')))
  const connected = await client()
  await connected.send(ask('/a', ['Expect: 100-continue', 'Content-Length: 2'], 'POST'))
  t.regex((await connected.response()).startLine, /^HTTP\/1\.1 100 /)
  await connected.send('hi')
  t.is((await connected.response()).body, 'ok')
  t.is(service.connections.length, 1)
})

test('Expect is not answered where nobody wants the body', async t => {
  const {client} = await through(t, idle)
  const connected = await client()
  const request = ask('/a', ['Expect: 100-continue', 'Content-Length: 2'], 'POST')
  await connected.send(request.replace('/x/', '/unknown/'))
  const answer = await connected.response()
  t.is(answer.startLine, 'HTTP/1.1 404 Not Found')
  t.is(fieldOf(answer.headers, 'connection'), 'close')
  await connected.closed
})

test('an expectation that is not known is refused', async t => {
  const {client} = await through(t, idle)
  const connected = await client()
  await connected.send(ask('/a', ['Expect: the-best']))
  const answer = await connected.response()
  t.is(answer.startLine, 'HTTP/1.1 417 Expectation Failed')
  t.like(JSON.parse(answer.body), {error: 'expectation'})
})

test('a body over the limit that says so is refused at once', async t => {
  const {client, service} = await through(t, idle, {settings: {'gateway.request.body.max': '10'}})
  const connected = await client()
  await connected.send(`${ask('/a', ['Content-Length: 11'], 'POST')}hello worl`)
  const answer = await connected.response()
  t.is(answer.startLine, 'HTTP/1.1 413 Payload Too Large')
  t.like(JSON.parse(answer.body), {status: 413, error: 'body-too-large'})
  t.is(service.connections.length, 0)
})

test('a body over the limit that does not say so is refused once it is, and what still comes is read', async t => {
  const {client, service} = await through(t, idle, {settings: {'gateway.request.body.max': '1m'}})
  const connected = await client()
  await connected.send(ask('/a', ['Transfer-Encoding: chunked'], 'POST'))
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
  for (let i = 0; i < 64; i++) await connected.send(chunk)
  await connected.send('0\r\n\r\n')
  t.is((await connected.response()).startLine, 'HTTP/1.1 413 Payload Too Large')
  await connected.closed
  t.is(connected.broken, undefined)
  await (await service.connection(0)).closed
})

test('a body just within the limit passes', async t => {
  const request = `${ask('/a', ['Content-Length: 10'], 'POST')}0123456789`
  const {asked} = await exchanged(t, request, whole('ok'), {settings: {'gateway.request.body.max': '10'}})
  t.is(asked.body, '0123456789')
})

test('a client that leaves in the middle of its body leaves nothing behind', async t => {
  const {client, service, accesses, gateway} = await through(t, idle)
  const connected = await client()
  await connected.send(`${ask('/a', ['Content-Length: 100'], 'POST')}hello`)
  const connection = await service.connection(0)
  await connection.until('hello')
  connected.reset()
  await connection.closed
  await gateway.close()
  t.like(accesses, {0: {event: 'request', end: 'client'}})
})

test('a service that answers early is heard, and the connection goes on behind the rest of the body', async t => {
  const got: string[] = []
  const {client} = await through(t, async connection => {
    await connection.until('\r\n\r\n')
    got.push(connection.received.split(' ')[0] ?? '')
    await connection.send(whole(got.length === 1 ? 'early' : 'next'))
  })
  const connected = await client()
  await connected.send(ask('/a', [`Content-Length: ${4 * MIB}`], 'POST'))
  await connected.send('x'.repeat(MIB))
  t.is((await connected.response()).body, 'early')
  await connected.send('x'.repeat(3 * MIB))
  await connected.send(ask('/b'))
  t.is((await connected.response()).body, 'next')
  t.deepEqual(got, ['POST', 'GET'])
})

test('a connection whose body comes to its end while the gateway drains ends with it', async t => {
  const settings = {'gateway.drain.delay': '60s', 'gateway.drain.timeout': '0'}
  const {client, gateway} = await through(t, connection => connection.send(whole('early')), {settings})
  const connected = await client()
  await connected.send(`${ask('/a', ['Content-Length: 10'], 'POST')}hello`)
  t.is((await connected.response()).body, 'early')
  void gateway.drain()
  await connected.send('there')
  await connected.closed
})

test('an early refusal of the service ends the connection when the client has heard it', async t => {
  const {client} = await through(t, async connection => {
    await connection.until('\r\n\r\n')
    await connection.send(whole('no', '403 Forbidden'))
  })
  const connected = await client()
  await connected.send(ask('/a', [`Content-Length: ${4 * MIB}`], 'POST'))
  await connected.send('x'.repeat(3 * MIB))
  const answer = await connected.response()
  t.is(answer.startLine, 'HTTP/1.1 403 Forbidden')
  t.is(fieldOf(answer.headers, 'connection'), 'close')
  await connected.send('x'.repeat(MIB))
  await connected.closed
  t.is(connected.broken, undefined)
})

/** Milliseconds, by the clock of a gateway that has answered before the body came, until it ends the connection. */
const restLasts = test.macro({
  async exec(t, status: string, sends: boolean, expected: number) {
    const clock = testClock()
    const {client, gateway} = await through(t, connection => connection.send(whole('early', status)), {
      gateway: {clock},
    })
    const connected = await client()
    await connected.send(`${ask('/a', [`Content-Length: ${MIB}`], 'POST')}hello`)
    t.is((await connected.response()).body, 'early')
    const began = clock.now()
    while (!connected.ended && clock.now() < 100_000) {
      if (sends) await connected.send('x')
      await new Promise(resolve => setImmediate(resolve))
      clock.turn(10)
    }
    t.true(connected.ended)
    t.true(clock.now() - began >= expected, `${clock.now() - began}`)
    await gateway.close()
  },
  title: (_, status: string, sends: boolean, expected: number) =>
    `the rest of a body that was answered with ${status} is read for ${expected / 1000} s ${sends ? 'at most' : 'of silence'}`,
})

test(restLasts, '200 OK', true, 30_000)
test(restLasts, '200 OK', false, 5000)
test(restLasts, '403 Forbidden', true, 30_000)
test(restLasts, '403 Forbidden', false, 5000)

test('a client that is silent in the middle of its body is given up', async t => {
  const clock = testClock()
  const {client, service} = await through(t, idle, {
    settings: {'gateway.request.body.timeout': '30s'},
    gateway: {clock},
  })
  const connected = await client()
  await connected.send(`${ask('/a', ['Content-Length: 100'], 'POST')}hello`)
  const connection = await service.connection(0)
  await connection.until('hello')
  clock.turn(20_000)
  await connected.send('!')
  await connection.until('hello!')
  clock.turn(20_000)
  t.is(connection.socket.destroyed, false)
  clock.turn(20_000)
  const answer = await connected.response()
  t.is(answer.startLine, 'HTTP/1.1 408 Request Timeout')
  t.like(JSON.parse(answer.body), {error: 'request-timeout'})
  await connection.closed
  clock.turn(6000)
  await connected.closed
})
