import {once} from 'node:events'
import test from 'ava'
import {testClock} from '../helpers/clock.js'
import {
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  frame,
  GOAWAY,
  get,
  HEADERS,
  literals,
  number,
  PING,
  PRIORITY,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from '../helpers/frames.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import type {ServiceConnection} from '../helpers/scripted-service.js'
import {modern} from './http2.js'

assertNoLeaks(test)

/** RFC 9113 §7. */
const ENHANCE_YOUR_CALM = 11

const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'

const head = (stream: number, flags = END_HEADERS | END_STREAM) =>
  frame(HEADERS, flags, stream, get('/gateway/t/x/never'))

/** Its first frames, then one that comes again and again, with odd numbers from 1 to tell streams by. */
interface Flood {
  readonly first?: Buffer
  readonly again: (stream: number) => Buffer
  readonly times: number
}

/** A connection that makes work is ended, and ten streams of another have every event. */
const flooded = test.macro({
  async exec(t, {first, again, times}: Flood, told: RegExp) {
    t.timeout(120_000)
    const streams: ServiceConnection[] = []
    const {
      ask,
      frames,
      service,
      told: log,
    } = await modern(
      t,
      'cleartext',
      async each => {
        const {startLine} = await each.request()
        if (startLine.includes('/events')) streams.push(each)
        await each.send(STREAM)
      },
      {kind: 'sse'},
    )
    const readers = Array.from({length: 10}, () => ask('/events').setEncoding('latin1'))
    const got = readers.map(() => '')
    for (const [i, reader] of readers.entries())
      reader.on('data', (text: string) => {
        got[i] += text
      })
    await service.connection(9)
    while (streams.length < 10) await new Promise(setImmediate)

    const client = await frames()
    const bytes = Buffer.concat(Array.from({length: times}, (_, i) => again(2 * i + 1)))
    void client.send(first ? Buffer.concat([first, bytes]) : bytes)
    let events = 0
    let over = false
    const goaway = client
      .frame(({type}) => type === GOAWAY)
      .finally(() => {
        over = true
      })
    while (!over) {
      events++
      await Promise.all(streams.map(each => each.send(chunk(`data: ${events}\n\n`))))
      while (!got.every(text => text.endsWith(`data: ${events}\n\n`))) await new Promise(setImmediate)
    }
    // A reset of the connection may overtake it.
    const code = (await goaway.catch(() => undefined))?.payload.readUInt32BE(4) ?? ENHANCE_YOUR_CALM
    // Some the library ends by itself, which ones differs with its version.
    const ended = () => log.find(each => each.startsWith('a connection of HTTP/2 was ended'))
    while (ended() === undefined) await new Promise(setImmediate)
    const line = ended() ?? ''
    t.regex(line, told)
    t.true(code === ENHANCE_YOUR_CALM || !line.includes('too many'), line)
    const all = Array.from({length: events}, (_, i) => `data: ${i + 1}\n\n`).join('')
    t.deepEqual(new Set(got), new Set([all]))
  },
  title: (title = '') => `${title}: the connection is ended, other streams are undisturbed`,
})

test(
  'requests given up at once (CVE-2023-44487)',
  flooded,
  {
    again: stream => Buffer.concat([head(stream), frame(RST_STREAM, 0, stream, number(8))]),
    times: 600,
  },
  /too many requests given up/,
)

test(
  'requests that the gateway is made to give up (CVE-2025-8671)',
  flooded,
  {
    again: stream =>
      Buffer.concat([
        frame(HEADERS, END_HEADERS, stream, get('/gateway/t/x/never', ['content-length', '1'])),
        frame(DATA, 0, stream, Buffer.from('ab')),
      ]),
    times: 3000,
  },
  /too many requests given up|Protocol error/,
)

test(
  'PING (CVE-2019-9512)',
  flooded,
  {again: () => frame(PING, 0, 0, Buffer.alloc(8)), times: 1100},
  /PING or SETTINGS/,
)

test('SETTINGS (CVE-2019-9515)', flooded, {again: () => frame(SETTINGS, 0, 0), times: 1100}, /PING or SETTINGS/)

test(
  'WINDOW_UPDATE',
  flooded,
  {again: () => frame(WINDOW_UPDATE, 0, 0, number(1)), times: 400_000},
  /frames without content|Protocol error/,
)

test(
  'PRIORITY',
  flooded,
  {again: () => frame(PRIORITY, 0, 3, Buffer.alloc(5, 1)), times: 400_000},
  /frames without content|Protocol error/,
)

test(
  'DATA without data (CVE-2019-9518)',
  flooded,
  {
    first: head(1, END_HEADERS),
    again: () => frame(DATA, 0, 1),
    times: 400_000,
  },
  /frames without content|Protocol error/,
)

test(
  'CONTINUATION (CVE-2024-28182)',
  flooded,
  {
    first: frame(HEADERS, END_STREAM, 1, get('/gateway/t/x/never')),
    again: () => frame(CONTINUATION, 0, 1, literals([['x', 'y']])),
    times: 1000,
  },
  /Too many CONTINUATION frames/,
)

test('streams that come and go are no flood', async t => {
  const clock = testClock()
  const serve = async (each: ServiceConnection) => {
    await each.request()
    await each.send(STREAM)
    await each.closed
  }
  const {ask, session, told, service} = await modern(t, 'cleartext', serve, {kind: 'sse', gateway: {clock}})
  const streams = Array.from({length: 200}, () => ask('/events'))
  await Promise.all(streams.map(stream => once(stream, 'response')))
  clock.turn(1000)
  for (const stream of streams) stream.close(8)
  await Promise.all(service.connections.map(each => each.closed))
  clock.turn(1000)
  await once(ask('/events'), 'response')
  t.deepEqual([session.destroyed, told.filter(line => line.includes('HTTP/2'))], [false, []])
})
