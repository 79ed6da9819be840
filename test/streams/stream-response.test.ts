import {gzipSync} from 'node:zlib'
import test from 'ava'
import type {Exchange} from '../../gateway/pipeline/exchange.js'
import {goneSource} from '../../gateway/pipeline/gone.js'
import {OpenStreams} from '../../gateway/streams/open-streams.js'
import {toStreamResponse} from '../../gateway/streams/stream-response.js'
import {testClock} from '../helpers/clock.js'
import {flowing, opened, quiet, ServiceBody, texts} from './harness.js'

const adds = test.macro({
  exec(t, given: readonly string[], expected: readonly string[]) {
    t.deepEqual(opened({response: given}).headers, ['Content-Type', 'text/event-stream', ...expected])
  },
  title: (_, given) => `headers of a stream with [${given}]`,
})

const CACHE = ['Cache-Control', 'no-store, no-transform']
const ACCEL = ['X-Accel-Buffering', 'no']

test(adds, [], [...CACHE, ...ACCEL])
test(adds, ['cache-control', 'no-cache'], ['cache-control', 'no-cache', ...ACCEL])
test(adds, ['x-accel-buffering', 'yes'], ['x-accel-buffering', 'yes', ...CACHE])
test(adds, ['Content-Length', '9'], ['Content-Length', '9', ...CACHE, ...ACCEL])
test(adds, ['Content-Encoding', 'gzip', 'Content-Length', '9'], [...CACHE, ...ACCEL])
test(adds, ['Content-Encoding', 'zstd'], ['Content-Encoding', 'zstd', ...CACHE, ...ACCEL])

const stays = test.macro({
  exec(t, status: number, contentType: string) {
    const response = {status, headers: ['Content-Type', contentType], body: new ServiceBody()}
    const exchange = {request: {method: 'GET', headers: []}, gone: goneSource()} as unknown as Exchange
    t.is(toStreamResponse(response, exchange, quiet, new OpenStreams(testClock())), response)
  },
  title: (_, status, contentType) => `${status} ${contentType} stays as it is`,
})

test(stays, 200, 'application/json')
test(stays, 200, 'text/event-streams')
test(stays, 204, 'text/event-stream')
test(stays, 503, 'text/event-stream')

test('a stream that tells its length gets nothing added and is not ended early', t => {
  const policy = {keepaliveInterval: 100, retry: 5, maxDuration: 1000, returnable: true}
  const {service, client, clock} = flowing({policy, response: ['Content-Length', '18']})
  service.send('data: a\n\n')
  clock.turn(5000)
  service.send('data: b\n\n')
  service.into?.end()
  t.is(client.text, 'data: a\n\ndata: b\n\n')
})

for (const text of texts) {
  test(`gzip of ${JSON.stringify(text)} is decoded, each chunk at once`, async t => {
    const packed = gzipSync(text)
    for (let i = 0; i <= packed.length; i += 3) {
      const {service, client} = flowing({response: ['Content-Encoding', 'gzip']})
      await new Promise<void>(resolve => {
        const end = client.end.bind(client)
        client.end = trailers => {
          end(trailers)
          resolve()
        }
        service.send(packed.subarray(0, i))
        service.send(packed.subarray(i))
        service.into?.end()
      })
      t.is(client.text, text)
    }
  })
}

test('gzip that ends too early or is none breaks the stream', async t => {
  for (const broken of [gzipSync('data: a\n\n').subarray(0, 12), Buffer.from('data: a\n\n')]) {
    const {service, client} = flowing({response: ['Content-Encoding', 'gzip']})
    const failed = new Promise<void>(resolve => {
      client.fail = () => resolve()
    })
    service.send(broken)
    service.into?.end()
    await failed
    t.is(client.ended, 'no')
  }
})
