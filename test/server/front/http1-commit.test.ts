import {once} from 'node:events'
import {createServer, type Socket} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {type Body, bytesBody} from '../../../gateway/http/body.js'
import type {Headers} from '../../../gateway/http/headers.js'
import {Http1Commit} from '../../../gateway/server/front/http1-commit.js'
import {printHead} from '../../../gateway/server/front/http1-head.js'
import {testClock} from '../../helpers/clock.js'
import {assertNoLeaks} from '../../helpers/leaks.js'
import {type RawClient, rawClient} from '../../helpers/raw-client.js'

assertNoLeaks(test)

/** Both ends of a connection. */
async function pair(t: ExecutionContext): Promise<{socket: Socket; client: RawClient}> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const accepted = once(server, 'connection')
  const client = await rawClient(typeof address === 'object' ? (address?.port ?? 0) : 0)
  const [socket] = await accepted
  socket.on('error', () => {})
  t.teardown(() => {
    client.socket.destroy()
    socket.destroy()
    server.close()
  })
  return {socket, client}
}

interface Way {
  readonly bodiless?: boolean
  readonly chunks?: boolean
}

/** What a client gets of a response, and whether the connection goes on behind it; undefined: it was broken off. */
async function sent(t: ExecutionContext, headers: Headers, body: Body, {bodiless = false, chunks = true}: Way = {}) {
  const {socket, client} = await pair(t)
  const kept = new Promise<boolean | undefined>(resolve => {
    socket.on('close', () => resolve(undefined))
    const way = {socket, secure: false, bodiless, chunks, keep: 'Connection: keep-alive\r\n', through: resolve}
    new Http1Commit({status: 200, headers, body}, printHead(200, headers, testClock()), way)
  })
  const goesOn = await kept
  socket.end()
  await client.closed
  return {goesOn, text: client.received}
}

const HEAD = 'HTTP/1.1 200 OK\r\n'
const DATE = 'Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n'
const KEEP = 'Connection: keep-alive\r\n'
const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n'

const pieces = (...texts: readonly string[]): Body => ({
  flow(into) {
    for (const text of texts) into.write(Buffer.from(text))
    into.end(['X-Sum', '7'])
  },
  discard() {},
})

const writes = test.macro(
  async (t, headers: Headers, body: Body, way: Way, text: string, goesOn: boolean | undefined) => {
    t.deepEqual(await sent(t, headers, body, way), {goesOn, text})
  },
)

const five: Headers = ['Content-Length', '5']
test(
  'a known length',
  writes,
  five,
  pieces('he', 'llo'),
  {},
  `${HEAD}Content-Length: 5\r\n${DATE}${KEEP}\r\nhello`,
  true,
)
test(
  'chunks, trailers, and no empty chunk',
  writes,
  [],
  pieces('he', '', 'l'.repeat(16)),
  {},
  `${HEAD}${DATE}${KEEP}${CHUNKED}2\r\nhe\r\n10\r\n${'l'.repeat(16)}\r\n0\r\nX-Sum: 7\r\n\r\n`,
  true,
)
test(
  'a large chunk',
  writes,
  ['Date', 'x'],
  pieces('l'.repeat(0x12345)),
  {},
  `${HEAD}Date: x\r\n${KEEP}${CHUNKED}12345\r\n${'l'.repeat(0x12345)}\r\n0\r\nX-Sum: 7\r\n\r\n`,
  true,
)
test('no body', writes, five, pieces('hello'), {bodiless: true}, `${HEAD}Content-Length: 5\r\n${DATE}${KEEP}\r\n`, true)
test('an empty body', writes, [], bytesBody(Buffer.of()), {}, `${HEAD}${DATE}${KEEP}${CHUNKED}0\r\n\r\n`, true)
test(
  'no chunks',
  writes,
  [],
  pieces('he', 'llo'),
  {chunks: false},
  `${HEAD}${DATE}Connection: close\r\n\r\nhello`,
  false,
)
test(
  'fields of the connection are the connection’s own',
  writes,
  ['Connection', 'x', 'keep-alive', 'timeout=1', 'Transfer-Encoding', 'gzip', ...five],
  pieces('hello'),
  {},
  `${HEAD}Content-Length: 5\r\n${DATE}${KEEP}\r\nhello`,
  true,
)

for (const texts of [['hell'], ['hello!'], ['hello', '!'], ['he', 'llo!']])
  test(`a body that is not as long as was told is broken off, and nothing follows it: ${texts}`, async t => {
    const {goesOn, text} = await sent(t, five, pieces(...texts))
    t.is(goesOn, undefined)
    t.false(text.includes('!'))
  })

for (const headers of [
  ['X\r\n', 'y'],
  ['X', 'a\r\nY: b'],
  ['X y', ''],
  ['', ''],
  ['X', '\u0100'],
  ['X', '\0'],
  ['Content-Length', 'x'],
  [...five, ...five],
])
  test(`what HTTP/1.1 cannot carry is not printed: ${JSON.stringify(headers)}`, t => {
    t.throws(() => printHead(200, headers, testClock()), {instanceOf: TypeError})
  })
