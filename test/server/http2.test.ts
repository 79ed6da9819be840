import {once} from 'node:events'
import test from 'ava'
import {
  END_HEADERS,
  END_STREAM,
  frame,
  get,
  HEADERS,
  literals,
  PREFACE,
  RST_STREAM,
  SETTINGS,
} from '../helpers/frames.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {fieldOf, type Message} from '../helpers/message.js'
import type {ServiceConnection} from '../helpers/scripted-service.js'
import {answered, modern, WAYS, type Way} from './http2.js'
import {answering, ask, through, valuesOf, whole} from './through.js'

assertNoLeaks(test)

const idle = async () => {}

const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

/** A test of each way. */
const ways = (title: string, run: (t: import('ava').ExecutionContext, way: Way) => Promise<void>) => {
  for (const way of WAYS) test(`${title} (${way})`, t => run(t, way))
}

ways('a request goes through the same pipeline, and its line tells the version', async (t, way) => {
  const got: Message[] = []
  const response =
    'HTTP/1.1 203 Made\r\nX-A: 1\r\nx-a: 2\r\nSet-Cookie: a=b\r\nKeep-Alive: timeout=5\r\nContent-Length: 5\r\n\r\nhello'
  const {ask, accesses, gateway} = await modern(t, way, answering(got, response), {
    settings: {'gateway.access.log.format': 'json'},
  })
  const {status, fields, body} = await answered(ask('/a?b=%2F', {'x-up': 'X', cookie: ['a=1', 'b=2']}))
  t.deepEqual([status, body, fields['x-a'], fields['keep-alive']], [203, 'hello', '1, 2', undefined])
  const [asked] = got
  t.is(asked?.startLine, 'GET /a?b=%2F HTTP/1.1')
  const value = (name: string) => fieldOf(asked?.headers ?? [], name)
  t.is(value('x-up'), 'X')
  t.is(value('cookie'), 'a=1; b=2')
  t.is(value('x-forwarded-proto'), way === 'TLS' ? 'https' : 'http')
  t.regex(value('x-forwarded-host') ?? '', /^127\.0\.0\.1:\d+$/)
  t.is(valuesOf(asked?.headers ?? [], 'host').length, 1)
  await gateway.close()
  t.like(accesses[0], {version: '2.0', status: 203, bytes: 5, target: '/gateway/t/x/a?b=%2F', end: 'whole'})
})

test('HTTP/1.1 is served on the same port, also what begins like the preface', async t => {
  const {client} = await through(t, answering([], whole('ok')))
  const connected = await client()
  for (const part of [...ask('/1', [], 'PROPFIND').slice(0, 4), ask('/1', [], 'PROPFIND').slice(4)])
    await connected.send(part)
  t.is((await connected.response()).body, 'ok')
})

test('a preface may come byte by byte; cleartext may be switched off', async t => {
  const {client} = await through(t, answering([], whole('ok')))
  const connected = await client()
  const head = frame(HEADERS, END_HEADERS | END_STREAM, 1, get('/gateway/t/x/a'))
  for (const byte of Buffer.concat([Buffer.from(PREFACE), frame(SETTINGS, 0, 0), head]))
    await connected.send(Buffer.from([byte]))
  await connected.until('ok')
  const off = await (await through(t, idle, {settings: {'gateway.http2.cleartext': 'false'}})).client()
  await off.send(PREFACE)
  t.regex(await off.until('\r\n\r\n'), /^HTTP\/1\.1 400 /)
})

ways('a body goes on in its own time, with or without a length', async (t, way) => {
  const got: Message[] = []
  const {ask} = await modern(t, way, answering(got, whole('one')))
  const first = ask('/1', {':method': 'POST'}, false)
  first.write('hel')
  first.end('lo')
  t.is((await answered(first)).body, 'one')
  const second = ask('/2', {':method': 'PUT', 'content-length': '5', expect: '100-continue'}, false)
  await once(second, 'continue')
  second.end('world')
  t.is((await answered(second)).body, '/2')
  t.deepEqual(
    got.map(({body, headers}) => [body, fieldOf(headers, 'content-length'), fieldOf(headers, 'transfer-encoding')]),
    [
      ['hello', undefined, 'chunked'],
      ['world', '5', undefined],
    ],
  )
})

