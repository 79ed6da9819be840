import {once} from 'node:events'
import {connect as connectSecurely} from 'node:tls'
import test, {type ExecutionContext} from 'ava'
import {testClock} from '../../helpers/clock.js'
import {testCredentials} from '../../helpers/credentials.js'
import {assertNoLeaks} from '../../helpers/leaks.js'
import {fieldOf, type Message} from '../../helpers/message.js'
import {RawClient} from '../../helpers/raw-client.js'
import type {Script} from '../../helpers/scripted-service.js'
import {standstill} from '../../helpers/standstill.js'
import {answering, ask, through, whole} from '../through.js'

assertNoLeaks(test)

const idle = async () => {}
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n'

test('many requests in one packet are answered in turn, and sent one at a time', async t => {
  const got: Message[] = []
  const {client} = await through(t, answering(got, whole('/0')))
  const connected = await client()
  await connected.send(Array.from({length: 10}, (_, i) => ask(`/${i}`)).join(''))
  for (let i = 0; i < 10; i++) t.is((await connected.response()).body, `/${i}`)
  t.deepEqual(
    got.map(({startLine}) => startLine),
    Array.from({length: 10}, (_, i) => `GET /${i} HTTP/1.1`),
  )
})

test('so are some that come byte by byte, with empty lines between them', async t => {
  const {client} = await through(t, answering([], whole('/0')))
  const connected = await client()
  const sent = `\r\n${ask('/0')}\r\n${ask('/1', ['Content-Length: 2'], 'PUT')}hi\r\n${ask('/2')}`
  for (const byte of Buffer.from(sent)) await connected.send(Buffer.from([byte]))
  for (const body of ['/0', '/1', '/2']) t.is((await connected.response()).body, body)
})

test('what is sent behind a request that is not answered yet is left with the client', async t => {
  const body = Buffer.alloc(16 * 1024 ** 2, 'x')
  const {client, service} = await through(t, idle)
  const connected = await client()
  const {socket} = connected
  socket.write(ask('/0') + ask('/1', [`Content-Length: ${body.length}`], 'PUT'))
  socket.write(body)
  const first = await service.connection(0)
  await first.request()
  t.true((await standstill(() => socket.writableLength)) > 0)
  await first.send(whole('/0'))
  t.is((await connected.response()).body, '/0')
  const second = await first.request()
  t.is(second.body.length, body.length)
  await first.send(whole('/1'))
  t.is((await connected.response()).body, '/1')
})

const old = test.macro({
  async exec(t, fields: readonly string[], response: string, connection: string, framing: Message['framing']) {
    const {client} = await through(t, answering([], response))
    const connected = await client()
    const request = ask('/a', fields).replace('HTTP/1.1', 'HTTP/1.0')
    await connected.send(request + (connection === 'close' ? '' : request))
    const answer = await connected.response()
    t.is(answer.startLine, 'HTTP/1.1 200 OK')
    t.is(fieldOf(answer.headers, 'connection'), connection)
    t.is(answer.framing, framing)
    t.is(answer.body, 'hello')
    if (connection === 'close') await connected.closed
    else t.is((await connected.response()).body, '/a')
  },
  title: (title = '') => `HTTP/1.0: ${title}`,
})

const LONG = whole('hello')
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'
const KEEP = ['Connection: keep-alive']
test('a connection ends with its answer', old, [], LONG, 'close', 'length')
test('unless it is to be kept', old, KEEP, LONG, 'keep-alive', 'length')
test('an answer of unknown length ends with its connection', old, KEEP, CHUNKED, 'close', 'end')

const closing = test.macro({
  async exec(t, fields: readonly string[], connection: string) {
    const {client} = await through(t, answering([], whole('hello')))
    const connected = await client()
    await connected.send(ask('/a', fields) + ask('/b'))
    t.is(fieldOf((await connected.response()).headers, 'connection'), connection)
    if (connection === 'close') {
      await connected.closed
      t.is(connected.received, '')
    } else t.is((await connected.response()).body, '/b')
  },
  title: (_, fields: readonly string[], connection) => `${fields.join(', ')}: ${connection}`,
})

test(closing, ['Connection: close'], 'close')
test(closing, ['Connection: x, Close ,y'], 'close')
test(closing, ['Connection: x', 'Connection: close'], 'close')
test(closing, ['Connection: closed'], 'keep-alive')
test(closing, [], 'keep-alive')

test('a client that ends its side gets the answers to all that it has asked', async t => {
  const {client} = await through(t, answering([], whole('one')))
  const connected = await client()
  connected.socket.allowHalfOpen = true
  await connected.send(`${ask('/1')}${ask('/2', ['Content-Length: 2'], 'PUT')}hi`)
  connected.socket.end()
  t.is((await connected.response()).body, 'one')
  t.is((await connected.response()).body, '/2')
  await connected.closed
  t.is(connected.broken, undefined)
})

