import {once} from 'node:events'
import type {ExecutionContext} from 'ava'
import test from 'ava'
import {type EventClient, eventClient} from '../helpers/event-client.js'
import {definition, site, startGateway} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {fieldOf} from '../helpers/message.js'
import {type History, type Replica, replica} from '../helpers/replica.js'
import {scriptedService} from '../helpers/scripted-service.js'
import {standstill} from '../helpers/standstill.js'
import {xTopology} from './through.js'

assertNoLeaks(test)

const event = (id: number, data = `d${id}`) => `id: ${id}\ndata: ${data}\n\n`
const events = (from: number, to: number) => Array.from({length: to - from + 1}, (_, i) => event(from + i)).join('')
const data = (from: number, to: number) => Array.from({length: to - from + 1}, (_, i) => `d${from + i}`)

/** Honours Last-Event-ID: what comes after it of these; without it, what comes after `live`. */
const honours =
  (last: number, live = 0): History =>
  id =>
    events(Number(id ?? live) + 1, last)

interface Setting {
  readonly params?: Readonly<Record<string, string>>
  readonly replicas: readonly Pick<Replica, 'url'>[]
  /** Text in HaProvider; default: on when there are several replicas. */
  readonly ha?: string
}

async function gateway(t: ExecutionContext, {params = {}, replicas, ha}: Setting) {
  const provider = ha ?? (replicas.length > 1 ? 'enabled=true;failoverSleep=50' : undefined)
  const running = await startGateway(t, {
    ...definition('X', 'sse'),
    'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true'}),
    'conf/topologies/t.xml': xTopology(
      replicas.map(({url}) => url),
      {...(provider && {ha: provider}), params: {'sse.resume': 'last-event-id', failoverSleep: '50', ...params}},
    ),
  })
  const open = (headers?: Readonly<Record<string, string>>): Promise<EventClient> =>
    eventClient(t, `${running.url}/t/x/events`, headers)
  const audits = () =>
    running.told.flatMap(line => {
      const [, fields] = /^audit: a lost stream (\{.*\})$/.exec(line) ?? []
      return fields === undefined ? [] : [JSON.parse(fields) as Record<string, unknown>]
    })
  return {...running, open, audits}
}

const losses: Readonly<Record<string, (replica: Replica) => unknown>> = {
  'is killed': one => one.kill(),
  'resets the connection': one => one.reset(),
  'falls silent': () => {},
}
for (const [name, lose] of Object.entries(losses))
  test(`a service that ${name} in the middle of an event: the next goes on, and the client sees nothing of it`, async t => {
    const [first, second] = [await replica(t, honours(3)), await replica(t, honours(6))]
    const {open, audits} = await gateway(t, {
      replicas: [first, second],
      params: {'sse.idle.timeout': '3s', 'sse.id.order': 'consecutive'},
    })
    const client = await open()
    await client.until(3)
    first.send('id: 4\ndata: ha')
    await lose(first)
    await client.until(6)
    second.end()
    await client.over()
    t.is(client.text, events(1, 6))
    t.is(client.ended, 'whole')
    t.deepEqual([...first.asked, ...second.asked], [undefined, '3'])
    while (first.streams.size > 0) await new Promise(resolve => setImmediate(resolve))
    t.like(audits(), {length: 1})
    t.like(audits()[0], {outcome: 'whole', from: first.url, to: second.url, attempts: 1, skipped: 0})
  })

test('one URL: a service that is silent when it is asked to go on is asked again', async t => {
  const asked: (string | undefined)[] = []
  const service = await scriptedService(async connection => {
    const {headers} = await connection.request()
    asked.push(fieldOf(headers, 'last-event-id'))
    if (asked.length === 2) return
    await connection.send(
      `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 99\r\n\r\n${event(asked.length)}`,
    )
    if (asked.length === 1) connection.socket.destroy()
  })
  t.teardown(() => service.close())
  const {open} = await gateway(t, {
    replicas: [{url: `http://127.0.0.1:${service.port}`}],
    params: {'sse.idle.timeout': '1s'},
  })
  const client = await open()
  await client.until(2)
  t.deepEqual(client.data, ['d1', 'd3'])
  t.deepEqual(asked, [undefined, '1', '1'])
})

