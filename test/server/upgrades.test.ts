import test from 'ava'
import {assertNoLeaks} from '../helpers/leaks.js'
import {fieldOf} from '../helpers/message.js'
import {capitals, frame, handshake, KEY, OFFER} from '../helpers/web-socket.js'
import {answering, ask, through, valuesOf, whole} from './through.js'

assertNoLeaks(test)

test('a WebSocket goes through route and filters, and frames flow both ways', async t => {
  const {client, service, accesses, gateway} = await through(t, capitals)
  const connected = await client()
  await connected.send(ask('/socket?a=b', [...OFFER, 'Sec-WebSocket-Protocol: one, two', 'Cookie: c=d']))
  const answer = await handshake(connected)
  t.is(answer.startLine, 'HTTP/1.1 101 Switching Protocols')
  t.is(fieldOf(answer.headers, 'sec-websocket-accept'), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
  await connected.send(frame('hello'))
  t.is(await connected.until('HELLO'), '\x81\x05HELLO')
  connected.received = ''
  await connected.send(Buffer.concat([frame('a'), frame('b')]))
  await connected.until('\x81\x01B')
  t.is(service.connections.length, 1)
  connected.end()
  await connected.closed
  await (await service.connection(0)).closed
  await gateway.close()
  t.is(accesses.length, 1)
  t.like(accesses[0], {event: 'request', status: 101, topology: 't', service: 'X', target: '/gateway/t/x/socket?a=b'})
})

test('the service of a WebSocket gets the client’s offer, and X-Forwarded fields', async t => {
  const got: Parameters<typeof answering>[0] = []
  const {client} = await through(t, answering(got, whole('no')))
  const connected = await client()
  const fields = ['Sec-WebSocket-Protocol: one', 'Origin: http://gw.test', 'Connection: X-Private', 'X-Private: 1']
  await connected.send(ask('/s?q', [...OFFER, ...fields]))
  await connected.response()
  const [asked] = got
  t.is(asked?.startLine, 'GET /s?q HTTP/1.1')
  const value = (name: string) => fieldOf(asked?.headers ?? [], name)
  t.is(value('upgrade'), 'websocket')
  t.is(value('sec-websocket-key'), KEY)
  t.is(value('sec-websocket-protocol'), 'one')
  t.is(value('origin'), 'http://gw.test')
  t.is(value('x-forwarded-host'), 'gw.test:8443')
  t.is(value('x-private'), undefined)
  await connected.closed
})

test('where the settings say so there are no WebSockets, and the service is not asked', async t => {
  const {client, service} = await through(t, capitals, {settings: {'gateway.websocket.feature.enabled': 'false'}})
  const connected = await client()
  await connected.send(ask('/socket', OFFER))
  const {startLine, body} = await connected.response()
  t.is(startLine, 'HTTP/1.1 403 Forbidden')
  t.like(JSON.parse(body), {error: 'web-sockets-off'})
  t.is(service.connections.length, 0)
  await connected.closed
})

test('bytes that come with the handshake are not lost', async t => {
  const {client} = await through(t, capitals)
  const connected = await client()
  await connected.send(Buffer.concat([Buffer.from(ask('/s', OFFER)), frame('first')]))
  await connected.until('FIRST')
  t.regex(connected.received, /^HTTP\/1\.1 101 /)
})

test('what the service refuses is passed on whole', async t => {
  const refusal =
    'HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13, 8\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 4\r\n\r\nno 9'
  const {client, accesses, gateway} = await through(t, answering([], refusal))
  const connected = await client()
  await connected.send(ask('/s', OFFER.with(3, 'Sec-WebSocket-Version: 9')))
  const answer = await connected.response()
  t.is(answer.startLine, 'HTTP/1.1 426 Upgrade Required')
  t.is(fieldOf(answer.headers, 'sec-websocket-version'), '13, 8')
  t.deepEqual(valuesOf(answer.headers, 'x-a'), ['1', '2'])
  t.is(answer.body, 'no 9')
  await connected.closed
  await gateway.close()
  t.like(accesses[0], {status: 426})
})

test('what the service refuses passes the same filters as any response', async t => {
  const refusal =
    'HTTP/1.1 302 Found\r\nLocation: http://s:1/base/login\r\nSet-Cookie: a=b\r\nWWW-Authenticate: Basic\r\nConnection: X-Hop\r\nX-Hop: 1\r\nContent-Length: 2\r\n\r\nno'
  const {client} = await through(t, answering([], refusal))
  const connected = await client()
  await connected.send(ask('/s', OFFER))
  const answer = await connected.response()
  t.is(answer.startLine, 'HTTP/1.1 302 Found')
  t.is(fieldOf(answer.headers, 'location'), 'http://gw.test:8443/gateway/t/x/login')
  for (const name of ['set-cookie', 'www-authenticate', 'x-hop']) t.is(fieldOf(answer.headers, name), undefined, name)
  t.is(answer.body, 'no')
  await connected.closed
})

test('a refusal longer than sockets hold reaches its client', async t => {
  const {client} = await through(t, answering([], whole('x'.repeat(8_000_000), '403 Forbidden')))
  const connected = await client()
  connected.socket.pause()
  await connected.send(ask('/s', OFFER))
  connected.socket.resume()
  t.is((await connected.response()).body.length, 8_000_000)
  await connected.closed
})

test('a service that switches to something else than was asked for is a 502', async t => {
  const {client, service} = await through(t, async connection => {
    await connection.request()
    await connection.send(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n',
    )
  })
  const connected = await client()
  await connected.send(ask('/s', OFFER))
  const answer = await connected.response()
  t.is(answer.startLine, 'HTTP/1.1 502 Bad Gateway')
  t.like(JSON.parse(answer.body), {error: 'endpoint-failed'})
  await (await service.connection(0)).closed
  await connected.closed
})

test('a WebSocket to an address that is not served is refused with the usual answer', async t => {
  const {client} = await through(t, capitals)
  const connected = await client()
  await connected.send(ask('/s', OFFER).replace('/x/', '/y/'))
  const answer = await connected.response()
  t.is(answer.startLine, 'HTTP/1.1 404 Not Found')
  t.like(JSON.parse(answer.body), {status: 404, error: 'no-route'})
  await connected.closed
})

test('a WebSocket whose service cannot be reached gets 502 with the request id', async t => {
  const {client, service} = await through(t, capitals)
  await service.close()
  const connected = await client()
  await connected.send(ask('/s', [...OFFER, 'X-Request-Id: ws-1']))
  const answer = await connected.response()
  t.is(answer.startLine, 'HTTP/1.1 502 Bad Gateway')
  t.like(JSON.parse(answer.body), {error: 'endpoint-failed', requestId: 'ws-1'})
  await connected.closed
})

test('a WebSocket fails over to the next endpoint', async t => {
  const {client, accesses, gateway, service} = await through(t, capitals, {
    kind: 'ha',
    before: ['http://127.0.0.1:9'],
    ha: 'enabled=true;maxFailoverAttempts=2;failoverSleep=1',
  })
  const connected = await client()
  await connected.send(ask('/s', OFFER))
  t.is((await handshake(connected)).startLine, 'HTTP/1.1 101 Switching Protocols')
  await connected.send(frame('x'))
  await connected.until('X')
  connected.end()
  await connected.closed
  await gateway.close()
  t.like(accesses[0], {attempts: 2, endpoint: `http://127.0.0.1:${service.port}`})
})

test('a service that dies ends its client’s WebSocket', async t => {
  const {client, service} = await through(t, capitals)
  const connected = await client()
  await connected.send(ask('/s', OFFER))
  await handshake(connected)
  const connection = await service.connection(0)
  connection.reset()
  await connected.closed
  t.pass()
})

test('a client that dies ends the service’s side', async t => {
  const {client, service} = await through(t, capitals)
  const connected = await client()
  await connected.send(ask('/s', OFFER))
  await handshake(connected)
  connected.reset()
  await (await service.connection(0)).closed
  t.pass()
})

test('a client that leaves before the service agreed costs it nothing more', async t => {
  const {client, service, accesses, gateway} = await through(t, () => new Promise(() => {}))
  const connected = await client()
  await connected.send(ask('/s', OFFER))
  const connection = await service.connection(0)
  await connection.request()
  connected.end()
  await connection.closed
  await connected.closed
  await gateway.close()
  t.like(accesses[0], {end: 'client'})
})

test('an offer of h2c is served as a plain request, and so is what follows', async t => {
  const {client, service} = await through(t, answering([], whole('first')))
  const connected = await client()
  const offer = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA']
  await connected.send(ask('/a', offer))
  t.is((await connected.response()).body, 'first')
  await connected.send(ask('/b'))
  t.is((await connected.response()).body, '/b')
  t.true(service.connections.length > 0)
})

const withBody = test.macro({
  async exec(t, fields: readonly string[], body: string, later: string) {
    const got: Parameters<typeof answering>[0] = []
    const {client} = await through(t, answering(got, whole('first')))
    const connected = await client()
    const offer = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA']
    await connected.send(`${ask('/a', [...offer, ...fields], 'POST')}${body}`)
    if (later !== '') await connected.send(later)
    t.is((await connected.response()).body, 'first')
    await connected.send(ask('/b', ['X-Last: 1']))
    t.is((await connected.response()).body, '/b')
    t.is(got[0]?.body, 'hello world')
    t.is(got.length, 2)
    for (const name of ['upgrade', 'http2-settings']) t.is(fieldOf(got[0]?.headers ?? [], name), undefined)
  },
  title: (title = '') => `an offer of h2c with ${title}`,
})

test('a body in the same packet', withBody, ['Content-Length: 11'], 'hello world', '')
test('a body that comes later', withBody, ['Content-Length: 11'], '', 'hello world')
test('a body in two pieces', withBody, ['Content-Length: 11'], 'hello', ' world')
test('a chunked body', withBody, ['Transfer-Encoding: chunked'], '5\r\nhello\r\n', '6\r\n world\r\n0\r\n\r\n')

test('offers of other protocols, and of WebSocket with a method other than GET or with a body, are plain requests', async t => {
  const got: Parameters<typeof answering>[0] = []
  const {client} = await through(t, answering(got, whole('first')))
  const connected = await client()
  await connected.send(ask('/a', ['Connection: Upgrade', 'Upgrade: TLS/1.2']))
  t.is((await connected.response()).body, 'first')
  await connected.send(`${ask('/b', [...OFFER, 'Content-Length: 2'], 'POST')}hi`)
  t.is((await connected.response()).body, '/b')
  t.is(got[1]?.body, 'hi')
  await connected.send(`${ask('/c', [...OFFER, 'Content-Length: 2'])}hi`)
  t.is((await connected.response()).body, '/c')
  t.is(got[2]?.body, 'hi')
})

test('CONNECT is refused', async t => {
  const {client} = await through(t, capitals)
  const connected = await client()
  await connected.send('CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n')
  t.is((await connected.response()).startLine, 'HTTP/1.1 405 Method Not Allowed')
  await connected.closed
})

const takeover = test.macro({
  async exec(t, next: string) {
    const {client} = await through(t, async connection => {
      await connection.request()
    })
    const impatient = await client()
    await impatient.send(ask('/never') + next)
    await impatient.closed
    t.is(impatient.received, '')
    const another = await client()
    await another.send(ask('/../'))
    t.is((await another.response()).startLine, 'HTTP/1.1 400 Bad Request')
  },
  title: (title = '') => `${title} behind a request without its answer ends the connection`,
})

test('a WebSocket', takeover, ask('/socket', OFFER))
test('an offer of h2c', takeover, ask('/a', ['Connection: Upgrade', 'Upgrade: h2c']))
test('CONNECT', takeover, 'CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n')

test('a WebSocket may be silent for longer than a connection may be idle', async t => {
  const {client} = await through(t, capitals, {settings: {'gateway.idle.timeout': '100'}})
  const connected = await client()
  await connected.send(ask('/socket', OFFER))
  await handshake(connected)
  const other = await client()
  await other.send(ask('/../'))
  await other.closed
  await connected.send(frame('hello'))
  await connected.until('HELLO')
  t.pass()
})