ways('a service that does not read holds its client up, and no other stream', async (t, way) => {
  const {ask, service} = await modern(t, way, async each => {
    if (each.index === 0) each.socket.pause()
    else await each.answer('other')
  })
  const upload = ask('/up', {':method': 'POST'}, false)
  let written = 0
  const more = () => {
    do written += 65_536
    while (written < 1 << 28 && upload.write(Buffer.alloc(65_536)))
  }
  upload.on('drain', more)
  more()
  await service.connection(0)
  t.is((await answered(ask('/other'))).body, 'other')
  t.true(written < 1 << 28)
  upload.close(8)
  const connection = await service.connection(0)
  connection.socket.resume()
  await connection.closed
})

ways('a client that resets its stream frees the service, and no other stream', async (t, way) => {
  const {ask, service, accesses, gateway} = await modern(t, way, async each => {
    await each.request()
    if (each.index === 0) await each.send(STREAM + chunk('data: 1\n\n'))
  })
  const streaming = ask('/events')
  await once(streaming, 'data')
  const waiting = ask('/slow')
  const second = await service.connection(1)
  await second.until('')
  streaming.close(8)
  await (await service.connection(0)).closed
  t.false(second.socket.destroyed)
  await second.send(whole('late'))
  t.is((await answered(waiting)).body, 'late')
  await gateway.close()
  t.true(
    accesses.some(({target, end, event}) => target === '/gateway/t/x/events' && end === 'client' && event === 'end'),
  )
})

ways('a client that ends its connection frees its services', async (t, way) => {
  const {ask, service, session} = await modern(t, way, async each => {
    await each.request()
    await each.send(STREAM)
  })
  const streams = [ask('/1'), ask('/2')]
  await Promise.all(streams.map(stream => once(stream, 'response')))
  session.destroy()
  for (const index of [0, 1]) await (await service.connection(index)).closed
  t.is(service.open, 0)
})

ways('a client that resets half a body does not give its service a whole one', async (t, way) => {
  const {ask, service} = await modern(t, way, idle)
  const upload = ask('/up', {':method': 'POST'}, false)
  upload.write('half')
  const connection = await service.connection(0)
  await connection.until('half')
  upload.close(8)
  await connection.closed
  t.false(connection.received.includes('0\r\n\r\n'))
})

const breaks = test.macro({
  async exec(t, way: Way, head: string, part: string) {
    const {ask, service} = await modern(t, way, async each => {
      await each.request()
      await each.send(head + part)
    })
    const stream = ask('/a')
    const begun = once(stream, part === '' ? 'response' : 'data')
    const ended = answered(stream)
    await begun
    ;(await service.connection(0)).reset()
    await t.throwsAsync(ended, {message: 'reset 2'})
  },
  title: (title = '', way) => `a service that is lost resets the stream: ${title} (${way})`,
})

