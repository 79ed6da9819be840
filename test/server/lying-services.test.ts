import test from 'ava'
import {
  DATA,
  END_HEADERS,
  END_STREAM,
  FrameClient,
  frame,
  HEADERS,
  literals,
  number,
  PREFACE,
  RST_STREAM,
  SETTINGS,
} from '../helpers/frames.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import type {Script, ServiceConnection} from '../helpers/scripted-service.js'
import {answered, modern} from './http2.js'
import {ask, through} from './through.js'

assertNoLeaks(test)

const BY_HTTP2 = {'httpclient.http2': 'always'}
const H1 = 'HTTP/1.1 200 OK\r\n'
const LENGTH: [string, string] = ['content-length', '9']
const EVENTS: [string, string] = ['content-type', 'text/event-stream']

/** A service of HTTP/1.1 that answers with these bytes and ends the connection. */
const plain =
  (bytes: string): Script =>
  async each => {
    await each.request()
    await each.send(H1 + bytes)
    each.end()
  }

/** A service of HTTP/2 that answers a request with this head and then these frames. */
const framed =
  (fields: readonly [string, string][], ...rest: Buffer[]): Script =>
  async (each: ServiceConnection) => {
    const client = new FrameClient(each.socket)
    await client.until(PREFACE)
    client.received = client.received.slice(PREFACE.length)
    await each.send(frame(SETTINGS, 0, 0))
    await client.frame(({type}) => type === HEADERS)
    await each.send(Buffer.concat([frame(HEADERS, END_HEADERS, 1, literals([[':status', '200'], ...fields])), ...rest]))
  }

const data = (text: string, flags = 0) => frame(DATA, flags, 1, Buffer.from(text))
/** NO_ERROR (RFC 9113 §7). */
const reset = frame(RST_STREAM, 0, 1, number(0))

/** What a service does, and whether its answer `half` is whole. */
const SERVICES: Readonly<Record<string, {script: Script; http2?: boolean; whole?: boolean}>> = {
  'ends before its length': {script: plain('Content-Length: 9\r\n\r\nhalf')},
  'ends before its last chunk': {script: plain('Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n')},
  'goes on behind its length': {script: plain('Content-Length: 4\r\n\r\nhalfmore'), whole: true},
  'ends its stream before its length': {script: framed([LENGTH], data('half', END_STREAM)), http2: true},
  'resets its stream before its length': {script: framed([LENGTH], data('half'), reset), http2: true},
  'resets a stream without a length': {script: framed([], data('half'), reset), http2: true},
  'resets a stream of events': {script: framed([EVENTS], data('half'), reset), http2: true},
  'ends its stream and resets it': {script: framed([], data('half', END_STREAM), reset), http2: true, whole: true},
}

for (const [what, {script, http2 = false, whole = false}] of Object.entries(SERVICES)) {
  const options = {kind: 'sse', params: http2 ? BY_HTTP2 : {}} as const
  const title = `a service of HTTP/${http2 ? 2 : 1.1} ${what}: the client of HTTP`

  test(`${title}/1.1 sees that its answer is ${whole ? 'whole' : 'not whole'}`, async t => {
    const {client} = await through(t, script, options)
    const raw = await client()
    await raw.send(ask('/events', ['Connection: close']))
    await raw.closed
    t.regex(raw.received, /^HTTP\/1.1 200 .*half/s)
    const answer = raw.response()
    if (whole) t.is((await answer).body, 'half')
    else await t.throwsAsync(answer)
  })

  test(`${title}/2 sees that its answer is ${whole ? 'whole' : 'not whole'}`, async t => {
    const {ask} = await modern(t, 'cleartext', script, options)
    const answer = answered(ask('/events'))
    if (whole) t.is((await answer).body, 'half')
    else t.like(await t.throwsAsync(answer, {message: /^reset [12]/}), {status: 200, body: 'half'})
  })
}

test('a service of HTTP/2 goes on behind its length: no client gets more than that', async t => {
  const script = framed([['content-length', '4']], data('half'), data('more'))
  const {ask} = await modern(t, 'cleartext', script, {params: BY_HTTP2})
  const {body = ''} = await answered(ask('/events')).catch((error: {body?: string}) => error)
  t.true('half'.startsWith(body), body)
})

const WHOLE = {
  length: `${H1}Content-Length: 10\r\n\r\n0123456789`,
  chunks: `${H1}Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5;x\r\n56789\r\n0\r\nX: 1\r\n\r\n`,
} as const

for (const [framing, answer] of Object.entries(WHOLE))
  for (const how of ['ends', 'resets'] as const)
    test(`an answer told by its ${framing} that ${how} at any byte is whole for nobody`, async t => {
      const {client, service} = await through(t, async each => {
        const {startLine} = await each.request()
        await each.send(answer.slice(0, Number(/\d+/.exec(startLine)?.[0])))
        if (how === 'ends') each.end()
        else each.reset()
      })
      for (let cut = 0; cut < answer.length; cut++) {
        const connected = await client()
        await connected.send(ask(`/${cut}`))
        const response = await connected.response().catch(() => undefined)
        t.regex(response?.startLine ?? '502', /502/, `cut at ${cut}: ${connected.received}`)
        connected.socket.destroy()
      }
      t.is(service.connections.length, answer.length)
    })
