import {type AddressInfo, createServer, type Socket} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {systemClock} from '../../../gateway/common/clock.js'
import {httpProxyUpgrade, type UpgradeOptions} from '../../../gateway/dispatch/transport/http-proxy-upgrade.js'
import {EndpointError, type EndpointFailure} from '../../../gateway/pipeline/endpoint-error.js'
import type {ServiceRequest} from '../../../gateway/pipeline/transport.js'
import {testClock} from '../../helpers/clock.js'
import {testCredentials} from '../../helpers/credentials.js'
import {assertNoLeaks} from '../../helpers/leaks.js'
import {testLookup} from '../../helpers/lookup.js'
import {type RawClient, rawClient} from '../../helpers/raw-client.js'
import {type Credentials, type Script, scriptedService} from '../../helpers/scripted-service.js'
import {textOf} from '../../helpers/sinks.js'

assertNoLeaks(test)

const JOINED =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Key: v\r\nSec-WebSocket-Accept: cai0HFWL7DEHZkyHxdyv1Pn3R6M=\r\n\r\n'

interface Options extends Partial<UpgradeOptions> {
  readonly credentials?: Credentials
  /** Bytes that came with the client's request. */
  readonly head?: string
}

/** A client whose socket the gateway holds, and a service it may be joined to. */
async function scene(t: ExecutionContext, script: Script, {credentials, head = '', ...changes}: Options = {}) {
  const service = await scriptedService(script, credentials)
  const {client, socket} = await clientAndSocket(t)
  t.teardown(() => service.close())
  const transport = httpProxyUpgrade({clock: systemClock, lookup: testLookup, tls: undefined, ...changes})
  const upgrade = (more: Partial<ServiceRequest> = {}) =>
    transport.upgrade({...requestTo(service.port), ...more}, {socket, head: Buffer.from(head)})
  return {service, client, socket, upgrade}
}

async function clientAndSocket(t: ExecutionContext): Promise<{client: RawClient; socket: Socket}> {
  const server = createServer({allowHalfOpen: true})
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const accepted = new Promise<Socket>(resolve => server.once('connection', resolve))
  const client = await rawClient((server.address() as AddressInfo).port)
  const socket = await accepted
  t.teardown(() => {
    client.socket.destroy()
    socket.destroy()
    return new Promise<void>(resolve => server.close(() => resolve()))
  })
  return {client, socket}
}

function requestTo(port: number): ServiceRequest {
  return {
    method: 'GET',
    url: {scheme: 'http', host: 'service.test', port: String(port), path: '/a//b', query: 'u=http://x//y'},
    headers: [
      'Host',
      'h:1',
      'Sec-WebSocket-Key',
      'k',
      'X-Twice',
      'a',
      'x-twice',
      'b',
      'Connection',
      'Upgrade, X-Drop',
      'X-Drop',
      '1',
      'X-Latin',
      '\xe9',
    ],
    body: undefined,
    connectTimeout: 0,
    responseTimeout: 0,
    idleTimeout: 0,
  }
}

test('the sockets are joined after the service agrees', async t => {
  const {client, service, upgrade} = await scene(
    t,
    async each => {
      await each.until('\r\n\r\n')
      await each.send(`${JOINED}from service`)
    },
    {head: 'early'},
  )
  t.is((await upgrade()).status, 101)
  const got = await client.until('from service')
  t.regex(got, /^HTTP\/1\.1 101 Switching Protocols\r\n/)
  t.regex(got, /\r\nx-key: v\r\n/i)
  const raw = await service.connection(0)
  await client.send('from client')
  const sent = await raw.until('from client')
  t.regex(sent, /^GET \/a\/\/b\?u=http:\/\/x\/\/y HTTP\/1\.1\r\n/)
  t.deepEqual(sent.slice(0, sent.indexOf('\r\n\r\n')).split('\r\n').slice(1).sort(), [
    'Host: h:1',
    'Sec-WebSocket-Key: k',
    'X-Latin: \xe9',
    'X-Twice: a',
    'X-Twice: b',
    'connection: Upgrade',
    'upgrade: websocket',
  ])
  t.regex(sent, /\r\n\r\nearlyfrom client$/)
  client.end()
  await raw.closed
})

