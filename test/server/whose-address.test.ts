import test from 'ava'
import {scriptedService} from '../helpers/scripted-service.js'
import {answering, ask, exchanged, through, whole} from './through.js'

/** A service where nobody should come, as `host:port`. */
async function elsewhere(t: {teardown(then: () => unknown): void}) {
  const service = await scriptedService(connection => connection.answer('inside'))
  t.teardown(() => service.close())
  return {service, host: `127.0.0.1:${service.port}`}
}

const asks = (host: string): readonly string[] => [
  ask('/a').replace('gw.test:8443', host),
  ask('/a').replace('/gateway', `http://${host}/gateway`),
  ask('/a', [`X-Forwarded-Host: ${host}`, `Forwarded: host=${host}`, `X-Host: ${host}`]),
  ask(`/a?host=${host}&url=http://${host}/&path=http://${host}/`),
  ask(`/http://${host}/a`),
  ask(`/a@${host}/`),
  ask(`//${host}/`),
]

for (const at of asks('ELSEWHERE').keys())
  test(`what a client names is not where its request goes: ${asks('ELSEWHERE')[at]?.split('\r\n\r\n')[0]}`, async t => {
    const {service, host} = await elsewhere(t)
    const {answer} = await exchanged(t, asks(host)[at] ?? '', whole('ok'))
    t.is(answer.body, 'ok')
    t.is(service.connections.length, 0)
  })

test('where a service redirects to is told to the client, and not asked', async t => {
  const {service, host} = await elsewhere(t)
  const redirect = `HTTP/1.1 302 Found\r\nLocation: http://${host}/\r\nContent-Length: 0\r\n\r\n`
  const {client} = await through(t, answering([], redirect))
  const connected = await client()
  await connected.send(ask('/a'))
  t.regex((await connected.response()).startLine, / 302 /)
  t.is(service.connections.length, 0)
})
