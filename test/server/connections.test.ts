import test from 'ava'
import {testClock} from '../helpers/clock.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import type {Script} from '../helpers/scripted-service.js'
import {standstill} from '../helpers/standstill.js'
import {answering, ask, through, whole} from './through.js'

assertNoLeaks(test)

const idle = async () => {}

/** Its first connection serves one request and dies of the second, as one does that was kept alive for too long. */
const dying: Script = async connection => {
  await connection.answer(`by ${connection.index}`)
  await connection.request()
  if (connection.index === 0) connection.reset()
  else await connection.send(whole(`by ${connection.index}`))
}

for (const method of ['GET', 'PUT', 'DELETE'])
  test(`a stale connection is not the client’s concern: ${method}`, async t => {
    const {client, service} = await through(t, dying)
    const connected = await client()
    await connected.send(ask('/1', [], method))
    t.is((await connected.response()).body, 'by 0')
    await connected.send(ask('/2', [], method))
    t.is((await connected.response()).body, 'by 1')
    t.is(service.connections.length, 2)
  })

test('nor are many stale ones', async t => {
  const COUNT = 20
  const {client, service} = await through(t, async connection => {
    await connection.request()
    // All at once, so that each has a connection of its own, which then dies of its second request.
    if (connection.index < COUNT) await service.connection(COUNT - 1)
    await connection.send(whole('ok'))
    await connection.request()
    connection.reset()
  })
  const clients = await Promise.all(Array.from({length: COUNT}, client))
  await Promise.all(clients.map(each => each.send(ask('/1'))))
  for (const each of clients) await each.response()
  const [first] = clients
  await first?.send(ask('/2'))
  t.is((await first?.response())?.startLine, 'HTTP/1.1 200 OK')
  t.is(service.connections.length, COUNT + 1)
})

test('what must not happen twice is not sent twice', async t => {
  // By which no connection grows too old to carry it.
  const clock = testClock()
  const {client, service, gateway} = await through(t, dying, {gateway: {clock}})
  const connected = await client()
  for (const expected of [/ 200 /, / 502 /]) {
    await connected.send(`${ask('/1', ['Content-Length: 2'], 'POST')}hi`)
    t.regex((await connected.response()).startLine, expected)
  }
  t.is(service.connections.length, 1)
  await gateway.close()
})

test('a head that comes too slowly, and a connection that says nothing, are given up', async t => {
  const {client} = await through(t, answering([], whole('ok')), {
    settings: {'gateway.request.header.timeout': '1s'},
  })
  const slow = await client()
  const silent = await client()
  await slow.send('GET /gateway')
  await Promise.all([slow.closed, silent.closed])
  t.regex(slow.received, /^HTTP\/1\.1 408 Request Timeout\r\n/)
})

test('an idle connection is closed after its time', async t => {
  const {client} = await through(t, answering([], whole('ok')), {settings: {'gateway.idle.timeout': '50'}})
  const connected = await client()
  await connected.send(ask('/1'))
  t.is((await connected.response()).body, 'ok')
  await connected.closed
  t.true(connected.ended)
})

test('while the gateway drains it is alive, not ready, and each response is its connection’s last', async t => {
  const {client, gateway} = await through(t, answering([], whole('ok')), {
    settings: {'gateway.drain.delay': '60s', 'gateway.drain.timeout': '0'},
  })
  const get = async (path: string) => {
    const connected = await client()
    await connected.send(`GET ${path} HTTP/1.1\r\nHost: gw.test\r\n\r\n`)
    const {startLine, body} = await connected.response()
    return `${startLine} ${body.trim()}`
  }
  t.is(await get('/healthz'), 'HTTP/1.1 200 OK ok')
  t.is(await get('/readyz'), 'HTTP/1.1 200 OK ready')
  const kept = await client()
  await kept.send(ask('/1'))
  await kept.response()
  void gateway.drain()
  t.is(await get('/healthz'), 'HTTP/1.1 200 OK ok')
  t.is(await get('/readyz'), 'HTTP/1.1 503 Service Unavailable draining')
  await kept.send(ask('/2'))
  const last = await kept.response()
  t.is(last.body, '/2')
  await kept.closed
})

test('a pipelined request is sent when the one before is answered, and not at all when the client has left', async t => {
  const {client, service, gateway} = await through(t, idle)
  const connected = await client()
  await connected.send(ask('/1') + ask('/2') + ask('/3'))
  const connection = await service.connection(0)
  await connection.answer('one')
  t.is((await connected.response()).body, 'one')
  t.is((await connection.request()).startLine, 'GET /2 HTTP/1.1')
  connected.socket.destroy()
  await connection.closed
  t.is(service.connections.length, 1)
  await gateway.close()
})

