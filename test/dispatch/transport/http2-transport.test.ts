import {once} from 'node:events'
import {createSecureServer, createServer, type ServerHttp2Session, type ServerHttp2Stream} from 'node:http2'
import type {AddressInfo} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {type Clock, systemClock} from '../../../gateway/common/clock.js'
import {http2Transport} from '../../../gateway/dispatch/transport/http2-transport.js'
import {wireTransport} from '../../../gateway/dispatch/transport/wire-transport.js'
import {bytesBody} from '../../../gateway/http/body.js'
import {EndpointError, type EndpointFailure} from '../../../gateway/pipeline/endpoint-error.js'
import {goneSource} from '../../../gateway/pipeline/gone.js'
import type {ServiceRequest} from '../../../gateway/pipeline/transport.js'
import {testClock} from '../../helpers/clock.js'
import {testCredentials} from '../../helpers/credentials.js'
import {assertNoLeaks} from '../../helpers/leaks.js'
import {testLookup} from '../../helpers/lookup.js'
import {scriptedService} from '../../helpers/scripted-service.js'
import {FedBody, TestSink, textOf} from '../../helpers/sinks.js'

assertNoLeaks(test)

type Answer = (stream: ServerHttp2Stream, fields: readonly string[]) => void

function transportOf(t: ExecutionContext, clock: Clock = systemClock) {
  const options = {
    clock,
    lookup: testLookup,
    tls: {ca: testCredentials.cert},
    maxConnections: 0,
    keepAlive: 15_000,
    maxHeaderSize: 16_384,
  }
  const transport = http2Transport(options, wireTransport(options))
  t.teardown(() => transport.close())
  return transport
}

