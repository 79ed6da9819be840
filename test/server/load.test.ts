import type {ServerResponse} from 'node:http'
import test from 'ava'
import {systemClock} from '../../gateway/common/clock.js'
import {eventClient} from '../helpers/event-client.js'
import {guardedHome, provider} from '../helpers/guarded.js'
import {startGateway} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import type {ServiceConnection} from '../helpers/scripted-service.js'
import {service} from '../helpers/served.js'
import {capitals, OFFER} from '../helpers/web-socket.js'
import {ask, through, valuesOf, whole} from './through.js'

assertNoLeaks(test)

const BROWSER = {Accept: 'text/event-stream', 'Sec-Fetch-Mode': 'cors', Origin: 'https://page.test'}
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'

const streams = (res: ServerResponse) => {
  res.writeHead(200, {'Content-Type': 'text/event-stream'})
  res.write('data: 1\n\n')
}

/** The directory is down: who is asked for a password finds no answer. */
const shiro = provider('authentication', 'ShiroProvider', {
  'main.ldapRealm.contextFactory.url': 'ldap://127.0.0.1:1',
  'urls./x/open/**': 'anon',
  'urls./**': 'authcBasic',
})
const cors = provider('webappsec', 'WebAppSec', {'cors.enabled': 'true', 'cors.allowOrigin': 'https://page.test'})
const SAM = {Authorization: `Basic ${Buffer.from('sam:secret').toString('base64')}`}

test('a stream too many is refused before anybody finds out who asks; the open one stays', async t => {
  const url = await service(t, (_, res) => streams(res))
  const home = guardedHome(cors + shiro, url, 'sse', '<param><name>sse.max.streams</name><value>1</value></param>')
  const running = await startGateway(t, home)
  const open = await eventClient(t, `${running.url}/t/x/open/1`)
  await open.until(1)
  t.deepEqual(open.data, ['1'])
  const refused = await eventClient(t, `${running.url}/t/x/a`, SAM)
  await refused.over()
  t.is(refused.response.statusCode, 503)
  t.regex(refused.text, /streams-full/)
  t.regex(refused.response.headers['retry-after'] ?? '', /^[2-5]$/)
  t.deepEqual(
    running.told.filter(line => line.includes('authentication-unavailable') || line.includes('streams-full')),
    [],
  )
  const soft = await eventClient(t, `${running.url}/t/x/a`, {...BROWSER, ...SAM})
  await soft.over()
  t.is(soft.response.statusCode, 200)
  t.regex(soft.text, /^retry: [1-4]\d{3}\n\n$/)
  t.is(soft.response.headers['access-control-allow-origin'], 'https://page.test')
  t.is(open.ended, 'no')
})

test('a service is asked by so many at a time; others wait, and those that find the line full are refused', async t => {
  const {client, service: behind} = await through(
    t,
    async connection => {
      for (;;) await connection.request()
    },
    {params: {'admission.max': '1', 'admission.queue': '1'}},
  )
  const [first, second, third] = [await client(), await client(), await client()]
  await first.send(ask('/1'))
  const connection = await behind.connection(0)
  await second.send(ask('/2'))
  await third.send(ask('/3'))
  const answers = [second.response(), third.response()]
  const refused = await Promise.race(answers)
  t.regex(refused.startLine, / 503 /)
  t.regex(refused.body, /service-busy/)
  t.regex(valuesOf(refused.headers, 'retry-after')[0] ?? '', /^[2-5]$/)
  t.is(behind.connections.length, 1)
  await connection.send(whole('one'))
  t.is((await first.response()).body, 'one')
  await connection.send(whole('two'))
  t.deepEqual((await Promise.all(answers)).map(({startLine}) => startLine.split(' ')[1]).sort(), ['200', '503'])
})

test('a WebSocket waits in the same line, until its service has agreed', async t => {
  const script = async (connection: ServiceConnection) => {
    if (/upgrade: websocket/i.test(await connection.until('\r\n\r\n'))) await capitals(connection)
    for (;;) if ((await connection.request()).startLine.includes('/2')) await connection.send(whole('two'))
  }
  const {client, service: behind} = await through(t, script, {params: {'admission.max': '1', 'admission.queue': '1'}})
  const [plain, waits, refused, later] = await Promise.all([client(), client(), client(), client()])
  await plain.send(ask('/1'))
  const connection = await behind.connection(0)
  const agreed = [waits, refused].map(async each => {
    await each.send(ask('/socket', OFFER))
    await each.until('\r\n\r\n')
    return each
  })
  t.regex((await Promise.race(agreed)).received, / 503 .*service-busy/s)
  t.is(behind.connections.length, 1)
  await connection.send(whole('one'))
  const heads = (await Promise.all(agreed)).map(({received}) => received.slice(9, 12))
  t.deepEqual(heads.sort(), ['101', '503'])
  await later.send(ask('/2'))
  t.is((await later.response()).body, 'two')
})

test('whoever waits for too long is refused; a browser’s EventSource by a stream that ends', async t => {
  const {url, service: behind} = await through(t, connection => connection.request(), {
    kind: 'sse',
    params: {'admission.max': '1', 'admission.timeout': '100ms'},
  })
  const first = eventClient(t, `${url}/t/x/1`)
  first.catch(() => {})
  await behind.connection(0)
  const [program, browser] = await Promise.all([
    eventClient(t, `${url}/t/x/2`),
    eventClient(t, `${url}/t/x/3`, BROWSER),
  ])
  await Promise.all([program.over(), browser.over()])
  t.is(program.response.statusCode, 503)
  t.is(browser.response.statusCode, 200)
  t.regex(browser.text, /^retry: [1-4]\d{3}\n\n$/)
})

test('a busy process refuses what is new, answers for its health, and goes on with what is open', async t => {
  let speed = 1
  let [real, shown] = [systemClock.now(), 0]
  // Time that goes faster than timers do: they are late, as of a loop that is held up.
  const now = () => {
    const at = systemClock.now()
    shown += (at - real) * speed
    real = at
    return shown
  }
  const {
    url,
    port,
    service: behind,
  } = await through(t, connection => connection.request().then(() => connection.send(HEAD)), {
    kind: 'sse',
    settings: {'gateway.busy.loop.delay': '2000'},
    params: {'sse.keepalive.interval': '0'},
    gateway: {clock: {...systemClock, now}},
  })
  const open = await eventClient(t, `${url}/t/x/events`)
  speed = 1000
  const refused = async () => {
    const response = await fetch(`${url}/t/x/events`, {signal: AbortSignal.timeout(60_000)})
    const {status} = response
    await response.body?.cancel()
    return {status, retryAfter: response.headers.get('retry-after')}
  }
  let last = await refused()
  while (last.status !== 503) last = await refused()
  t.regex(last.retryAfter ?? '', /^[2-5]$/)
  t.is((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200)
  await (await behind.connection(0)).send('9\r\ndata: 1\n\n\r\n')
  await open.until(1)
  t.deepEqual(open.data, ['1'])
  speed = 1
  while ((await refused()).status !== 200);
  t.is(open.ended, 'no')
})