/** A client that has ended its side, and a clock that goes on as long as something is not there. */
async function halfClosed(t: ExecutionContext, script: Script, request = ask('/1')) {
  const clock = testClock()
  const running = await through(t, script, {gateway: {clock}})
  const connected = await running.client()
  connected.socket.allowHalfOpen = true
  await connected.send(request)
  const connection = await running.service.connection(0)
  await connection.until('\r\n\r\n')
  connected.socket.end()
  const until = async (there: () => boolean) => {
    while (!there()) {
      await new Promise(resolve => setImmediate(resolve))
      clock.turn(10)
    }
  }
  return {...running, connected, connection, until}
}

test('a client that has ended its side gets an answer that comes late', async t => {
  const {connected, connection, until, gateway} = await halfClosed(t, idle)
  // The beginning of the answer, by which one that has left would be known.
  await until(() => connected.received === 'HTTP')
  connection.socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${whole('late')}`)
  await connected.until('late')
  t.regex(connected.received, /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>\r\n\r\nHTTP\/1\.1 200 OK\r\n.*late$/s)
  await connected.closed
  t.is(connected.broken, undefined)
  await gateway.close()
})

const streaming: Script = async each => {
  await each.until('\r\n\r\n')
  await each.send(`${STREAM}data: 1\n\n`)
}

test('and the events of its stream', async t => {
  const {connected, connection, until, gateway} = await halfClosed(t, streaming)
  await connected.until('data: 1\n\n')
  await until(() => connected.received.endsWith('\r\n0000'))
  connection.socket.end('data: 2\n\n')
  await connected.closed
  const {body} = await connected.response()
  t.is(body, 'data: 1\n\ndata: 2\n\n')
  await gateway.close()
})

const leaves = test.macro({
  async exec(t, script: Script, request: string) {
    const {connected, connection, until, gateway, accesses} = await halfClosed(t, script, request)
    if (script === streaming) await connected.until('data: 1\n\n')
    connected.socket.destroy()
    await until(() => connection.socket.destroyed)
    await gateway.close()
    t.is(accesses.at(-1)?.['end'], 'client')
  },
  title: (what = '') => `a client that has left is known soon: ${what}`,
})

test('before its answer', leaves, idle, ask('/1'))
test('with a stream', leaves, streaming, ask('/1'))
test('with a stream that knows no chunks', leaves, streaming, ask('/1').replace('HTTP/1.1', 'HTTP/1.0'))

test('a WebSocket whose client ends its side before it began is none', async t => {
  const {client, service} = await through(t, answering([], whole('plain')))
  const connected = await client()
  connected.socket.allowHalfOpen = true
  const offer = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${KEY}`]
  await connected.send(ask('/1') + ask('/2', offer))
  connected.socket.end()
  await connected.closed
  t.is((await connected.response()).body, 'plain')
  t.is((await connected.response()).body, '/2')
  t.false((await service.connection(0)).received.includes('Upgrade'))
})

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='

test('half a request and then the end of its client is told to be none', async t => {
  const {client} = await through(t, idle)
  const connected = await client()
  connected.socket.allowHalfOpen = true
  await connected.send('GET /gateway')
  connected.socket.end()
  t.is((await connected.response()).startLine, 'HTTP/1.1 400 Bad Request')
  await connected.closed
})

test('half a body and then the end of its client frees the service', async t => {
  const {client, service} = await through(t, idle)
  const connected = await client()
  await connected.send(`${ask('/a', ['Content-Length: 100'], 'POST')}hello`)
  const connection = await service.connection(0)
  await connection.until('hello')
  connected.socket.end()
  await connection.closed
  t.pass()
})

test('a body that cannot be read is told, and the service does not get it whole', async t => {
  const {client, service} = await through(t, idle)
  const connected = await client()
  await connected.send(`${ask('/a', ['Transfer-Encoding: chunked'], 'POST')}5\r\nhello\r\n`)
  const connection = await service.connection(0)
  await connection.until('hello')
  await connected.send('nonsense')
  const answer = await connected.response()
  t.is(answer.startLine, 'HTTP/1.1 400 Bad Request')
  t.is(fieldOf(answer.headers, 'connection'), 'close')
  await connection.closed
  t.false(connection.received.endsWith('0\r\n\r\n'))
  await connected.closed
})

