import test from 'ava'
import {testClock} from '../helpers/clock.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {ask, through, valuesOf} from './through.js'

assertNoLeaks(test)

const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'

/** A request with five seconds for all of it, behind a service that answers so, and never goes on. */
const takes = test.macro({
  async exec(t, answer: string, shown: string, ended: RegExp, kind: 'plain' | 'sse' = 'plain') {
    const clock = testClock()
    let asked: () => void = () => {}
    const waits = new Promise<void>(resolve => {
      asked = resolve
    })
    const {client, service} = await through(
      t,
      async connection => {
        await connection.request()
        await connection.send(answer)
        asked()
      },
      {kind, params: {'route.timeout': '5s'}, gateway: {clock}},
    )
    const asking = await client()
    await asking.send(ask('/slow'))
    await waits
    if (shown !== '') await asking.until(shown)
    clock.turn(4900)
    t.false(asking.socket.destroyed)
    clock.turn(200)
    if (shown === '') {
      const {startLine, body: text} = await asking.response()
      t.regex(`${startLine}\n${text}`, ended)
    } else {
      await asking.closed
      t.regex(asking.received, ended)
    }
    await (await service.connection(0)).closed
  },
  title: (title = '') => `route.timeout: ${title}`,
})

test('without a head it is 504', takes, '', '', /^HTTP\/1\.1 504 .*\n.*"error":"route-timeout"/)
test(
  'a body that flows is broken off',
  takes,
  'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345',
  '12345',
  /\r\n\r\n12345$/,
)
test('a stream is broken off', takes, `${STREAM}9\r\ndata: a\n\n\r\n`, 'data: a\n\n', /data: a\n\n\r\n$/, 'sse')
test(
  'a stream of a service that was not known to stream too',
  takes,
  `${STREAM}9\r\ndata: a\n\n\r\n`,
  'data: a\n\n',
  /data: a\n\n\r\n$/,
)

test('what is over in time is left alone', async t => {
  const clock = testClock()
  const {client} = await through(
    t,
    async connection => {
      for (;;) await connection.answer('ok')
    },
    {params: {'route.timeout': '5s'}, gateway: {clock}},
  )
  const asking = await client()
  for (let i = 0; i < 3; i++) {
    await asking.send(ask('/quick'))
    const {headers, body} = await asking.response()
    t.is(body, 'ok')
    t.deepEqual(valuesOf(headers, 'connection'), ['keep-alive'])
    clock.turn(4000)
  }
})