for (const way of WAYS) {
  test('of events', breaks, way, STREAM, chunk('data: 1\n\n'))
  test('in chunks', breaks, way, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', chunk('a'))
  test('of known length', breaks, way, 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', 'hello')
  test('without a byte', breaks, way, 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', '')
}

ways('trailers, interim responses, HEAD and statuses without a body', async (t, way) => {
  const {ask} = await modern(t, way, async each => {
    await each.request()
    await each.send(
      'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
    await each.send(`${chunk('hi')}0\r\nX-Sum: 7\r\n\r\n`)
    await each.request()
    await each.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n')
    await each.request()
    await each.send('HTTP/1.1 204 No Content\r\n\r\n')
    await each.request()
    await each.send('HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')
  })
  const first = ask('/1')
  const early = once(first, 'headers')
  const answer = await answered(first)
  t.like((await early)[0], {':status': 103, link: '</a>; rel=preload'})
  t.like(answer, {status: 200, body: 'hi'})
  t.is(answer.trailers['x-sum'], '7')
  t.like(await answered(ask('/2', {':method': 'HEAD'})), {status: 200, body: '', fields: {'content-length': '9'}})
  t.like(await answered(ask('/3')), {status: 204, body: ''})
  t.like(await answered(ask('/4')), {status: 304, body: '', fields: {etag: '"1"'}})
  t.like(await answered(ask('', {':method': 'HEAD', ':path': '/none'})), {status: 404, body: ''})
})

ways('an answer before the end of a body ends the stream', async (t, way) => {
  const {ask} = await modern(t, way, idle)
  const upload = ask('', {':method': 'POST', ':path': '/none'}, false)
  upload.write('half')
  const answer = await answered(upload)
  t.is(answer.status, 404)
})

const refused = test.macro({
  async exec(t, fields: readonly (readonly [string, string])[], status: number) {
    const {ask} = await modern(t, 'cleartext', idle, {settings: {'gateway.request.headers.max': '12'}})
    const named: Record<string, string | string[]> = {}
    for (const [name, value] of fields) named[name] = name in named ? [named[name] ?? '', value].flat() : value
    // What a newer nghttp2 finds malformed by itself is reset.
    const answer = await answered(ask('/a', named)).catch((error: Error) => error.message)
    t.true(answer === 'reset 1' || (typeof answer === 'object' && answer.status === status), JSON.stringify(answer))
  },
  title: (_, fields: readonly (readonly [string, string])[], status: number) =>
    `${status} for ${JSON.stringify(fields).slice(0, 80)}`,
})

test(
  refused,
  [
    [':authority', 'gw.test'],
    ['host', 'other.test'],
  ],
  400,
)
test(refused, [[':authority', 'user@gw.test']], 400)
test(refused, [[':authority', 'gw.test:x']], 400)
test(
  refused,
  [
    [':path', '*'],
    [':method', 'OPTIONS'],
  ],
  400,
)
test(refused, [[':path', `/gateway/t/x/${'a'.repeat(9000)}`]], 414)
test(
  refused,
  [
    ['content-length', '0'],
    [':method', 'TRACE'],
  ],
  405,
)
test(refused, [['expect', 'cake']], 417)
test(
  refused,
  Array.from({length: 13}, (_, i) => [`x-${i}`, '1'] as const),
  431,
)

/** What nghttp2 refuses is reset, and the connection stands. */
const reset = test.macro({
  async exec(t, fields: readonly (readonly [string, string])[]) {
    const {frames, service} = await modern(t, 'cleartext', answering([], whole('ok')))
    const client = await frames()
    await client.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, literals(fields)))
    const {stream, payload} = await client.frame(({type}) => type === RST_STREAM)
    t.deepEqual([stream, payload.readUInt32BE()], [1, 1])
    await client.send(frame(HEADERS, END_HEADERS | END_STREAM, 3, get('/gateway/t/x/a')))
    await client.frame(({type, stream}) => type === HEADERS && stream === 3)
    t.is(service.connections.length, 1)
  },
  title: (_, fields: readonly (readonly [string, string])[]) =>
    `a malformed head is reset: ${JSON.stringify(fields.slice(-2))}`,
})

const GET = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':authority', 'gw.test'],
  [':path', '/gateway/t/x/a'],
] as const
test(reset, [...GET, ['connection', 'close']])
test(reset, [...GET, ['transfer-encoding', 'chunked']])
test(reset, [...GET, ['te', 'gzip']])
test(reset, [...GET, ['X-Upper', '1']])
test(reset, [...GET, [':path', '/other']])
test(reset, [['x-first', '1'], ...GET])
test(reset, [...GET, ['content-length', '5']])

ways('events come at once, each stream at its own pace, and each ends as it should', async (t, way) => {
  const streams: ServiceConnection[] = []
  const {ask, service} = await modern(
    t,
    way,
    async each => {
      await each.request()
      streams.push(each)
      await each.send(STREAM)
    },
    {kind: 'sse', params: {'sse.keepalive.interval': '50ms'}},
  )
  const [slow, quick] = [ask('/slow'), ask('/quick')]
  await Promise.all([once(slow, 'response'), once(quick, 'response')])
  slow.pause()
  await service.connection(1)
  const event = chunk(`data: ${'x'.repeat(1000)}\n\n`)
  await streams[0]?.send(event.repeat(3000))
  let got = ''
  quick.setEncoding('latin1').on('data', text => {
    got += text
  })
  while (!got.includes(':keepalive')) await once(quick, 'data')
  await streams[1]?.send(`${chunk('data: 1\n\n')}0\r\n\r\n`)
  await once(quick, 'close')
  t.is(quick.rstCode, 0)
  t.regex(got, /data: 1\n\n$/)
  slow.close(8)
  await streams[0]?.closed
})