const frees = test.macro({
  async exec(t, side: 'client' | 'service', how: 'end' | 'reset') {
    const {client, service, upgrade, socket} = await scene(t, async each => {
      await each.until('\r\n\r\n')
      await each.send(JOINED)
    })
    await upgrade()
    const raw = await service.connection(0)
    await client.until('101')
    const [one, other] = side === 'client' ? [client, raw] : [raw, client]
    one[how]()
    await other.closed
    await new Promise<void>(resolve => (socket.destroyed ? resolve() : socket.once('close', () => resolve())))
    t.pass()
  },
  title: (_, side, how) => `when the ${side}'s side is ${how === 'end' ? 'ended' : 'reset'} the other is freed`,
})

test(frees, 'client', 'end')
test(frees, 'client', 'reset')
test(frees, 'service', 'end')
test(frees, 'service', 'reset')

test('what the service sent last still reaches the client', async t => {
  const {client, upgrade} = await scene(t, async each => {
    await each.until('\r\n\r\n')
    await each.send(`${JOINED}${'x'.repeat(3_000_000)}`)
    each.end()
  })
  client.socket.pause()
  await upgrade()
  client.socket.resume()
  await client.closed
  t.is(client.received.length - client.received.indexOf('\r\n\r\n') - 4, 3_000_000)
})

test('a side that goes on when the other has ended is given a while', async t => {
  const clock = testClock()
  const {client, service, upgrade} = await scene(
    t,
    async each => {
      each.socket.allowHalfOpen = true
      await each.until('\r\n\r\n')
      await each.send(JOINED)
    },
    {clock},
  )
  await upgrade()
  const raw = await service.connection(0)
  client.end()
  await raw.until(() => raw.ended)
  await raw.send('last words')
  await client.until('last words')
  clock.turn(6000)
  await client.closed
  while (!raw.socket.destroyed) await raw.send('to nobody')
  t.is(raw.broken?.syscall, 'write')
})

const passes = test.macro({
  async exec(t, answer: string, headers: readonly string[], ends: 'ends' | 'stays') {
    const {service, upgrade, socket} = await scene(t, async each => {
      await each.until('\r\n\r\n')
      await each.send(answer)
      if (ends === 'ends') each.end()
    })
    const response = await upgrade()
    t.is(response.status, Number(answer.slice(9, 12)))
    t.deepEqual(response.headers, headers)
    t.is(await textOf(response.body), 'body')
    t.true(socket.writable)
    await (await service.connection(0)).closed
  },
  title: (_, answer) => `another answer is a response: ${JSON.stringify(answer)}`,
})

