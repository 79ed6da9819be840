import {rmSync} from 'node:fs'
import {join} from 'node:path'
import test, {type ExecutionContext} from 'ava'
import {type Clock, systemClock} from '../../gateway/common/clock.js'
import {testClock} from '../helpers/clock.js'
import {eventClient} from '../helpers/event-client.js'
import {definition, site, startGateway, topology, writeHome} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {replica} from '../helpers/replica.js'

assertNoLeaks(test)

const EVENT = 'id: 1\ndata: a\n\n'

/** A topology `t` that offers X and Y, event streams of the same service. */
async function offered(
  t: ExecutionContext,
  settings: Readonly<Record<string, string>> = {},
  event = EVENT,
  clock: Clock = systemClock,
) {
  const service = await replica(t, () => event)
  const offering = (...roles: readonly string[]) => topology(roles.map(role => ({role, urls: [service.url]})))
  const files = {
    ...definition('X', 'sse'),
    ...definition('Y', 'sse'),
    'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true', ...settings}),
    'conf/topologies/t.xml': offering('X', 'Y'),
  }
  const running = await startGateway(t, files, {clock})
  const write = (text: string) => writeHome(running.home, {'conf/topologies/t.xml': text})
  return {...running, service, offering, write}
}

test('a stream whose service is no longer offered ends within a second; that of another stays', async t => {
  const {gateway, url, write, offering, service, told} = await offered(t)
  const x = await eventClient(t, `${url}/t/x/1`)
  const y = await eventClient(t, `${url}/t/y/1`)
  await Promise.all([x.until(1), y.until(1)])
  write(offering('Y'))
  gateway.reload()
  await x.over()
  t.is(x.ended, 'whole')
  t.regex(x.text, /^id: 1\ndata: a\n\nretry: \d+\n\n$/)
  service.send('id: 2\ndata: b\n\n')
  await y.until(2)
  t.deepEqual(y.data, ['a', 'b'])
  t.true(told.some(line => /a stream is not allowed any more .*"refusal":"no-route"/.test(line)))
  t.true(told.some(line => /configuration read again .*"generations":2/.test(line)))
})

test('a stream whose route is gone is broken off when its client will not come back', async t => {
  const {gateway, url, home} = await offered(t, {}, 'data: a\n\n')
  const [x, y] = await Promise.all([eventClient(t, `${url}/t/x/1`), eventClient(t, `${url}/t/y/1`)])
  await Promise.all([x.until(1), y.until(1)])
  const [path = '', text = ''] = Object.entries(definition('X', 'sse'))[0] ?? []
  writeHome(home, {[path]: text.replaceAll('/x/**', '/x/elsewhere/**')})
  gateway.reload()
  await x.over()
  t.is(x.ended, 'broken')
  t.is(x.text, 'data: a\n\n')
  t.is(y.ended, 'no')
})

test('gateway.reload.streams=move: streams of a topology that was changed end, and their clients come back to the new one', async t => {
  const settings = {'gateway.reload.streams': 'move', 'gateway.drain.timeout': '1s'}
  const {gateway, url, write, offering, service} = await offered(t, settings)
  const client = await eventClient(t, `${url}/t/x/1`)
  await client.until(1)
  write(offering('X'))
  gateway.reload()
  await client.over()
  t.is(client.ended, 'whole')
  const again = await eventClient(t, `${url}/t/x/1`, {'Last-Event-ID': '1'})
  await again.until(1)
  t.deepEqual(service.asked, [undefined, '1'])
})

test('a service that did not change keeps what it knows of its URLs when its topology is changed', async t => {
  const failing = await replica(t)
  failing.status = 503
  const service = await replica(t, () => EVENT)
  const ha =
    '<provider><role>ha</role><name>HaProvider</name><enabled>true</enabled><param><name>X</name><value>failoverSleep=0;failoverStatuses=503</value></param></provider>'
  const x = {role: 'X', urls: [failing.url, service.url]}
  const y = {role: 'Y', urls: [service.url]}
  const {gateway, url, home} = await startGateway(t, {
    ...definition('X', 'sse'),
    ...definition('Y', 'sse'),
    'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true'}),
    'conf/topologies/t.xml': topology([x], ha),
  })
  const open = async () => (await eventClient(t, `${url}/t/x/1`)).until(1)
  const offer = (services: Parameters<typeof topology>[0]) => {
    writeHome(home, {'conf/topologies/t.xml': topology(services, ha)})
    t.deepEqual(gateway.reload(), [])
  }
  await open()
  t.is(failing.asked.length, 1)
  // Not asked for in between: what is known must last over topologies that nobody has used.
  for (const services of [[x, y], [x], [y, x]]) offer(services)
  await open()
  t.is(failing.asked.length, 1)
  offer([{role: 'X', urls: [failing.url, service.url, service.url]}])
  await open()
  t.is(failing.asked.length, 2)
})

test('streams of a topology that is removed end between two events, spread over the time of draining', async t => {
  const clock = testClock()
  const {gateway, url, home} = await offered(t, {}, EVENT, clock)
  const clients = await Promise.all(Array.from({length: 5}, () => eventClient(t, `${url}/t/x/1`)))
  await Promise.all(clients.map(client => client.until(1)))
  rmSync(join(home, 'conf/topologies/t.xml'))
  gateway.reload()
  clock.turn(100_000)
  await Promise.race(clients.map(client => client.over()))
  t.true(clients.some(({ended}) => ended === 'no'))
  clock.turn(200_000)
  await Promise.all(clients.map(client => client.over()))
  for (const {text, ended} of clients) {
    t.is(ended, 'whole')
    t.regex(text, /^id: 1\ndata: a\n\n(:keepalive\n\n)*retry: \d+\n\n$/)
  }
})
