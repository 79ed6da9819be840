import test from 'ava'
import {dnsSource, lookupSource, type NameSource, type Standing} from '../../gateway/dispatch/name-source.js'
import {Names} from '../../gateway/dispatch/names.js'
import {testClock} from '../helpers/clock.js'
import {testLookup} from '../helpers/lookup.js'
import {nameServer} from '../helpers/name-server.js'
import {tellingLog} from '../helpers/telling-log.js'

const settled = () => new Promise(resolve => setImmediate(resolve))
const lookup = lookupSource(testLookup)

test('names are those of the servers, with their times; what these do not know is looked up', async t => {
  const server = await nameServer(t)
  server.records.set('many.example', ['127.0.0.2', '127.0.0.3', '::1'])
  server.records.set('one.example', ['127.0.0.4'])
  server.ttl = 7
  const source = dnsSource([server.address], lookup)
  const {standing, ttl} = await source.addresses('many.example')
  t.deepEqual(standing.map(each => JSON.stringify(each)).sort(), [
    '{"address":"127.0.0.2"}',
    '{"address":"127.0.0.3"}',
    '{"address":"::1"}',
  ])
  t.is(ttl, 7000)
  t.is((await source.addresses('one.example')).standing.length, 1)
  t.deepEqual(await source.addresses('other.test'), {standing: [{address: '127.0.0.1'}], ttl: undefined})
  await t.throwsAsync(source.addresses('none.example'), {code: 'ENOTFOUND'})
})

test('records of services name hosts, ports and weights; only the lowest priority counts', async t => {
  const server = await nameServer(t)
  server.records.set('_sse._tcp.example', [
    {host: 'a.example', port: 8001, priority: 1, weight: 3},
    {host: 'b.example', port: 8002, priority: 1, weight: 0},
    {host: 'c.example', port: 8003, priority: 2},
  ])
  server.records.set('a.example', ['127.0.0.2'])
  server.records.set('b.example', ['127.0.0.3'])
  const {standing} = await dnsSource([server.address], lookup).services('_sse._tcp.example')
  t.deepEqual(
    standing.toSorted((one, other) => (one.target?.port ?? 0) - (other.target?.port ?? 0)),
    [
      {address: '127.0.0.2', target: {host: 'a.example', port: 8001, weight: 3}},
      {address: '127.0.0.3', target: {host: 'b.example', port: 8002, weight: 1}},
    ],
  )
  await t.throwsAsync(lookup.services('_sse._tcp.example'))
})

/** Names whose answers are those of a list, one after the other; the last one goes on. */
function following(answers: readonly (readonly string[] | Error)[], ttl: number | undefined = undefined) {
  const clock = testClock()
  const log = tellingLog()
  let asked = 0
  const source: NameSource = {
    addresses: async () => {
      const answer = answers[Math.min(asked++, answers.length - 1)] ?? []
      if (answer instanceof Error) throw answer
      return {standing: answer.map(address => ({address})), ttl}
    },
    services: () => Promise.reject(new Error('none')),
  }
  const told: string[] = []
  const tell = (standing: readonly Standing[]) => told.push(standing.map(({address}) => address).join(' '))
  const names = new Names({clock, log, source})
  const turn = async (ms: number) => {
    clock.turn(ms)
    await settled()
  }
  return {names, clock, log, told, tell, turn, asked: () => asked}
}

const policy = {kind: 'addresses', interval: 30_000} as const

test('a name is asked for from the start on, again when its answer is over, and told when it changes', async t => {
  const {names, told, tell, turn, asked} = following([
    ['2', '1'],
    ['1', '2'],
    ['1', '3'],
  ])
  names.follow('n', policy, tell)
  await turn(60_000)
  t.is(asked(), 0)
  await names.start()
  t.deepEqual(told, ['1 2'])
  await turn(30_000)
  t.is(asked(), 2)
  t.is(told.length, 1)
  await turn(30_000)
  t.deepEqual(told, ['1 2', '1 3'])
})

for (const [ttl, least] of [
  [5000, 5000],
  [0, 1000],
] as const)
  test(`an answer that holds for ${ttl} ms is asked for again after ${least}`, async t => {
    const {names, tell, turn, asked} = following([['1']], ttl)
    names.follow('n', policy, tell)
    await names.start()
    await turn(least - 1)
    t.is(asked(), 1)
    await turn(1)
    t.is(asked(), 2)
  })

test('while there is no answer the last one holds, which the log tells once', async t => {
  const {names, told, tell, turn, log} = following([['1'], new Error('no answer'), new Error('no answer'), ['2']])
  names.follow('n', policy, tell)
  await names.start()
  for (let i = 0; i < 3; i++) await turn(30_000)
  t.deepEqual(told, ['1', '2'])
  t.deepEqual(log.lines, [
    'a name is not found {"name":"n","cause":"Error: no answer"}',
    'a name is found again {"name":"n"}',
  ])
})

test('several follow a name that is asked for once, until the last has gone', async t => {
  const {names, told, tell, turn, asked, clock} = following([['1']])
  const stop = names.follow('n', policy, tell)
  await names.start()
  const stopOther = names.follow('N', policy, standing => tell(standing))
  t.deepEqual(told, ['1', '1'])
  stop()
  await turn(30_000)
  t.is(asked(), 2)
  stopOther()
  t.is(clock.pending, 0)
  names.follow('n', policy, tell)
  await settled()
  t.is(asked(), 3)
  names.close()
  t.is(clock.pending, 0)
})

test('a start does not wait for a server that does not answer', async t => {
  const clock = testClock()
  const source: NameSource = {addresses: () => new Promise(() => {}), services: () => new Promise(() => {})}
  const names = new Names({clock, log: tellingLog(), source})
  names.follow('n', policy, () => t.fail())
  const started = names.start()
  clock.turn(3000)
  await t.notThrowsAsync(started)
})
