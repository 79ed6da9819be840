import {once} from 'node:events'
import {get, type IncomingMessage, type RequestOptions} from 'node:http'
import {brotliDecompressSync, constants, createBrotliDecompress, createGunzip, gunzipSync} from 'node:zlib'
import test, {type ExecutionContext} from 'ava'
import {EventSource} from 'eventsource'
import {assertNoLeaks} from '../helpers/leaks.js'
import {replica} from '../helpers/replica.js'
import type {ServiceConnection} from '../helpers/scripted-service.js'
import {ask, exchanged, through, valuesOf, whole, xTopology} from './through.js'

assertNoLeaks(test)

const TEXT = 'The same words, and the same words again. '.repeat(100)
const PARAMS = {'gzip.compress.mime.types': 'text/plain, application/*'}

/** A whole response with these lines before its length. */
const answer = (fields: readonly string[], body = TEXT, status = '200 OK') =>
  whole(body, [status, ...fields].join('\r\n'))

const PLAIN = ['Content-Type: text/plain; charset=utf-8']

const UNDONE = {gzip: gunzipSync, br: brotliDecompressSync}

/** What a client gets that says these lines, of a service that answers so. */
const compressed = test.macro({
  async exec(t, says: readonly string[], fields: readonly string[], coding: keyof typeof UNDONE | undefined) {
    const {answer: got} = await exchanged(t, ask('/page', says), answer(fields), {params: PARAMS})
    t.deepEqual(valuesOf(got.headers, 'content-encoding'), coding === undefined ? [] : [coding])
    const bytes = Buffer.from(got.body, 'latin1')
    t.is((coding === undefined ? bytes : UNDONE[coding](bytes)).toString(), TEXT)
    if (coding === undefined) return
    t.true(bytes.length < TEXT.length / 4)
    t.deepEqual(valuesOf(got.headers, 'content-length'), [])
    t.deepEqual(valuesOf(got.headers, 'vary'), ['Accept-Encoding'])
  },
  title: (_, says: readonly string[], fields: readonly string[], coding) =>
    `${says.join(', ') || 'nothing said'}; ${fields.join(', ')}: ${coding ?? 'as it is'}`,
})

// what the client says, what the service says, the coding
test(compressed, ['Accept-Encoding: gzip, deflate, br'], PLAIN, 'br')
test(compressed, ['Accept-Encoding: gzip'], PLAIN, 'gzip')
test(compressed, ['Accept-Encoding: x-gzip'], PLAIN, 'gzip')
test(compressed, ['Accept-Encoding: br;q=0.5, gzip'], PLAIN, 'gzip')
test(compressed, ['Accept-Encoding: deflate', 'Accept-Encoding: gzip'], PLAIN, 'gzip')
test(compressed, ['Accept-Encoding: *'], PLAIN, 'br')
test(compressed, ['Accept-Encoding: *, br;q=0'], PLAIN, 'gzip')
test(compressed, ['Accept-Encoding: gzip'], ['Content-Type: Application/JSON'], 'gzip')
test(compressed, [], PLAIN, undefined)
test(compressed, ['Accept-Encoding: deflate'], PLAIN, undefined)
test(compressed, ['Accept-Encoding: gzip;q=0, br;q=0'], PLAIN, undefined)
test(compressed, ['Accept-Encoding: gzip;q=0.5, identity'], PLAIN, undefined)
test(compressed, ['Accept-Encoding: gzip;q=high'], PLAIN, undefined)
test(compressed, ['Accept-Encoding: gzip'], ['Content-Type: image/png'], undefined)
test(compressed, ['Accept-Encoding: gzip'], [], undefined)
test(compressed, ['Accept-Encoding: gzip'], [...PLAIN, 'Cache-Control: public, no-transform'], undefined)
test(compressed, ['Accept-Encoding: gzip', 'Cache-Control: no-transform'], PLAIN, undefined)
// what another site may have asked for in its reader's name
test(compressed, ['Accept-Encoding: gzip', 'Cookie: id=1', 'Sec-Fetch-Site: same-origin'], PLAIN, 'gzip')
test(compressed, ['Accept-Encoding: gzip', 'Cookie: id=1', 'Sec-Fetch-Site: none'], PLAIN, 'gzip')
test(compressed, ['Accept-Encoding: gzip', 'Authorization: Bearer abc'], PLAIN, 'gzip')
test(compressed, ['Accept-Encoding: gzip', 'Sec-Fetch-Site: cross-site'], PLAIN, undefined)
test(compressed, ['Accept-Encoding: gzip', 'Sec-Fetch-Site: same-site'], PLAIN, undefined)
test(compressed, ['Accept-Encoding: gzip', 'Cookie: id=1'], PLAIN, undefined)
test(compressed, ['Accept-Encoding: gzip', 'Authorization: Basic YTpi'], PLAIN, undefined)