test('failoverOnIdle: a stream without a first event is given up for the next URL', async t => {
  const [first, second] = [await replica(t), await replica(t, honours(3))]
  const {open} = await gateway(t, {
    replicas: [first, second],
    ha: 'failoverSleep=0;failoverOnIdle=true',
    params: {'sse.idle.timeout': '1s'},
  })
  const opening = open()
  await first.open(1)
  const givenUp = Promise.all([...first.streams].map(stream => once(stream, 'close')))
  const client = await opening
  await client.until(3)
  t.is(client.text, events(1, 3))
  await givenUp
})

test('a clean end is an end: the service is not asked again', async t => {
  const [first, second] = [await replica(t, honours(3)), await replica(t, honours(6))]
  const {open} = await gateway(t, {replicas: [first, second]})
  const client = await open()
  await client.until(3)
  first.end()
  await client.over()
  t.is(client.ended, 'whole')
  t.is(second.asked.length, 0)
})

test('one URL: a service that is started again goes on', async t => {
  let last = 3
  const service = await replica(t, id => honours(last)(id))
  const {open} = await gateway(t, {replicas: [service], params: {maxFailoverAttempts: '9'}})
  const client = await open()
  await client.until(3)
  await service.kill()
  last = 6
  await service.start()
  await client.until(6)
  t.deepEqual(client.data, data(1, 6))
  t.deepEqual(service.asked, [undefined, '3'])
})

test('a service that is gone for good: the client sees that the stream is not whole', async t => {
  const service = await replica(t, honours(3))
  const {open, audits} = await gateway(t, {replicas: [service], params: {maxFailoverAttempts: '2'}})
  const client = await open()
  await client.until(3)
  await service.kill()
  await client.over()
  t.is(client.ended, 'broken')
  t.is(client.text, events(1, 3))
  t.like(audits()[0], {outcome: 'failed', attempts: 3})
})

test('what a client brought is where it goes on when nothing came since', async t => {
  const [first, second] = [await replica(t), await replica(t, honours(9))]
  const {open} = await gateway(t, {replicas: [first, second]})
  const client = await open({'Last-Event-ID': '7'})
  await first.kill()
  await client.until(2)
  t.deepEqual(client.data, data(8, 9))
  t.deepEqual(second.asked, ['7'])
})

/** What the first sent, what the second sends when it is asked, the data that the client has in the end. */
const replicas = test.macro({
  async exec(
    t,
    given: string,
    history: History,
    expected: readonly string[],
    params: Readonly<Record<string, string>> = {},
  ) {
    const [first, second] = [await replica(t, () => given), await replica(t, history)]
    const {open} = await gateway(t, {replicas: [first, second], params})
    const client = await open()
    await client.until(given.match(/^data/gm)?.length ?? 0)
    await first.kill()
    await client.until(expected.length)
    second.end()
    await client.over()
    t.deepEqual(client.data, expected)
  },
  title: title => title ?? '',
})

const x = 'data: x\n\n'
test('replicas that count for themselves', replicas, events(1, 5), () => `${event(3, 'o3')}${event(4, 'o4')}`, [
  ...data(1, 5),
  'o3',
  'o4',
])
test(
  'an ID that several events share',
  replicas,
  `${event(1, 'a')}${event(1, 'b')}`,
  () => `${event(1, 'b')}${event(1, 'c')}`,
  ['a', 'b', 'c'],
)
test('events without IDs that come again', replicas, `${event(1)}${x}data: y\n\n`, () => `${x}data: y\n\n${event(2)}`, [
  'd1',
  'x',
  'y',
  'd2',
])
test('a service that ignores Last-Event-ID', replicas, events(1, 5), () => events(1, 7), data(1, 7))
test(
  'a bounded history, with the order of IDs declared',
  replicas,
  events(1, 3),
  () => events(6, 7),
  [...data(1, 3), '{"after":"3","before":"6"}', ...data(6, 7)],
  {'sse.id.order': 'consecutive', 'sse.gap': 'event'},
)
test('a bounded history that ends the stream', replicas, events(1, 3), () => events(6, 7), data(1, 3), {
  'sse.id.order': 'consecutive',
  'sse.gap': 'end',
})
test('a bounded history, and nothing declared', replicas, events(1, 3), () => events(6, 7), [
  ...data(1, 3),
  ...data(6, 7),
])
test('a byte order mark of the stream that goes on', replicas, events(1, 3), () => `\uFEFF${events(4, 5)}`, data(1, 5))