/** A service by HTTP/2, and a request to it. */
async function scene(t: ExecutionContext, answer: Answer, {secure = false, clock = systemClock} = {}) {
  const transport = transportOf(t, clock)
  const server = secure ? createSecureServer(testCredentials) : createServer()
  const sessions: ServerHttp2Session[] = []
  server.on('session', session => sessions.push(session))
  server.on('stream', (stream: ServerHttp2Stream, _named: object, _flags: number, fields: string[]) => {
    stream.on('error', () => {})
    answer(stream, fields)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  t.teardown(async () => {
    await transport.close()
    await new Promise(resolve => server.close(resolve))
  })
  const {port} = server.address() as AddressInfo
  return {transport, server, sessions, request: requestTo(port, secure)}
}

function requestTo(port: number, secure: boolean): ServiceRequest {
  return {
    method: 'GET',
    url: {scheme: secure ? 'https' : 'http', host: 'service.test', port: `${port}`, path: '/a', query: 'x=%2F'},
    headers: ['Host', 'name:1', 'X-Twice', 'a', 'x-twice', 'b'],
    body: undefined,
    connectTimeout: 0,
    responseTimeout: 0,
    idleTimeout: 0,
    http2: secure ? 'offered' : 'always',
  }
}

async function failed(t: ExecutionContext, sending: Promise<unknown>, failure: EndpointFailure): Promise<void> {
  const error = await t.throwsAsync(sending, {instanceOf: EndpointError})
  t.is(error?.failure, failure)
}

for (const secure of [false, true])
  test(`requests share one connection, each with its own answer (${secure ? 'TLS' : 'cleartext'})`, async t => {
    const seen: string[][] = []
    const answer: Answer = (stream, fields) => {
      seen.push([...fields])
      stream.additionalHeaders({':status': 103, link: '</a>'})
      stream.respond({':status': 201, 'x-a': ['1', '2']}, {waitForTrailers: true})
      stream.on('wantTrailers', () => stream.sendTrailers({'x-sum': '7'}))
      stream.pipe(stream)
    }
    const {transport, request, sessions} = await scene(t, answer, {secure})
    const informed: unknown[] = []
    const send = (text: string) =>
      transport.send({...request, method: 'POST', body: bytesBody(Buffer.from(text))}, goneSource(), (...each) =>
        informed.push(each),
      )
    const answers = await Promise.all([send('one'), send('two')])
    t.deepEqual(await Promise.all(answers.map(({body}) => textOf(body))), ['one', 'two'])
    const third = await send('three')
    const sink = new TestSink(third.body)
    await sink.done
    t.is(sink.text, 'three')
    t.deepEqual(sink.trailers, ['x-sum', '7'])
    t.is(third.status, 201)
    t.deepEqual(third.headers.slice(0, 4), ['x-a', '1', 'x-a', '2'])
    t.deepEqual(informed[0], [103, ['link', '</a>']])
    t.is(sessions.length, 1)
    const fields = Object.fromEntries(
      (seen[0] ?? []).map((name, i, all) => [name, all[i + 1]]).filter((_, i) => i % 2 === 0),
    )
    t.like(fields, {':method': 'POST', ':path': '/a?x=%2F', ':authority': 'name:1', 'x-twice': 'a, b'})
    t.is(fields['host'], undefined)
  })

test('a service that does not offer it is spoken to by HTTP/1.1', async t => {
  const service = await scriptedService(async each => {
    for (;;) await each.answer('old')
  }, testCredentials)
  const transport = transportOf(t)
  t.teardown(async () => {
    await transport.close()
    await service.close()
  })
  for (let i = 0; i < 2; i++)
    t.is(await textOf((await transport.send(requestTo(service.port, true), goneSource())).body), 'old')
})

test('events come at once, at the pace of their reader, and a client that leaves resets its stream alone', async t => {
  const streams: ServerHttp2Stream[] = []
  const {transport, request} = await scene(t, stream => {
    streams.push(stream)
    stream.respond({':status': 200, 'content-type': 'text/event-stream'})
  })
  const gone = goneSource()
  const first = await transport.send(request, gone)
  const second = await transport.send(request, goneSource())
  const [one, two] = [new TestSink(first.body), new TestSink()]
  two.room = () => false
  second.body.flow(two)
  streams[0]?.write('data: 1\n\n')
  await one.until(({text}) => text === 'data: 1\n\n')
  let written = 0
  while (written < 4_000_000 && streams[1]?.write(Buffer.alloc(65_536))) written += 65_536
  await two.until(({full}) => full)
  t.true(two.bytes < 4_000_000)
  const closed = once(streams[0] as ServerHttp2Stream, 'close')
  gone.set()
  await closed
  streams[1]?.end()
  two.open()
  await two.done
  t.is(two.failure, undefined)
})

test('half a body does not look like a whole one', async t => {
  const ended: string[] = []
  const closed = new Promise<void>(resolve => {
    void scene(t, stream => {
      stream.on('aborted', () => ended.push('aborted'))
      stream.on('close', () => resolve())
      stream.resume()
    }).then(async ({transport, request}) => {
      const body = new FedBody()
      const sending = transport.send({...request, method: 'POST', body}, goneSource())
      const sink = await body.wanted
      sink.write(Buffer.from('half'))
      sink.fail(new Error('the client left'))
      await t.throwsAsync(sending, {message: /not whole/})
    })
  })
  await closed
  t.deepEqual(ended, ['aborted'])
})

const breaks = test.macro({
  async exec(t, answer: Answer, failure: EndpointFailure) {
    const {transport, request} = await scene(t, answer)
    await failed(t, transport.send(request, goneSource()), failure)
  },
  title: (title = '') => `before an answer: ${title}`,
})

test('a stream that is refused was not processed', breaks, stream => stream.close(7), 'connect')
test('a stream that is reset may have been', breaks, stream => stream.close(2), 'sent')
test('a connection that is lost', breaks, stream => stream.session?.destroy(), 'sent')

test('a body that breaks off', async t => {
  const {transport, request} = await scene(t, stream => {
    stream.respond({':status': 200})
    stream.write('half')
  })
  const {body} = await transport.send(request, goneSource())
  const sink = new TestSink(body)
  await sink.until(({text}) => text === 'half')
  const {transport: other} = await scene(t, () => {})
  await other.close()
  await transport.close()
  await sink.done
  t.truthy(sink.failure)
})

test('after a GOAWAY requests go on another connection, and those that run come to their end', async t => {
  const streams: ServerHttp2Stream[] = []
  const {transport, request, sessions} = await scene(t, stream => {
    stream.respond({':status': 200})
    streams.push(stream)
  })
  const first = await transport.send(request, goneSource())
  const noticed = transport.send(request, goneSource())
  await noticed
  sessions[0]?.close()
  streams[0]?.end('first')
  t.is(await textOf(first.body), 'first')
  const later = await transport.send(request, goneSource())
  streams.at(-1)?.end('later')
  t.is(await textOf(later.body), 'later')
  t.is(sessions.length, 2)
})

test('no connection', async t => {
  const {transport, request, server} = await scene(t, () => {})
  await new Promise(resolve => server.close(resolve))
  await failed(t, transport.send(request, goneSource()), 'connect')
})

test('no answer in time', async t => {
  const clock = testClock()
  const {transport, request} = await scene(t, () => {}, {clock})
  const sending = transport.send({...request, responseTimeout: 1000}, goneSource())
  sending.catch(() => {})
  for (let i = 0; i < 100; i++) await new Promise(setImmediate)
  clock.turn(1100)
  await failed(t, sending, 'timeout-response')
})