test('what is encoded already, or a part, passes as it came', async t => {
  for (const [status, fields] of [
    ['200 OK', [...PLAIN, 'Content-Encoding: zstd']],
    ['206 Partial Content', [...PLAIN, 'Content-Range: bytes 0-4199/9000']],
  ] as const) {
    const {answer: got} = await exchanged(
      t,
      ask('/page', ['Accept-Encoding: gzip, br']),
      answer(fields, TEXT, status),
      {
        params: PARAMS,
      },
    )
    t.is(got.body, TEXT)
    t.deepEqual(valuesOf(got.headers, 'content-length'), [String(TEXT.length)])
  }
})

test('what is shorter than the least size stays; one byte more does not', async t => {
  const params = {...PARAMS, 'gzip.compress.min.size': '2000'}
  for (const [length, codings] of [
    [1999, []],
    [2000, ['gzip']],
  ] as const) {
    const {answer: got} = await exchanged(
      t,
      ask('/page', ['Accept-Encoding: gzip']),
      answer(PLAIN, 'a'.repeat(length)),
      {
        params,
      },
    )
    t.deepEqual(valuesOf(got.headers, 'content-encoding'), codings)
  }
})

test('a topology that names nothing compresses nothing, and says nothing of codings', async t => {
  const {answer: got} = await exchanged(t, ask('/page', ['Accept-Encoding: gzip']), answer(PLAIN))
  t.is(got.body, TEXT)
  t.deepEqual(valuesOf(got.headers, 'vary'), [])
})

test('Vary is told to those too who take no coding, and kept where it is there', async t => {
  const none = await exchanged(t, ask('/page'), answer(PLAIN), {params: PARAMS})
  t.deepEqual(valuesOf(none.answer.headers, 'vary'), ['Accept-Encoding'])
  const there = await exchanged(t, ask('/page'), answer([...PLAIN, 'Vary: Origin, accept-encoding']), {params: PARAMS})
  t.deepEqual(valuesOf(there.answer.headers, 'vary'), ['Origin, accept-encoding'])
})

test('a strong tag becomes a weak one, and parts are no more to be had', async t => {
  const fields = [...PLAIN, 'ETag: "v1"', 'Accept-Ranges: bytes']
  const {answer: got} = await exchanged(t, ask('/page', ['Accept-Encoding: gzip']), answer(fields), {params: PARAMS})
  t.deepEqual(valuesOf(got.headers, 'etag'), ['W/"v1"'])
  t.deepEqual(valuesOf(got.headers, 'accept-ranges'), [])
})

test('304 and If-Match: the tag that was made weak is known again on both sides', async t => {
  const head = 'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n'
  const says = ['Accept-Encoding: gzip', 'If-None-Match: W/"v1"']
  const {answer: got} = await exchanged(t, ask('/page', says), head, {params: PARAMS})
  t.deepEqual(valuesOf(got.headers, 'etag'), ['W/"v1"'])
  t.deepEqual(valuesOf(got.headers, 'vary'), ['Accept-Encoding'])
  const strong = await exchanged(t, ask('/page', ['If-None-Match: "v1"']), head, {params: PARAMS})
  t.deepEqual(valuesOf(strong.answer.headers, 'etag'), ['"v1"'])
  const {asked} = await exchanged(t, ask('/page', ['If-Match: W/"v1"']), answer(PLAIN), {params: PARAMS})
  t.deepEqual(valuesOf(asked.headers, 'if-match'), ['"v1"'])
})

