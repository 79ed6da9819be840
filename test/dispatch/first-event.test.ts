import test from 'ava'
import type {Headers} from '../../gateway/http/headers.js'
import {Client, quiet, ServiceBody} from '../streams/harness.js'
import {type Asking, exchange, made, plan} from './fakes.js'

const STREAM: Headers = ['Content-Type', 'text/event-stream']
const WAIT = 1000

const settled = () => new Promise(resolve => setImmediate(resolve))

/** A stream that is asked for while its head waits for the first event; each request is answered by a head. */
function ask({headers = STREAM, maxFailoverAttempts = 1, ...asking}: Asking & {maxFailoverAttempts?: number} = {}) {
  const bodies: ServiceBody[] = []
  const script = () => {
    const body = new ServiceBody()
    bodies.push(body)
    return {status: 200, headers, body}
  }
  const {dispatch, clock, transport} = made(script, {
    plan: {...plan, kind: 'sse', stream: {...quiet, firstEventTimeout: WAIT}},
    policy: {maxFailoverAttempts},
  })
  const client = new Client()
  let status = 0
  const answered = dispatch.dispatch(exchange(asking)).then(response => {
    status = response.status
    response.body.flow(client)
  })
  return {
    bodies,
    client,
    answered,
    asked: () => transport.sent.length,
    status: () => status,
    async send(nth: number, text: string) {
      await settled()
      bodies[nth]?.send(text)
      await settled()
    },
    async turn(ms: number) {
      await settled()
      clock.turn(ms)
      await settled()
    },
  }
}

test('without a first event in time the next URL is asked; the last one answers at once', async t => {
  const {asked, turn, send, status, client} = ask()
  await send(0, ': hello\n\nid: 1\n')
  await turn(WAIT - 1)
  t.deepEqual([asked(), status()], [1, 0])
  await turn(1)
  t.deepEqual([asked(), status()], [2, 200])
  await send(1, 'data: b\n\n')
  await send(0, 'data: a\n\n')
  t.is(client.text, 'data: b\n\n')
})

test('with its first event the stream begins, nothing of it lost', async t => {
  const {asked, turn, send, status, client, bodies} = ask()
  await send(0, '\ufeff: hello\n\nda')
  await turn(WAIT / 2)
  await send(0, 'ta: a\n\ndata: b')
  t.is(status(), 200)
  await turn(WAIT)
  await send(0, '\n\n')
  bodies[0]?.into?.end()
  t.is(client.text, '\ufeff: hello\n\ndata: a\n\ndata: b\n\n')
  t.deepEqual([client.ended, asked()], ['whole', 1])
})

test('a stream that is lost before its first event is asked for elsewhere', async t => {
  const {asked, send, bodies, answered, client} = ask()
  await send(0, ': hello\n\n')
  bodies[0]?.into?.fail(new Error('reset'))
  await answered
  await send(1, 'data: b\n\n')
  t.deepEqual([asked(), client.text], [2, 'data: b\n\n'])
})

test('a stream that ends before its first event has ended', async t => {
  const {asked, send, bodies, answered, client} = ask()
  await send(0, ': bye\n\n')
  bodies[0]?.into?.end()
  await answered
  t.deepEqual([asked(), client.text, client.ended], [1, ': bye\n\n', 'whole'])
})

for (const [name, asking] of [
  ['where no other attempt is left', {maxFailoverAttempts: 0}],
  ['of a request that may not be sent again', {method: 'POST', body: 'x'}],
  ['of an answer that is no stream', {headers: ['Content-Type', 'text/plain']}],
] as const)
  test(`the head ${name} does not wait`, async t => {
    const {answered, asked, status} = ask(asking)
    await answered
    t.deepEqual([asked(), status()], [1, 200])
  })

test('what comes in a content coding is not looked into: any byte will do', async t => {
  const {send, status} = ask({headers: [...STREAM, 'Content-Encoding', 'gzip']})
  await send(0, '\x1f')
  t.is(status(), 200)
})
