import {existsSync, readFileSync} from 'node:fs'
import test, {type ExecutionContext} from 'ava'
import {site, startGateway, topology} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {testLookup} from '../helpers/lookup.js'
import {fieldOf, readMessage} from '../helpers/message.js'
import {rawClient} from '../helpers/raw-client.js'
import {type ServiceConnection, scriptedService} from '../helpers/scripted-service.js'
import {ask, through} from './through.js'

assertNoLeaks(test)

/** What Knox's page on event streams says to write into the files, as it stands there. */
function knoxPage(): {rules: string; service: string} | undefined {
  const path = new URL('../../../../shared/seeds/knox-sse.txt', import.meta.url)
  if (!existsSync(path)) return undefined
  const page = readFileSync(path, 'utf8')
  const rules = /<rules>[\s\S]*?<\/rules>/.exec(page)?.[0] ?? ''
  const service = /<service role[\s\S]*?<\/service>/.exec(page)?.[0] ?? ''
  return {rules, service}
}

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'

interface Example {
  readonly settings: Readonly<Record<string, string>>
  readonly ha?: boolean
}

/** The page's example behind a gateway; undefined: there is no page. */
async function example(t: ExecutionContext, {settings, ha = false}: Example) {
  const page = knoxPage()
  if (page === undefined) {
    t.log('skipped: there is no ../shared/seeds/knox-sse.txt')
    t.pass()
    return undefined
  }
  const asked: string[] = []
  const streams: ServiceConnection[] = []
  const service = await scriptedService(async connection => {
    asked.push((await connection.request()).startLine)
    streams.push(connection)
    await connection.send(HEAD)
  })
  t.teardown(() => service.close())
  const url = `http://myhost.test:${service.port}`
  const provider =
    '<provider><role>ha</role><name>HaProvider</name><enabled>true</enabled><param><name>SSERVICE</name><value>maxFailoverAttempts=2;failoverSleep=1;enabled=true</value></param></provider>'
  const running = await startGateway(
    t,
    {
      'conf/gateway-site.xml': site(settings),
      'conf/sandbox.xml': topology(
        [{role: 'SSERVICE', urls: ha ? ['http://127.0.0.1:9', url] : [url]}],
        ha ? provider : '',
      ),
      'data/services/sservice/0.1/service.xml': page.service,
      'data/services/sservice/0.1/rewrite.xml': page.rules,
    },
    {lookup: testLookup},
  )
  const client = await rawClient(running.port)
  t.teardown(() => client.socket.destroy())
  await client.send('GET /gateway/sandbox/sservice/anything HTTP/1.1\r\nHost: gw.test\r\n\r\n')
  return {...running, client, asked, streams}
}

const ON = {'gateway.servlet.async.supported': 'true'}

for (const [name, ha] of [
  ['one URL', false],
  ['failover', true],
] as const) {
  test(`Knox's example streams: ${name}`, async t => {
    const served = await example(t, {settings: ON, ha})
    if (served === undefined) return
    const {client, asked, streams, told} = served
    t.regex(await client.until('\r\n\r\n'), /^HTTP\/1\.1 200 OK\r\n[\s\S]*text\/event-stream/i)
    t.deepEqual(asked, ['GET /sse HTTP/1.1'])
    await streams[0]?.send('9\r\ndata: 1\n\n\r\n')
    await client.until('data: 1\n\n')
    await streams[0]?.send('0\r\n\r\n')
    t.is((await client.response()).body, 'data: 1\n\n')
    t.deepEqual(
      told.filter(line => line.includes('fault')),
      [],
    )
  })

  test(`Knox's example with the gate closed gets Knox's message: ${name}`, async t => {
    const served = await example(t, {settings: {}, ha})
    if (served === undefined) return
    const answer = await served.client.response()
    t.is(answer.startLine, 'HTTP/1.1 500 Internal Server Error')
    t.regex(answer.body, /Async support is not enabled\. SSE requests cannot be processed\./)
    t.deepEqual(served.asked, [])
    t.true(
      served.told.some(line => /conf\/sandbox\.xml:\d+:\d+: warning/.test(line)),
      served.told.join('\n'),
    )
  })

  test(`Knox's example with the gate open for its topology alone: ${name}`, async t => {
    const served = await example(t, {
      settings: {'gateway.servlet.async.supported.topologies': 'other, SANDBOX'},
      ha,
    })
    if (served === undefined) return
    await served.client.until('\r\n\r\n')
    t.deepEqual(served.asked, ['GET /sse HTTP/1.1'])
  })
}

test('the head of a stream goes out before its first event, and events go as they come', async t => {
  const {client, service, accesses, gateway} = await through(
    t,
    async connection => {
      await connection.request()
      await connection.send(HEAD)
    },
    {kind: 'sse'},
  )
  const connected = await client()
  await connected.send(ask('/events'))
  await connected.until('\r\n\r\n')
  const head = readMessage(connected.received, {kind: 'response', ended: false, bodiless: true})
  t.is(fieldOf(head?.headers ?? [], 'x-accel-buffering'), 'no')
  t.is(fieldOf(head?.headers ?? [], 'cache-control'), 'no-store, no-transform')
  const stream = await service.connection(0)
  for (const event of ['data: a\n\n', 'id: 1\r\ndata: b\r\n\r\n']) {
    await stream.send(`${event.length.toString(16)}\r\n${event}\r\n`)
    await connected.until(event)
  }
  await stream.send('0\r\n\r\n')
  await connected.response()
  await gateway.close()
  t.deepEqual(
    accesses.map(({event, status, bytes, end}) => ({event, status, bytes, end})),
    [
      {event: 'open', status: 200, bytes: 0, end: ''},
      {event: 'end', status: 200, bytes: 27, end: 'whole'},
    ],
  )
  t.is(accesses[0]?.['id'], accesses[1]?.['id'])
})

test('how a stream ended stands in its second line', async t => {
  const {client, service, accesses, gateway} = await through(
    t,
    async connection => {
      await connection.request()
      await connection.send(`${HEAD}9\r\ndata: 1\n\n\r\n`)
    },
    {kind: 'sse'},
  )
  const leaves = await client()
  await leaves.send(ask('/events'))
  await leaves.until('data: 1')
  leaves.reset()
  await (await service.connection(0)).closed
  const loses = await client()
  await loses.send(ask('/events'))
  await loses.until('data: 1')
  ;(await service.connection(1)).reset()
  await loses.closed
  t.false(loses.received.endsWith('0\r\n\r\n'))
  const closes = await client()
  await closes.send(ask('/events'))
  await closes.until('data: 1')
  await gateway.close()
  await closes.closed
  const ends = accesses.filter(({event}) => event === 'end').map(({end}) => end)
  t.is(accesses.length, 6)
  t.deepEqual(ends.slice(0, 2), ['client', 'broken'])
})