test('a head that comes too slowly on a connection that has been used is told so', async t => {
  const clock = testClock()
  const settings = {'gateway.request.header.timeout': '10s', 'gateway.idle.timeout': '60s'}
  const {client, accesses, gateway} = await through(t, answering([], whole('one')), {settings, gateway: {clock}})
  const connected = await client()
  await connected.send(ask('/1'))
  await connected.response()
  clock.turn(50_000)
  await connected.send('GET /gateway')
  // A request on another connection has been served: so the beginning of this one was read.
  const other = await client()
  await other.send(ask('/2'))
  await other.response()
  clock.turn(9000)
  await connected.send('/t')
  await other.send(ask('/3'))
  await other.response()
  clock.turn(2000)
  t.is((await connected.response()).startLine, 'HTTP/1.1 408 Request Timeout')
  await connected.closed
  await other.send(ask('/4'))
  await other.response()
  await gateway.close()
  // Once: the end of the client's side is no second request.
  t.deepEqual(
    accesses.filter(({method}) => method === '-').map(({status}) => status),
    [408],
  )
})

test('a connection that has not said anything is closed without an answer', async t => {
  const clock = testClock()
  const {client, gateway} = await through(t, idle, {gateway: {clock}})
  const silent = await client()
  const other = await client()
  await other.send(ask('/../'))
  await other.response()
  clock.turn(20_000)
  await silent.closed
  t.true(silent.ended)
  t.is(silent.received, '')
  await gateway.close()
})

test('an answer that is small is one write', async t => {
  const {client} = await through(t, answering([], whole('hello')))
  const connected = await client()
  const pieces: number[] = []
  connected.socket.on('data', chunk => pieces.push(chunk.length))
  await connected.send(ask('/a'))
  await connected.response()
  t.is(pieces.length, 1)
})

test('fields go through as bytes', async t => {
  const got: Message[] = []
  const {client} = await through(t, answering(got, 'HTTP/1.1 200 OK\r\nX-B: \xc3\xa9\xff\r\nContent-Length: 0\r\n\r\n'))
  const connected = await client()
  await connected.send(ask('/a', ['X-A: \xc3\xa9\xff\t1']))
  t.is(fieldOf((await connected.response()).headers, 'x-b'), '\xc3\xa9\xff')
  t.is(fieldOf(got[0]?.headers ?? [], 'x-a'), '\xc3\xa9\xff\t1')
})

test('what is refused for its head ends the connection, and nothing behind it is read', async t => {
  const {client, service} = await through(t, idle)
  for (const head of [ask('/a', ['Content-Length: x'], 'POST'), ask('/a').replace('1.1', '2.0')]) {
    const connected = await client()
    await connected.send(head + ask('/hidden'))
    t.regex((await connected.response()).startLine, / (?:400|505) /)
    await connected.closed
    t.is(connected.received, '')
  }
  t.is(service.connections.length, 0)
})

test('HTTP/2 is not begun behind a request of HTTP/1.1', async t => {
  const {client} = await through(t, answering([], whole('one')))
  const connected = await client()
  await connected.send(`${ask('/1')}PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`)
  await connected.response()
  t.is((await connected.response()).startLine, 'HTTP/1.1 400 Bad Request')
  await connected.closed
})

const TLS = {
  settings: {
    'gateway.tls.certificate': 'conf/gw.crt',
    'gateway.tls.key': 'conf/gw.key',
  },
  files: {'conf/gw.crt': testCredentials.cert, 'conf/gw.key': testCredentials.key},
}

test('the same by TLS: in turn, behind the end of the client’s side, and an end that is told', async t => {
  const {port} = await through(t, answering([], whole('one')), TLS)
  const socket = connectSecurely({port, host: '127.0.0.1', rejectUnauthorized: false})
  socket.allowHalfOpen = true
  const connected = new RawClient(socket)
  await connected.send(ask('/1') + ask('/2'))
  socket.end()
  t.is((await connected.response()).body, 'one')
  t.is((await connected.response()).body, '/2')
  await connected.closed
  t.true(connected.ended)
  t.is(connected.broken, undefined)
})

test('a client that does not begin to speak TLS is given up', async t => {
  const {client} = await through(t, idle, {
    ...TLS,
    settings: {...TLS.settings, 'gateway.request.header.timeout': '1s'},
  })
  const silent = await client()
  const half = await client()
  await half.send('\x16\x03\x01')
  await Promise.all([silent.closed, half.closed])
  t.is(silent.received, '')
})

test('an answer without an end by HTTP/1.0 over TLS that breaks off is not ended as TLS ends', async t => {
  const {port, service} = await through(
    t,
    async each => {
      await each.request()
      await each.send('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello')
    },
    TLS,
  )
  const socket = connectSecurely({port, host: '127.0.0.1', rejectUnauthorized: false})
  const connected = new RawClient(socket)
  await connected.send(ask('/a').replace('HTTP/1.1', 'HTTP/1.0'))
  await connected.until('hello')
  ;(await service.connection(0)).reset()
  await once(socket, 'close')
  t.false(connected.received.includes('0\r\n'))
})
