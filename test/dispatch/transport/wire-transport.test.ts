import {type AddressInfo, connect, createServer, type Socket} from 'node:net'
import type {SecureVersion} from 'node:tls'
import test, {type ExecutionContext} from 'ava'
import {type Clock, systemClock} from '../../../gateway/common/clock.js'
import {wireTransport} from '../../../gateway/dispatch/transport/wire-transport.js'
import {EndpointError} from '../../../gateway/pipeline/endpoint-error.js'
import {goneSource} from '../../../gateway/pipeline/gone.js'
import {testClock} from '../../helpers/clock.js'
import {testCredentials} from '../../helpers/credentials.js'
import {testLookup} from '../../helpers/lookup.js'
import {type Script, type ServiceConnection, scriptedService} from '../../helpers/scripted-service.js'
import {TestSink, textOf} from '../../helpers/sinks.js'
import {transportContract} from './contract.js'

transportContract(test, wireTransport)

const OPTIONS = {lookup: testLookup, maxConnections: 0, keepAlive: 15_000, maxHeaderSize: 16_384}

interface SceneOptions {
  readonly scheme?: 'http' | 'https'
  readonly clock?: Clock
  readonly maxVersion?: SecureVersion
}

async function scene(t: ExecutionContext, script: Script, options: SceneOptions = {}) {
  const {scheme = 'http', clock = systemClock, maxVersion = 'TLSv1.3'} = options
  const service = await scriptedService(script, scheme === 'https' ? testCredentials : undefined)
  const transport = wireTransport({...OPTIONS, clock, tls: {ca: testCredentials.cert, maxVersion}})
  t.teardown(async () => {
    await transport.close()
    await service.close()
  })
  const url = {scheme, host: 'service.test', port: String(service.port), path: '/', query: undefined}
  const timeouts = {connectTimeout: 0, responseTimeout: 0, idleTimeout: 0}
  const request = {method: 'GET', url, headers: ['Host', 'a'], body: undefined, ...timeouts}
  return {service, transport, request}
}

const ends = test.macro({
  async exec(t, how: 'close_notify' | 'TCP', version: 'TLSv1.2' | 'TLSv1.3', full: boolean, framed: boolean) {
    const body = framed ? '5\r\nhello\r\n0\r\n\r\n' : 'hello'
    const {transport, request, service} = await scene(
      t,
      async each => {
        await each.request()
        await each.send(`HTTP/1.1 200 OK\r\n${framed ? 'Transfer-Encoding: chunked\r\n' : ''}\r\n${body.slice(0, 4)}`)
      },
      {scheme: 'https', maxVersion: version},
    )
    const response = await transport.send(request, goneSource())
    const sink = new TestSink()
    sink.room = () => !full
    response.body.flow(sink)
    if (full) await sink.until(each => each.full)
    const raw = await service.connection(0)
    await raw.send(body.slice(4))
    if (how === 'close_notify') raw.end()
    else raw.socket.destroy()
    await new Promise(resolve => setImmediate(resolve))
    sink.open()
    await sink.done
    t.is(sink.text, 'hello')
    t.is(sink.failure === undefined, framed || how === 'close_notify')
    await raw.closed
  },
  title: (_, how, version, full, framed) =>
    `over ${version} a ${framed ? 'framed ' : ''}body ended by ${how}${full ? ', while the sink is full' : ''}`,
})

for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
  for (const how of ['close_notify', 'TCP'] as const)
    for (const full of [false, true]) test(ends, how, version, full, false)
test(ends, 'TCP', 'TLSv1.3', false, true)
test(ends, 'close_notify', 'TLSv1.3', true, true)