test(
  passes,
  'HTTP/1.1 403 No Way\r\nX-A: 1\r\nx-a: 2\r\nKeep-Alive: timeout=5\r\nContent-Length: 4\r\n\r\nbody',
  ['X-A', '1', 'x-a', '2', 'Content-Length', '4'],
  'stays',
)
test(passes, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n', [], 'stays')
test(passes, 'HTTP/1.1 500 Oh\r\n\r\nbody', [], 'ends')

test('another answer that breaks off is seen to be broken, and one that is not wanted frees the service', async t => {
  const {upgrade, service} = await scene(t, async each => {
    await each.until('\r\n\r\n')
    await each.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n')
  })
  const text = textOf((await upgrade()).body)
  ;(await service.connection(0)).reset()
  await t.throwsAsync(text, {code: 'ECONNRESET'})
  ;(await upgrade()).body.discard()
  await (await service.connection(1)).closed
})

const rejects = test.macro({
  async exec(t, script: Script | undefined, failure: EndpointFailure, more: Partial<ServiceRequest> = {}) {
    const clock = testClock()
    const {client, upgrade, service, socket} = await scene(t, script ?? (each => each.until('\r\n\r\n')), {clock})
    if (failure === 'connect') await service.close()
    const upgrading = upgrade(more)
    if (failure === 'timeout-response') {
      const raw = await service.connection(0)
      await raw.until('\r\n\r\n')
      clock.turn(1000)
    }
    const error = await t.throwsAsync(upgrading, {instanceOf: EndpointError})
    t.is(error?.failure, failure)
    t.true(socket.writable)
    await new Promise<void>(resolve => socket.end('refused', () => resolve()))
    await client.until('refused')
    t.is(client.received, 'refused')
  },
  title: (title, __, failure) => `${title ?? ''} a handshake that fails leaves the client's socket alone: ${failure}`,
})

test(rejects, undefined, 'connect')
test(
  rejects,
  async each => {
    await each.until('\r\n\r\n')
    each.reset()
  },
  'sent',
)
test(
  rejects,
  async each => {
    await each.until('\r\n\r\n')
    await each.send('SSH-2.0\r\n')
  },
  'malformed',
)
for (const [joined, other] of [
  ['Sec-WebSocket-Accept: ', 'X: '],
  ['Upgrade: websocket', 'Upgrade: h2c'],
  ['Connection: Upgrade', 'Connection: close, Upgrades'],
  ['n3R6M=', 'AAAA='],
] as const)
  test(
    `101 with ${other}`,
    rejects,
    async each => {
      await each.until('\r\n\r\n')
      await each.send(JOINED.replace(joined, other))
    },
    'malformed',
  )
test(rejects, undefined, 'timeout-response', {responseTimeout: 1000})

test('what HTTP cannot carry is not sent', async t => {
  const {upgrade, service, socket} = await scene(t, each => each.until('\r\n\r\n'))
  const {url} = requestTo(service.port)
  await t.throwsAsync(upgrade({url: {...url, path: '/a b'}}), {message: /cannot be sent/})
  await t.throwsAsync(upgrade({url: {...url, path: '/a\r\nX: y'}}), {message: /cannot be sent/})
  await t.throwsAsync(upgrade({headers: ['X', 'a\r\nb: c']}), {message: /cannot be sent/})
  t.true(socket.writable)
  t.is(service.connections.length, 0)
})

test('a client that leaves before the answer', async t => {
  const {client, upgrade, service} = await scene(t, each => each.until('\r\n\r\n'))
  const upgrading = upgrade()
  const raw = await service.connection(0)
  await raw.until('\r\n\r\n')
  client.reset()
  const error = await t.throwsAsync(upgrading)
  t.false(error instanceof EndpointError)
  await raw.closed
})

test('over TLS', async t => {
  const {client, upgrade, service} = await scene(
    t,
    async each => {
      await each.until('\r\n\r\n')
      await each.send(`${JOINED}hi`)
    },
    {credentials: testCredentials, tls: {ca: testCredentials.cert}},
  )
  const {url} = requestTo(service.port)
  t.is((await upgrade({url: {...url, scheme: 'https'}})).status, 101)
  await client.until('hi')
  client.end()
  await (await service.connection(0)).closed
})

test('a certificate that is not trusted', async t => {
  const {upgrade, service, socket} = await scene(t, each => each.until('\r\n\r\n'), {credentials: testCredentials})
  const {url} = requestTo(service.port)
  const error = await t.throwsAsync(upgrade({url: {...url, scheme: 'https'}}), {instanceOf: EndpointError})
  t.is(error?.failure, 'connect')
  t.true(socket.writable)
})

test('an address says where the service is', async t => {
  const {service, client, upgrade} = await scene(t, async each => {
    await each.request()
    await each.send(JOINED)
  })
  const url = {...requestTo(service.port).url, host: 'nowhere.example'}
  const joined = upgrade({url, address: '127.0.0.1'})
  t.is((await joined).status, 101)
  t.is((await client.response({bodiless: true})).startLine, 'HTTP/1.1 101 Switching Protocols')
})