test('a body of a pipelined request is read when its turn has come', async t => {
  const {client, service} = await through(t, idle)
  const connected = await client()
  await connected.send(`${ask('/1')}${ask('/2', ['Content-Length: 5'], 'PUT')}hello${ask('/3')}`)
  const connection = await service.connection(0)
  await connection.answer('one')
  t.is((await connection.answer('two')).body, 'hello')
  await connection.answer('three')
  for (const body of ['one', 'two', 'three']) t.is((await connected.response()).body, body)
})

test('thousands of pipelined requests are answered, each in its turn', async t => {
  const {client} = await through(t, answering([], whole('/0')))
  const connected = await client()
  await connected.send(Array.from({length: 2000}, (_, i) => ask(`/${i}`)).join(''))
  for (let i = 0; i < 2000; i++) t.is((await connected.response()).body, `/${i}`)
})

/** What a service may answer, and whether that has a body. */
const ANSWERS = {
  GET: [whole('get'), 'get'],
  HEAD: ['HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n', ''],
  PUT: ['HTTP/1.1 204 No Content\r\n\r\n', ''],
  PATCH: ['HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nETag: "x"\r\n\r\n', ''],
  POST: ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npost\r\n0\r\n\r\n', 'post'],
  DELETE: ['HTTP/1.1 200 OK\r\n\r\ndelete', 'delete'],
} as const
const METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE'] as const
const isMethod = (name: string): name is (typeof METHODS)[number] => name in ANSWERS

test('pipelined requests of all kinds are told apart, with and without bodies on either side', async t => {
  const COUNT = 300
  const got: string[] = []
  const {client} = await through(t, async connection => {
    for (;;) {
      const {startLine, body} = await connection.request()
      const [method = '', target = ''] = startLine.split(' ')
      got.push(`${method} ${target} ${body}`)
      if (isMethod(method)) await connection.send(ANSWERS[method][0])
      if (method === 'DELETE') connection.end()
    }
  })
  const asked = Array.from({length: COUNT}, (_, i) => METHODS[(i * 7 + (i >> 3)) % METHODS.length] ?? 'GET')
  const bodies = ['', `${ask('/hidden')}`] as const
  const requests = asked.map((method, i) => {
    const body = bodies[i % 2] ?? ''
    return i % 3 === 0
      ? `${ask(`/${i}`, [`Content-Length: ${body.length}`], method)}${body}`
      : `${ask(`/${i}`, ['Transfer-Encoding: chunked'], method)}${body && `${body.length.toString(16)}\r\n${body}\r\n`}0\r\n\r\n`
  })
  const connected = await client()
  void connected.send(requests.join(''))
  for (const method of asked) {
    const response = await connected.response({bodiless: method === 'HEAD'})
    t.is(response.body, ANSWERS[method][1])
  }
  t.deepEqual(
    got,
    asked.map((method, i) => `${method} /${i} ${bodies[i % 2]}`),
  )
})

test('who asks again and again and reads nothing is not answered further', async t => {
  const COUNT = 1000
  const body = 'x'.repeat(100_000)
  let answered = 0
  const {client} = await through(t, async connection => {
    for (;;) {
      await connection.answer(body)
      answered++
    }
  })
  const connected = await client()
  connected.socket.pause()
  connected.socket.write(ask('/1').repeat(COUNT))
  t.true((await standstill(() => answered)) < COUNT / 2)
  connected.socket.resume()
  for (let i = 0; i < 10; i++) t.is((await connected.response()).body.length, body.length)
})

test('a client that takes nothing of its answer is given up, and its service is free again', async t => {
  const {client, service} = await through(t, idle, {settings: {'gateway.idle.timeout': '300'}})
  const connected = await client()
  connected.socket.pause()
  await connected.send(ask('/1'))
  const connection = await service.connection(0)
  await connection.request()
  connection.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n')
  connection.socket.write(Buffer.alloc(100_000_000))
  await connection.closed
  t.pass()
})

test('an answer may take longer than a connection may be idle', async t => {
  const {client, service} = await through(t, idle, {settings: {'gateway.idle.timeout': '100'}})
  const connected = await client()
  await connected.send(ask('/1'))
  const connection = await service.connection(0)
  await connection.request()
  // Idle connections are closed after 100 ms: one that was opened later is gone before the answer comes.
  const other = await client()
  await other.send(ask('/../'))
  await other.closed
  await connection.send(whole('late'))
  t.is((await connected.response()).body, 'late')
})