/** Stands before a service; what the service sends after `hold` goes on in one piece at `release`, or with its end. */
async function gatherer(t: ExecutionContext, port: number) {
  let held: Buffer[] | undefined
  const sockets: Socket[] = []
  const server = createServer({noDelay: true}, client => {
    const service = connect({port, host: '127.0.0.1', noDelay: true})
    sockets.push(client, service)
    for (const socket of [client, service]) socket.on('error', () => {})
    client.pipe(service)
    client.on('close', () => service.destroy())
    service.on('data', (chunk: Buffer) => (held === undefined ? client.write(chunk) : held.push(chunk)))
    service.on('end', () => client.end(Buffer.concat(held ?? [])))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    hold() {
      held = []
    },
    /** Once so many bytes are held. */
    async release(bytes: number) {
      while (held !== undefined && Buffer.concat(held).length < bytes)
        await new Promise(resolve => setImmediate(resolve))
      sockets[0]?.write(Buffer.concat(held ?? []))
      held = undefined
    },
  }
}

test('over TLS a body and its close_notify that come together, while the sink is full', async t => {
  const {transport, request, service} = await scene(t, each => each.request(), {scheme: 'https'})
  const between = await gatherer(t, service.port)
  const sending = transport.send({...request, url: {...request.url, port: String(between.port)}}, goneSource())
  const raw = await service.connection(0)
  await raw.until('').catch(() => {})
  await raw.send('HTTP/1.1 200 OK\r\n\r\n')
  const response = await sending
  const sink = new TestSink()
  sink.room = () => false
  response.body.flow(sink)
  between.hold()
  raw.socket.end('hello')
  await sink.until(each => each.full)
  for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
  sink.open()
  await sink.done
  t.is(sink.failure, undefined)
  t.is(sink.text, 'hello')
})

test('over TLS a connection that was paused when its response became whole is used again', async t => {
  const {transport, request, service} = await scene(t, answering, {scheme: 'https', clock: testClock()})
  const between = await gatherer(t, service.port)
  const through = {...request, url: {...request.url, port: String(between.port)}}
  t.is(await textOf((await transport.send(through, goneSource())).body), 'ok')
  const raw = await service.connection(0)
  const sending = transport.send({...through, method: 'PUT'}, goneSource())
  await raw.request()
  await raw.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n')
  const {body} = await sending
  const sink = new TestSink()
  sink.room = () => false
  body.flow(sink)
  between.hold()
  for (const piece of ['h', 'ell', 'o']) await raw.send(piece)
  await between.release(60)
  await sink.until(each => each.full)
  // Not between two pieces of one read.
  await new Promise(resolve => setImmediate(resolve))
  sink.open()
  await sink.done
  t.is(sink.text, 'hello')
  t.is(await textOf((await transport.send(through, goneSource())).body), 'ok')
  t.is(service.connections.length, 1)
})

/** Answers GET requests; what else comes is for the test to answer. */
async function answering(connection: ServiceConnection): Promise<never> {
  for (;;) {
    await connection.until(text => text.startsWith('GET'))
    await connection.answer()
  }
}

test('events of one read come as one piece, without their framing', async t => {
  const {transport, request, service} = await scene(t, async each => {
    await each.request()
    await each.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
  })
  const response = await transport.send(request, goneSource())
  const sink = new TestSink()
  const chunks: string[] = []
  response.body.flow({
    write(chunk) {
      chunks.push(Buffer.from(chunk).toString())
      return sink.write(chunk)
    },
    drained: again => sink.drained(again),
    end: () => sink.end(),
    fail: error => sink.fail(error),
  })
  const raw = await service.connection(0)
  await raw.send('3\r\na\n\n\r\n3\r\nb\n\n\r\n4;x\r\nc')
  await sink.until(({bytes}) => bytes >= 7)
  await raw.send('\n\n!\r\n0\r\n\r\n')
  await sink.done
  t.deepEqual(chunks, ['a\n\nb\n\nc', '\n\n!'])
})

test('a chunk that a sink keeps stays what it was', async t => {
  const {transport, request, service} = await scene(t, async each => {
    await each.request()
    await each.send(`HTTP/1.1 200 OK\r\n\r\n${each.index}`)
  })
  const kept: Uint8Array[] = []
  for (let i = 0; i < 3; i++) {
    const sink = new TestSink()
    const response = await transport.send(request, goneSource())
    response.body.flow({
      write(chunk) {
        kept.push(chunk)
        return sink.write(chunk)
      },
      drained() {},
      end() {},
      fail() {},
    })
    await sink.until(({bytes}) => bytes === 1)
    await (await service.connection(i)).send('x'.repeat(5000))
    await sink.until(({bytes}) => bytes === 5001)
  }
  const texts = kept.map(chunk => Buffer.from(chunk).toString())
  t.is(texts.join('').replaceAll('x', ''), '012')
})

test('large pieces stay as they came, however many connections read', async t => {
  const letters = ['a', 'b', 'c', 'd']
  const {transport, request} = await scene(t, async each => {
    const {startLine} = await each.request()
    await each.send(`HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n${(startLine[5] ?? '').repeat(2_000_000)}`)
  })
  const kept = letters.map((): Uint8Array[] => [])
  await Promise.all(
    letters.map(async (letter, i) => {
      const url = {...request.url, path: `/${letter}`}
      const sink = new TestSink()
      sink.write = chunk => (kept[i]?.push(chunk) ?? 0) > 0
      ;(await transport.send({...request, url}, goneSource())).body.flow(sink)
      await sink.done
    }),
  )
  for (const [i, chunks] of kept.entries()) t.true(Buffer.concat(chunks).equals(Buffer.alloc(2_000_000, letters[i])))
})

const keeps = test.macro({
  async exec(t, field: string, ms: number, connections: number) {
    const clock = testClock()
    const {transport, request, service} = await scene(
      t,
      async each => {
        for (;;) await each.answer('ok', `HTTP/1.1 200 OK\r\n${field}`)
      },
      {clock},
    )
    await textOf((await transport.send(request, goneSource())).body)
    clock.turn(ms)
    await textOf((await transport.send(request, goneSource())).body)
    t.is(service.connections.length, connections)
  },
  title: (_, field: string, ms) => `an idle connection after ${ms} ms${field && `, ${field.trim()}`}`,
})

test(keeps, '', 14_900, 1)
test(keeps, '', 15_100, 2)
test(keeps, 'Keep-Alive: timeout=5, max=9\r\n', 3900, 1)
test(keeps, 'Keep-Alive: timeout=5, max=9\r\n', 4100, 2)
test(keeps, 'Keep-Alive: timeout=1\r\n', 0, 2)
test(keeps, 'Keep-Alive: timeout=600\r\n', 15_100, 2)
test(keeps, 'Connection: close\r\n', 0, 2)

test('a connection on which a response came before its request was whole is not used again', async t => {
  const {transport, request, service} = await scene(
    t,
    async each => {
      await each.until('a')
      await each.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    },
    {clock: testClock()},
  )
  const body = {flow: (into: {write(chunk: Uint8Array): boolean}) => void into.write(Buffer.from('a')), discard() {}}
  t.is(await textOf((await transport.send({...request, method: 'POST', body}, goneSource())).body), 'ok')
  await (await service.connection(0)).closed
  t.is(service.open, 0)
})

test('an answer that is refused says so, and names the endpoint', async t => {
  const {transport, request, service} = await scene(t, async each => {
    await each.request()
    await each.send('HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\n')
  })
  const error = await t.throwsAsync(transport.send(request, goneSource()), {instanceOf: EndpointError})
  t.is(error?.failure, 'malformed')
  t.is(error?.endpoint, `http://service.test:${service.port}`)
  t.is((error?.cause as Error | undefined)?.message, 'a header field is none')
  await (await service.connection(0)).closed
})

test('an address says where a name is, and TLS still proves the name', async t => {
  const {transport, request, service} = await scene(t, each => each.answer('there'), {scheme: 'https'})
  const {port} = request.url
  const answered = async (host: string, address: string | undefined) => {
    const url = {...request.url, host, port}
    return textOf((await transport.send({...request, url, address}, goneSource())).body)
  }
  t.is(await answered('service.test', '127.0.0.1'), 'there')
  await t.throwsAsync(answered('service.test', '127.0.0.9'), {message: /reached|time/})
  await t.throwsAsync(answered('elsewhere.example', undefined))
  t.is(service.connections.length, 1)
})