for (const status of [204, 401])
  test(`${status} of the next service is a proper end`, async t => {
    const [first, second] = [await replica(t, honours(3)), await replica(t)]
    second.status = status
    const {open} = await gateway(t, {replicas: [first, second]})
    const client = await open()
    await client.until(3)
    await first.kill()
    await client.over()
    t.is(client.ended, 'whole')
  })

test('a client that leaves while nobody answers leaves nothing behind', async t => {
  const service = await replica(t, honours(3))
  const {open, accesses, audits} = await gateway(t, {replicas: [service], params: {maxFailoverAttempts: '100'}})
  const client = await open()
  await client.until(3)
  await service.kill()
  client.response.destroy()
  while (!accesses.some(line => line['event'] === 'end')) await new Promise(resolve => setImmediate(resolve))
  t.deepEqual(audits(), [])
})

test('event: ends a lost stream with an event that its clients know', async t => {
  const service = await replica(t, () => 'data: {"a":1}\n\ndata: {"b')
  const {open} = await gateway(t, {
    replicas: [service],
    params: {'sse.resume': 'none', 'sse.on.loss': 'event:error {"error":{"message":"lost"}}'},
  })
  const client = await open()
  await client.until(1)
  await service.kill()
  await client.over()
  t.is(client.text, 'data: {"a":1}\n\nevent: error\ndata: {"error":{"message":"lost"}}\n\n')
  t.is(client.ended, 'whole')
})

for (const [name, idle] of Object.entries({'is killed': '0', 'falls silent': '3s'}))
  test.serial(`1,000 streams of a service that ${name} go on`, async t => {
    t.timeout(240_000)
    const COUNT = 1000
    const [first, second] = [await replica(t, honours(3)), await replica(t, honours(6))]
    // On a machine that is slow for long each may need several attempts.
    const ha = 'enabled=true;failoverSleep=50;maxFailoverAttempts=50'
    const {open, audits} = await gateway(t, {replicas: [first, second], params: {'sse.idle.timeout': idle}, ha})
    const alive = [first, second].map(one => setInterval(() => one.send(':\n\n'), 300))
    t.teardown(() => alive.forEach(clearInterval))
    const clients: EventClient[] = []
    while (clients.length < COUNT) clients.push(...(await Promise.all(Array.from({length: 50}, () => open()))))
    await Promise.all(clients.map(client => client.until(3)))
    const began = performance.now()
    clearInterval(alive[0])
    await losses[name]?.(first)
    await Promise.all(clients.map(client => client.until(6)))
    t.log(`${Math.round(performance.now() - began)} ms until the last of them went on`)
    for (const client of clients) t.deepEqual(client.data, data(1, 6))
    // A process that is slow for seconds finds the second silent too: then some go on once more.
    for (const count of [second.asked.length, audits().length]) t.true(count >= COUNT, String(count))
    for (const client of clients) client.response.destroy()
  })

for (const resume of ['none', 'last-event-id'])
  test.serial(`a client that does not read slows its service, with sse.resume ${resume}; nothing is lost`, async t => {
    const LENGTH = 4000
    const filler = 'x'.repeat(16_000)
    const one = (id: number) => event(id, `${id} ${filler}`)
    const service = await replica(t, () => event(0))
    const {open} = await gateway(t, {
      replicas: [service],
      params: {'sse.resume': resume, 'sse.on.loss': resume === 'none' ? 'abort' : 'resume'},
    })
    const client = await open()
    await client.until(1)
    client.response.pause()
    let sent = 0
    const [stream] = service.streams
    const pump = () => {
      while (sent < LENGTH) if (stream?.write(one(++sent)) !== true) return
      stream?.end()
    }
    stream?.on('drain', pump)
    pump()
    const stopped = await standstill(() => sent)
    t.log(
      `stopped after ${((stopped * filler.length) / 1024 ** 2).toFixed(1)} MB of ${((LENGTH * filler.length) / 1024 ** 2).toFixed(0)}`,
    )
    t.true(stopped < LENGTH / 2)
    client.response.resume()
    await client.over()
    t.is(client.ended, 'whole')
    t.deepEqual(
      client.events.map(({id}) => Number(id)),
      Array.from({length: LENGTH + 1}, (_, i) => i),
    )
  })
