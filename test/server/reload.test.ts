import {rmSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {definition, site, startGateway, writeHome} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {scriptedService} from '../helpers/scripted-service.js'
import {answering, ask, through, whole, xTopology} from './through.js'

assertNoLeaks(test)

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'

/** Waits until the diagnostics hold a line. */
async function untilTold(told: readonly string[], pattern: RegExp): Promise<string> {
  for (;;) {
    const line = told.find(each => pattern.test(each))
    if (line !== undefined) return line
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

test('a change is served without a restart, and a stream that has begun flows on', async t => {
  const other = await scriptedService(answering([], whole('new')))
  t.teardown(() => other.close())
  const {client, service, home, told} = await through(
    t,
    async connection => {
      await connection.request()
      await connection.send(HEAD)
    },
    {kind: 'sse', gateway: {watch: true}},
  )
  const old = await client()
  await old.send(ask('/events'))
  await old.until('\r\n\r\n')
  writeHome(home, {'conf/topologies/t.xml': xTopology([`http://127.0.0.1:${other.port}`])})
  await untilTold(told, /configuration read again/)
  const fresh = await client()
  await fresh.send(ask('/a'))
  t.is((await fresh.response()).body, 'new')
  const stream = await service.connection(0)
  await stream.send('9\r\ndata: 1\n\n\r\n0\r\n\r\n')
  t.is((await old.response()).body, 'data: 1\n\n')
})

test('a faulty change changes nothing and is told with its place; a mended one is served', async t => {
  const {client, service, home, told} = await through(t, answering([], whole('first')), {gateway: {watch: true}})
  const connected = await client()
  await connected.send(ask('/1'))
  await connected.response()
  const good = xTopology([`http://127.0.0.1:${service.port}`])
  writeHome(home, {'conf/topologies/t.xml': good.replace('<role>X</role>', '<rolle>X</rolle>')})
  t.regex(await untilTold(told, /rolle/), /conf\/topologies\/t\.xml:\d+:\d+: [a-z-]+: .*did you mean <role>\?/)
  await untilTold(told, /configuration read again/)
  await connected.send(ask('/2'))
  t.is((await connected.response()).body, '/2')
  t.is(service.connections.length, 1)
  told.length = 0
  writeHome(home, {'conf/topologies/t.xml': good, 'conf/topologies/u.xml': good})
  await untilTold(told, /configuration read again/)
  await connected.send(ask('/3').replace('/t/', '/u/'))
  t.is((await connected.response()).body, '/3')
})

test('a topology that did not change keeps its state', async t => {
  const {client, gateway, home, service} = await through(t, answering([], whole('first')))
  const connected = await client()
  await connected.send(ask('/1'))
  await connected.response()
  writeHome(home, {'conf/topologies/u.xml': xTopology([`http://127.0.0.1:${service.port}`])})
  t.deepEqual(gateway.reload(), [])
  await connected.send(ask('/2'))
  t.is((await connected.response()).body, '/2')
  t.is(service.connections.length, 1)
})

test('settings that a reload cannot take up are named; those of plans are taken up', async t => {
  const {gateway, home, told} = await startGateway(t, {...definition('X'), 'conf/gateway-site.xml': site({})})
  writeHome(home, {'conf/gateway-site.xml': site({'gateway.idle.timeout': '1m', 'gateway.sse.retry': '5s'})})
  gateway.reload()
  const later = told.filter(line => line.startsWith('changed settings'))
  t.deepEqual(later, ['changed settings that count from the next start {"settings":"gateway.idle.timeout"}'])
})

test('a topology whose file is gone is not served any more; one that is new is', async t => {
  const {client, gateway, home} = await through(t, answering([], whole('first')))
  rmSync(join(home, 'conf/topologies/t.xml'))
  gateway.reload()
  const connected = await client()
  await connected.send(ask('/1'))
  t.is((await connected.response()).startLine, 'HTTP/1.1 404 Not Found')
})

test('a definition that is new is served', async t => {
  const {client, home, told, service} = await through(t, answering([], whole('first')), {gateway: {watch: true}})
  writeHome(home, {
    ...definition('Y'),
    'conf/topologies/y.xml': `<topology><service><role>Y</role><url>http://127.0.0.1:${service.port}</url></service></topology>`,
  })
  await untilTold(told, /configuration read again/)
  const connected = await client()
  await connected.send('GET /gateway/y/y/a HTTP/1.1\r\nHost: gw.test\r\n\r\n')
  t.is((await connected.response()).body, 'first')
})

test('a rule that is spoilt, and a file that cannot be read, take nothing away from a gateway that runs', async t => {
  const {client, home, told} = await through(t, answering([], whole('first')), {gateway: {watch: true}})
  const connected = await client()
  const works = async () => {
    await connected.send(ask('/a'))
    return /^HTTP\/1.1 200 /.test((await connected.response()).startLine)
  }
  t.true(await works())
  const rules = 'data/services/x/1.0/rewrite.xml'
  writeHome(home, {[rules]: (definition('X')[rules] ?? '').replace('$serviceUrl', '$serviceUlr')})
  t.regex(await untilTold(told, /configuration read again/), /"asBefore":"t"/)
  t.true(told.some(line => line.includes('function-unknown')))
  t.true(await works())
  told.length = 0
  rmSync(join(home, rules))
  symlinkSync(join(home, rules), join(home, rules))
  await untilTold(told, /configuration read again/)
  t.true(told.some(line => line.includes('file-unreadable')))
  t.true(await works())
  told.length = 0
  rmSync(join(home, 'data/services/x'), {recursive: true})
  symlinkSync(join(home, 'data/services/x'), join(home, 'data/services/x'))
  await untilTold(told, /folder-unreadable/)
  t.true(await works())
})
