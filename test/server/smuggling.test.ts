import test from 'ava'
import type {Message} from '../helpers/message.js'
import {answering, ask, through, whole} from './through.js'

const HIDDEN = ask('/hidden', [], 'GET')
const CHUNKED = `${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`
const LENGTH = `Content-Length: ${HIDDEN.length}`

/** What the service gets of a request in whose body another one is hidden, and then of a good one. */
const hides = test.macro({
  async exec(t, fields: readonly string[], body: string, expected: readonly string[]) {
    const got: Message[] = []
    const {client} = await through(t, answering(got, whole('ok')))
    const connected = await client()
    await connected.send(ask('/first', fields, 'POST') + body)
    if (expected.length === 0) {
      await connected.closed
      t.regex(connected.received, /^(?:HTTP\/1\.1 (?:400|501) |$)/)
    } else await connected.response()
    const next = await client()
    await next.send(ask('/next'))
    await next.response()
    const targets = got.map(({startLine}) => startLine.split(' ')[1])
    t.deepEqual(targets, [...expected, '/next'])
  },
  title: (_, fields: readonly string[], body, expected: readonly string[]) =>
    `${JSON.stringify(fields)}${body === CHUNKED ? ' in chunks' : ''}: ${expected.length === 0 ? 'refused' : 'one request'}`,
})

test(hides, [LENGTH], HIDDEN, ['/first'])
test(hides, ['Transfer-Encoding: chunked'], CHUNKED, ['/first'])
for (const fields of [
  [LENGTH, 'Transfer-Encoding: chunked'],
  ['Transfer-Encoding: chunked', 'Content-Length: 3'],
  ['Content-Length: 0', LENGTH],
  ['Content-Length: 0, 5'],
  ['Content-Length: +5'],
  ['Content-Length: -1'],
  ['Content-Length: 0x5'],
  ['Content-Length : 5'],
  ['Transfer-Encoding: xchunked'],
  ['Transfer-Encoding: chunked, identity'],
  ['Transfer-Encoding: identity'],
  ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
  ['Transfer-Encoding: \x0bchunked'],
  ['Transfer-Encoding : chunked'],
  ['Transfer-Encoding:\r\n chunked'],
  ['X: y\nTransfer-Encoding: chunked'],
])
  test(hides, fields, CHUNKED, [])
test('an unknown transfer coding is told, although the parser breaks off at it', async t => {
  const {client} = await through(t, answering([], whole('ok')))
  const connected = await client()
  await connected.send(ask('/first', ['Transfer-Encoding: xchunked'], 'POST') + CHUNKED)
  await connected.closed
  t.regex(connected.received, /^HTTP\/1\.1 501 /)
})

for (const size of ['0x5', '+5', '-1', '5 5', '5\n', 'fffffffffffffffff'])
  test(`a chunk of the size ${JSON.stringify(size)} is refused`, async t => {
    const {client, service} = await through(t, connection => connection.request())
    const connected = await client()
    await connected.send(
      `${ask('/first', ['Transfer-Encoding: chunked'], 'POST')}${size}\r\nhello\r\n0\r\n\r\n${HIDDEN}`,
    )
    await connected.closed
    t.false(service.connections.some(({received}) => received.includes('hidden')))
  })
