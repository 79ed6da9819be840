import {once} from 'node:events'
import test from 'ava'
import {END_HEADERS, END_STREAM, frame, GOAWAY, get, HEADERS, RST_STREAM} from '../helpers/frames.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import type {ServiceConnection} from '../helpers/scripted-service.js'
import {modern, WAYS} from './http2.js'

assertNoLeaks(test)

const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const event = (text: string) => `${(text.length + 8).toString(16)}\r\ndata: ${text}\n\n\r\n`

/** A field of 4,000 bytes that goes into the table (RFC 7541 §6.2.1), and then is named 12,000 times, a byte each: 48 MB. */
const BOMB = Buffer.concat([
  get('/gateway/t/x/bomb'),
  Buffer.from([0x40, 1, 0x78, 127, 0xa1, 0x1e]),
  Buffer.alloc(4000, 'y'),
  Buffer.alloc(12_000, 0xbe),
])

for (const way of WAYS)
  test(`a small head that becomes 48 MB is refused, costs no memory, and disturbs no other stream (${way})`, async t => {
    const asked: string[] = []
    const serve = async (each: ServiceConnection) => {
      asked.push((await each.request()).startLine)
      await each.send(STREAM)
    }
    const {ask, frames, service} = await modern(t, way, serve, {kind: 'sse'})
    const stream = ask('/events').setEncoding('latin1')
    await once(stream, 'response')
    const client = await frames()
    const before = process.memoryUsage().rss
    for (let id = 1; id < 40; id += 2) {
      await client.send(frame(HEADERS, END_HEADERS | END_STREAM, id, BOMB))
      const {type} = await client.frame(each => [HEADERS, RST_STREAM, GOAWAY].includes(each.type))
      if (type === GOAWAY) break
    }
    const grown = (process.memoryUsage().rss - before) / 1e6
    t.true(grown < 100, `${grown} MB`)
    const got = once(stream, 'data')
    await service.connections[0]?.send(event('on'))
    t.deepEqual(await got, ['data: on\n\n'])
    t.is(asked.length, 1)
  })
