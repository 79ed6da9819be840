import {once} from 'node:events'
import type {IncomingHttpHeaders} from 'node:http2'
import test from 'ava'
import {assertNoLeaks} from '../helpers/leaks.js'
import {fieldOf, type Message} from '../helpers/message.js'
import {capitals, frame} from '../helpers/web-socket.js'
import {answered, type Modern, modern, WAYS} from './http2.js'
import {answering} from './through.js'

assertNoLeaks(test)

const CONNECT = {':method': 'CONNECT', ':protocol': 'websocket', 'sec-websocket-version': '13'}

/** Asks for a WebSocket, once the gateway has said that it may. */
async function open({session, ask}: Modern, fields = {}) {
  if (!session.remoteSettings?.enableConnectProtocol) await once(session, 'remoteSettings')
  return ask('/socket?a=b', {...CONNECT, ...fields}, false)
}

for (const way of WAYS) {
  test(`a WebSocket is a stream among others, and both sides hear when it ends (${way})`, async t => {
    const running = await modern(t, way, async each => (each.index === 0 ? capitals(each) : each.answer('other')))
    const socket = await open(running)
    const [fields] = (await once(socket, 'response')) as [IncomingHttpHeaders]
    t.is(Number(fields[':status']), 200)
    for (const name of ['connection', 'upgrade', 'sec-websocket-accept']) t.is(fields[name], undefined)
    socket.setEncoding('latin1')
    socket.write(frame('hello'))
    t.deepEqual(await once(socket, 'data'), ['\x81\x05HELLO'])
    t.is((await answered(running.ask('/other'))).body, 'other')
    socket.write(frame('again'))
    t.deepEqual(await once(socket, 'data'), ['\x81\x05AGAIN'])
    const service = await running.service.connection(0)
    service.end()
    await once(socket, 'end')
    socket.end()
    await Promise.all([service.closed, once(socket, 'close')])
    await running.gateway.close()
    t.like(
      running.accesses.find(({status}) => status === 101),
      {version: '2.0', method: 'GET', target: '/gateway/t/x/socket?a=b'},
    )
  })

  test(`a client that resets its WebSocket frees the service (${way})`, async t => {
    const running = await modern(t, way, capitals)
    const socket = await open(running)
    await once(socket, 'response')
    socket.close(8)
    await (await running.service.connection(0)).closed
    t.pass()
  })

  test(`a service that is lost resets the stream of its WebSocket (${way})`, async t => {
    const running = await modern(t, way, capitals)
    const socket = await open(running)
    await once(socket, 'response')
    const broken = once(socket, 'error')
    ;(await running.service.connection(0)).reset()
    const [error] = (await broken) as [Error]
    t.regex(error.message, /INTERNAL_ERROR/)
  })
}

test('the service is asked by HTTP/1.1, and its refusal passes the same filters as any response', async t => {
  const got: Message[] = []
  const refusal = 'HTTP/1.1 403 Forbidden\r\nWWW-Authenticate: Basic\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nno'
  const running = await modern(t, 'cleartext', answering(got, refusal))
  const answer = await answered(await open(running, {'sec-websocket-protocol': 'one'}))
  t.like(answer, {status: 403, body: 'no'})
  t.is(answer.fields['www-authenticate'], undefined)
  const [asked] = got
  t.is(asked?.startLine, 'GET /socket?a=b HTTP/1.1')
  const value = (name: string) => fieldOf(asked?.headers ?? [], name)
  t.is(value('upgrade'), 'websocket')
  t.is(value('sec-websocket-protocol'), 'one')
  t.is(Buffer.from(value('sec-websocket-key') ?? '', 'base64').length, 16)
})

test('CONNECT to anything else is refused', async t => {
  const running = await modern(t, 'cleartext', capitals)
  t.is((await answered(await open(running, {':protocol': 'other'}))).status, 405)
})
