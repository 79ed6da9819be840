import {once} from 'node:events'
import {
  createSecureServer,
  createServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2'
import type {AddressInfo} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {type Clock, systemClock} from '../../../gateway/common/clock.js'
import {http2Transport} from '../../../gateway/dispatch/transport/http2-transport.js'
import {wireTransport} from '../../../gateway/dispatch/transport/wire-transport.js'
import {bytesBody} from '../../../gateway/http/body.js'
import {valueOf} from '../../../gateway/http/headers.js'
import {EndpointError, type EndpointFailure} from '../../../gateway/pipeline/endpoint-error.js'
import {goneSource} from '../../../gateway/pipeline/gone.js'
import type {ServiceRequest, Transport} from '../../../gateway/pipeline/transport.js'
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

interface SceneOptions {
  readonly secure?: boolean
  readonly clock?: Clock
  readonly settings?: Settings
}

/** A service by HTTP/2, and a request to it. */
async function scene(
  t: ExecutionContext,
  answer: Answer,
  {secure = false, clock = systemClock, settings = {}}: SceneOptions = {},
) {
  const transport = transportOf(t, clock)
  const options = {settings, maxSessionMemory: 1000}
  const server = secure ? createSecureServer({...testCredentials, ...options}) : createServer(options)
  const sessions: ServerHttp2Session[] = []
  server.on('session', session => sessions.push(session.on('error', () => {})))
  server.on('stream', (stream: ServerHttp2Stream, _named: object, _flags: number, fields: string[]) => {
    stream.on('error', () => {})
    answer(stream, fields)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  t.teardown(async () => {
    await transport.close()
    for (const session of sessions) session.destroy()
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
  t.is(streams[0]?.rstCode, 8)
  streams[1]?.end()
  two.open()
  await two.done
  t.is(two.failure, undefined)
})

test('half a body does not look like a whole one', async t => {
  const {transport, request, server} = await scene(t, stream => stream.resume())
  const asked = once(server, 'stream')
  const body = new FedBody()
  const sending = transport.send({...request, method: 'POST', body}, goneSource())
  const sink = await body.wanted
  sink.write(Buffer.from('half'))
  const [stream] = await asked
  const aborted = once(stream, 'aborted')
  sink.fail(new Error('the client left'))
  await t.throwsAsync(sending, {message: /not whole/})
  await aborted
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

/** Ways in which a body breaks off, given its stream and the transport. */
const BREAKS: Readonly<Record<string, (stream: ServerHttp2Stream, transport: Transport) => unknown>> = {
  // By `close` Node would end the body properly first.
  'its stream is reset': stream => stream.destroy(new Error('broken')),
  'the connection ends': stream => stream.session?.destroy(),
  'the connection ends with an error': stream => stream.session?.destroy(new Error('broken'), 2),
  'the transport closes': (_, transport) => transport.close(),
}

for (const [how, breakOff] of Object.entries(BREAKS))
  for (const full of [false, true])
    test(`a body breaks off: ${how}${full ? ', while the sink is full' : ''}`, async t => {
      const streams: ServerHttp2Stream[] = []
      const {transport, request} = await scene(t, stream => {
        streams.push(stream)
        stream.respond({':status': 200})
        stream.write('half')
      })
      const {body} = await transport.send(request, goneSource())
      const sink = new TestSink()
      sink.room = () => !full
      body.flow(sink)
      await sink.until(({text}) => text === 'half')
      await breakOff(streams[0] as ServerHttp2Stream, transport)
      if (full) sink.open()
      await sink.done
      t.truthy(sink.failure)
      t.is(sink.text, 'half')
    })

for (const [method, failure] of [
  ['GET', 'stale'],
  ['POST', 'connect'],
] as const)
  test(`what a GOAWAY leaves out was not processed (${method}), what it names goes on`, async t => {
    const streams: ServerHttp2Stream[] = []
    const {transport, request, sessions} = await scene(t, stream => {
      streams.push(stream)
      if (streams.length === 1) stream.respond({':status': 200})
      else sessions[0]?.goaway(0, 1)
    })
    const first = await transport.send(request, goneSource())
    await failed(t, transport.send({...request, method}, goneSource()), failure)
    streams[0]?.end('whole')
    t.is(await textOf(first.body), 'whole')
  })

test('a connection that is lost before anything came of a further request', async t => {
  const {transport, request} = await scene(t, (stream, fields) => {
    if (fields.includes('POST')) stream.session?.destroy()
    else stream.respond({':status': 204}, {endStream: true})
  })
  await textOf((await transport.send(request, goneSource())).body)
  await failed(t, transport.send({...request, method: 'POST'}, goneSource()), 'stale')
})

test('what a service takes no more on one connection goes on a further one', async t => {
  const settings = {maxConcurrentStreams: 2}
  const {transport, request, sessions} = await scene(t, stream => stream.respond({':status': 200}), {settings})
  const gone = goneSource()
  await Promise.all([1, 2, 3, 4, 5].map(() => transport.send(request, gone)))
  t.is(sessions.length, 3)
  gone.set()
})

test('streams that are not read hold up no other', async t => {
  const {transport, request} = await scene(t, (stream, fields) => {
    stream.respond({':status': 200})
    stream.end(fields.includes('POST') ? 'other' : Buffer.alloc(1_000_000))
  })
  const slow = await Promise.all(
    Array.from({length: 40}, async () => {
      const sink = new TestSink()
      sink.room = () => false
      ;(await transport.send(request, goneSource())).body.flow(sink)
      await sink.until(({full}) => full)
      return sink
    }),
  )
  t.is(await textOf((await transport.send({...request, method: 'POST'}, goneSource())).body), 'other')
  for (const sink of slow) sink.open()
  await Promise.all(slow.map(({done}) => done))
  t.true(slow.every(({bytes, failure}) => bytes === 1_000_000 && failure === undefined))
})

test('responses without a body', async t => {
  const {transport, request} = await scene(t, (stream, fields) => {
    const head = fields.includes('HEAD')
      ? {':status': 200, 'content-length': '9'}
      : {':status': 204, 'content-length': '0'}
    stream.respond(head, {endStream: true})
  })
  for (const method of ['HEAD', 'GET'] as const) {
    const {headers, body} = await transport.send({...request, method}, goneSource())
    t.is(valueOf(headers, 'content-length'), method === 'HEAD' ? '9' : undefined)
    t.is(await textOf(body), '')
  }
})

test('an answer before the request is whole ends the request', async t => {
  const {transport, request, server} = await scene(t, stream => {
    stream.respond({':status': 413})
    stream.end('too much')
  })
  const asked = once(server, 'stream')
  const sending = transport.send({...request, method: 'POST', body: new FedBody()}, goneSource())
  const [stream] = await asked
  const closed = once(stream, 'close')
  t.is(await textOf((await sending).body), 'too much')
  await closed
})

test('a URL is where its address says, on a connection of its own', async t => {
  const {transport, request, sessions} = await scene(t, stream => stream.respond({':status': 204}, {endStream: true}))
  const url = {...request.url, host: 'nowhere.invalid'}
  await failed(t, transport.send({...request, url}, goneSource()), 'connect')
  for (const address of ['127.0.0.1', '127.0.0.1', undefined])
    await textOf((await transport.send(address ? {...request, url, address} : request, goneSource())).body)
  t.is(sessions.length, 2)
})

test('a service that does not speak HTTP/2 in cleartext is a failed connection', async t => {
  const service = await scriptedService(each => each.send('HTTP/1.1 400 Bad Request\r\n\r\n'))
  const transport = transportOf(t)
  t.teardown(() => service.close())
  await failed(t, transport.send(requestTo(service.port, false), goneSource()), 'connect')
})

for (const secure of [true, false])
  test(`a service that is silent on a new connection (${secure ? 'TLS' : 'cleartext'})`, async t => {
    const clock = testClock()
    const service = await scriptedService(each => each.until(text => text.length > 5))
    const transport = transportOf(t, clock)
    t.teardown(() => service.close())
    const request = {...requestTo(service.port, secure), connectTimeout: 1000}
    const gone = goneSource()
    const left = transport.send(request, gone)
    const sending = transport.send(request, goneSource())
    const raw = await service.connection(0)
    gone.set()
    await t.throwsAsync(left, {message: /left/})
    await raw.until(text => text.length > 5)
    clock.turn(1100)
    await failed(t, sending, 'timeout-connect')
    await raw.closed
    t.is(service.connections.length, 1)
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

test('a connection that all have left is not that of who comes then', async t => {
  const {transport, request} = await scene(t, stream => stream.respond({':status': 204}, {endStream: true}))
  const gone = goneSource()
  const left = transport.send(request, gone)
  gone.set()
  const {status} = await transport.send(request, goneSource())
  t.is(status, 204)
  await t.throwsAsync(left, {message: /left/})
})

test('no connection', async t => {
  const {transport, request, server} = await scene(t, () => {})
  await new Promise(resolve => server.close(resolve))
  await failed(t, transport.send(request, goneSource()), 'connect')
})

test('no answer in time; new requests then go on another connection', async t => {
  const clock = testClock()
  const streams: ServerHttp2Stream[] = []
  const {transport, request, server, sessions} = await scene(t, stream => streams.push(stream), {clock})
  const asked = once(server, 'stream')
  const sending = transport.send({...request, responseTimeout: 1000}, goneSource())
  await asked
  clock.turn(1100)
  await failed(t, sending, 'timeout-response')
  const again = once(server, 'stream')
  const second = transport.send(request, goneSource())
  await again
  streams[1]?.respond({':status': 204}, {endStream: true})
  t.is((await second).status, 204)
  t.is(sessions.length, 2)
})

test('a body that is being sent is not the silence of the service, one that it does not take is', async t => {
  const clock = testClock()
  const {transport, request, server} = await scene(t, () => {}, {clock})
  const asked = once(server, 'stream')
  const body = new FedBody()
  const sending = transport.send({...request, method: 'POST', body, responseTimeout: 1000}, goneSource())
  const sink = await body.wanted
  await asked
  clock.turn(5000)
  while (sink.write(Buffer.alloc(65_536)));
  clock.turn(1100)
  await failed(t, sending, 'timeout-response')
})

test('a body that falls silent; an event stream may', async t => {
  const clock = testClock()
  const streams: ServerHttp2Stream[] = []
  const answer: Answer = (stream, fields) => {
    streams.push(stream)
    stream.respond({':status': 200, 'content-type': fields.includes('POST') ? 'text/plain' : 'text/event-stream'})
    stream.write('a')
  }
  const {transport, request} = await scene(t, answer, {clock})
  const sinks = []
  for (const method of ['GET', 'POST']) {
    const {body} = await transport.send({...request, method, idleTimeout: 1000}, goneSource())
    const sink = new TestSink(body)
    await sink.until(({text}) => text === 'a')
    sinks.push(sink)
  }
  clock.turn(1100)
  await sinks[1]?.done
  t.like(sinks[1]?.failure, {failure: 'timeout-response'})
  streams[0]?.end('b')
  await sinks[0]?.done
  t.is(sinks[0]?.failure, undefined)
  t.is(sinks[0]?.text, 'ab')
})

test('a connection on which nothing runs is closed after a while', async t => {
  const clock = testClock()
  const {transport, request, sessions} = await scene(t, stream => stream.respond({':status': 200}), {clock})
  const gone = goneSource()
  await transport.send(request, gone)
  const session = sessions[0] as ServerHttp2Session
  clock.turn(30_000)
  t.false(session.closed)
  const closed = once(session, 'close')
  const idle = until(() => clock.pending > 0)
  gone.set()
  await idle
  clock.turn(16_000)
  await closed
  t.pass()
})

/** Turns the event loop until it is so. */
async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await new Promise(setImmediate)
}