test('HEAD tells the headers of GET', async t => {
  const head = `HTTP/1.1 200 OK\r\n${PLAIN[0]}\r\nContent-Length: 4200\r\n\r\n`
  const {answer: got} = await exchanged(t, ask('/page', ['Accept-Encoding: gzip'], 'HEAD'), head, {
    params: PARAMS,
    bodiless: true,
  })
  t.deepEqual(valuesOf(got.headers, 'content-encoding'), ['gzip'])
  t.deepEqual(valuesOf(got.headers, 'content-length'), [])
  t.deepEqual(valuesOf(got.headers, 'vary'), ['Accept-Encoding'])
})

test('what the gateway itself says of a failure is not compressed', async t => {
  const {client} = await through(t, async () => {}, {params: {...PARAMS, 'gzip.compress.min.size': '0'}})
  const reader = await client()
  await reader.send(`GET /gateway/nowhere HTTP/1.1\r\nHost: gw.test\r\nAccept-Encoding: gzip\r\n\r\n`)
  t.deepEqual(valuesOf((await reader.response()).headers, 'content-encoding'), [])
})

/** Gives a response that is read as it comes, undone: what it gave so far, and when it has so much. */
async function readerOf(t: ExecutionContext, url: string, options: RequestOptions = {}) {
  const request = get(url, {agent: false, ...options})
  t.teardown(() => request.destroy())
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const coder =
    response.headers['content-encoding'] === 'br'
      ? createBrotliDecompress({flush: constants.BROTLI_OPERATION_FLUSH})
      : createGunzip({flush: constants.Z_SYNC_FLUSH})
  let text = ''
  let waiting = () => {}
  let over = false
  response.pipe(coder).on('data', (chunk: Buffer) => {
    text += chunk.toString()
    waiting()
  })
  const ended = (how: string) => () => {
    over = true
    text += how
    waiting()
  }
  coder.on('end', ended('[end]'))
  coder.on('error', () => {})
  response.on('error', ended('[broken]'))
  return {
    response,
    async until(wanted: string): Promise<string> {
      while (!text.endsWith(wanted) && !over) await new Promise<void>(resolve => (waiting = resolve))
      return text
    },
  }
}

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: '
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`

for (const coding of ['gzip', 'br'])
  test(`each piece of a body is there as soon as the service sent it: ${coding}`, async t => {
    const {url, service} = await through(
      t,
      connection => connection.request().then(() => connection.send(`${CHUNKED}text/plain\r\n\r\n${chunk('one,')}`)),
      {params: PARAMS},
    )
    const reader = await readerOf(t, `${url}/t/x/slow`, {headers: {'Accept-Encoding': coding}})
    t.is(reader.response.headers['content-encoding'], coding)
    t.is(await reader.until('one,'), 'one,')
    const connection = await service.connection(0)
    await connection.send(chunk('two,'))
    t.is(await reader.until('two,'), 'one,two,')
    await connection.send('0\r\n\r\n')
    t.is(await reader.until('[end]'), 'one,two,[end]')
  })

const STREAM = {'sse.compress': 'true'}

/** A service whose stream begins so, and is open. */
const streaming = (begin: string) => (connection: ServiceConnection) =>
  connection.request().then(() => connection.send(`${CHUNKED}text/event-stream\r\n\r\n${begin}`))

for (const coding of ['gzip', 'br'])
  test(`a client of a compressed stream sees each event as it comes, and comments too: ${coding}`, async t => {
    const {url, service} = await through(t, streaming(''), {
      kind: 'sse',
      params: {...STREAM, 'sse.retry': '700', 'sse.keepalive.interval': '300ms'},
    })
    const reader = await readerOf(t, `${url}/t/x/events`, {headers: {'Accept-Encoding': coding}})
    t.is(reader.response.headers['content-encoding'], coding)
    t.is(await reader.until('retry: 700\n\n'), 'retry: 700\n\n')
    const connection = await service.connection(0)
    await connection.send(chunk('data: 1\n\n'))
    t.regex(await reader.until('data: 1\n\n'), /data: 1\n\n$/)
    t.regex(await reader.until(':keepalive\n\n'), /data: 1\n\n:keepalive\n\n$/)
    await connection.send(chunk('data: 2\n\n'))
    t.regex(await reader.until('data: 2\n\n'), /data: 2\n\n$/)
    await connection.send('0\r\n\r\n')
    t.regex(await reader.until('[end]'), /\[end\]$/)
  })

test('a stream is compressed only where sse.compress says so, whatever the types', async t => {
  const send = `${CHUNKED}text/event-stream\r\n\r\n${chunk('data: 1\n\n')}0\r\n\r\n`
  const {answer: got} = await exchanged(t, ask('/events', ['Accept-Encoding: gzip']), send, {
    kind: 'sse',
    params: {'gzip.compress.mime.types': 'text/*'},
  })
  t.deepEqual(valuesOf(got.headers, 'content-encoding'), [])
})

test('a drain tells its reconnection time through the coding, and the end is a proper one', async t => {
  const {url, gateway, service} = await through(
    t,
    connection =>
      connection
        .request()
        .then(() => connection.send(`${CHUNKED}text/event-stream\r\n\r\n${chunk('id: 1\ndata: 1\n\n')}`)),
    {kind: 'sse', params: STREAM, settings: {'gateway.drain.delay': '0', 'gateway.drain.timeout': '2s'}},
  )
  const reader = await readerOf(t, `${url}/t/x/events`, {headers: {'Accept-Encoding': 'gzip'}})
  await reader.until('data: 1\n\n')
  const drained = gateway.drain()
  t.regex(await reader.until('[end]'), /data: 1\n\nretry: \d+\n\n\[end\]$/)
  await drained
  await (await service.connection(0)).closed
  t.is(service.open, 0)
})

test('a compressed stream whose service was lost is broken off', async t => {
  const {url, service} = await through(t, streaming(chunk('data: 1\n\n')), {kind: 'sse', params: STREAM})
  const reader = await readerOf(t, `${url}/t/x/events`, {headers: {'Accept-Encoding': 'gzip'}})
  await reader.until('data: 1\n\n')
  ;(await service.connection(0)).socket.resetAndDestroy()
  t.is(await reader.until('[broken]'), 'data: 1\n\n[broken]')
})

test('a compressed stream whose service was lost goes on in the same coding', async t => {
  const [first, second] = [await replica(t, () => event(1)), await replica(t, () => event(2))]
  const params = {...STREAM, 'sse.resume': 'last-event-id', 'sse.idle.timeout': '30s'}
  const {url} = await through(t, async () => {}, {
    kind: 'sse',
    files: {'conf/topologies/t.xml': xTopology([first.url, second.url], {params, ha: 'enabled=true;failoverSleep=50'})},
  })
  const reader = await readerOf(t, `${url}/t/x/events`, {headers: {'Accept-Encoding': 'gzip'}})
  await reader.until(event(1))
  await first.kill()
  t.is(await reader.until(event(2)), event(1) + event(2))
})

const event = (id: number) => `id: ${id}\ndata: ${id}\n\n`

test('a client that leaves a compressed stream frees its service', async t => {
  const {url, service} = await through(t, streaming(chunk('data: 1\n\n')), {kind: 'sse', params: STREAM})
  const reader = await readerOf(t, `${url}/t/x/events`, {headers: {'Accept-Encoding': 'gzip'}})
  await reader.until('data: 1\n\n')
  const {socket} = await service.connection(0)
  const closed = once(socket, 'close')
  reader.response.destroy()
  await closed
  t.is(service.open, 0)
})

test('the EventSource of the package eventsource has every event of a compressed stream as it comes', async t => {
  const {url, service} = await through(t, streaming(''), {kind: 'sse', params: STREAM})
  const codings: (string | null)[] = []
  const source = new EventSource(`${url}/t/x/events`, {
    fetch: async (input, init) => {
      const response = await fetch(input, {...init, headers: {...init?.headers, 'Accept-Encoding': 'gzip, br'}})
      codings.push(response.headers.get('content-encoding'))
      return response
    },
  })
  t.teardown(() => source.close())
  await once(source, 'open')
  const connection = await service.connection(0)
  for (const data of ['1', '2', '3']) {
    const came = once(source, 'message') as Promise<[{readonly data: string}]>
    await connection.send(chunk(`data: ${data}\n\n`))
    t.is((await came)[0].data, data)
  }
  t.deepEqual(codings, ['gzip'])
})
