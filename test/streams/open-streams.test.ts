import test from 'ava'
import {OpenStreams} from '../../gateway/streams/open-streams.js'
import type {StreamEnd} from '../../gateway/streams/stream-record.js'
import {testClock} from '../helpers/clock.js'
import {flowing, type Opened, type Opening} from './harness.js'

test('an open stream is told with what passed, until it is over', t => {
  const {service, streams, gone} = flowing({request: ['Last-Event-ID', '4']})
  t.like(streams.records(), [{id: 1, events: 0, bytes: 0, lastEventId: '4', returnable: true, state: 'open'}])
  service.send('id: 5\ndata: a\n\ndata: b\n\nid: 6\n')
  t.like(streams.record(1), {
    request: 'request-1',
    client: '127.0.0.1',
    topology: 't',
    service: 'X',
    endpoint: 'http://one',
    events: 2,
    bytes: 30,
    lastEventId: '5',
  })
  gone.set()
  t.is(streams.record(1), undefined)
  t.deepEqual(streams.records(), [])
})

test('since when it is open is told by the time of day', t => {
  const {clock, streams} = flowing()
  clock.turn(60_000)
  t.is(clock.date() - Date.parse(streams.record(1)?.since ?? ''), 60_000)
})

test('IDs are not used again', t => {
  const {gone, streams} = flowing()
  gone.set()
  flowing({streams})
  t.deepEqual(
    streams.records().map(({id}) => id),
    [2],
  )
})

test('a client that takes no more is waited for', t => {
  const {service, client, streams} = flowing()
  client.full = true
  service.send('data: a\n\n')
  service.into?.drained(() => {})
  t.is(streams.record(1)?.state, 'waiting')
  client.again?.()
  t.is(streams.record(1)?.state, 'open')
})

test('a returnable stream is ended between two events, and comes back', t => {
  const {service, client, clock, streams} = flowing()
  service.send('id: 1\ndata: a\n\ndata: ha')
  t.is(streams.end(1), 'between-events')
  t.is(streams.record(1)?.state, 'ending')
  clock.turn(200)
  t.is(client.ended, 'no')
  service.send('lf\n\ndata: more\n\n')
  t.is(client.text, 'id: 1\ndata: a\n\ndata: half\n\nretry: 1750\n\n')
  t.is(client.ended, 'whole')
  t.is(streams.end(1), undefined)
})

test('any other is broken off', t => {
  const {service, client, streams} = flowing({method: 'POST'})
  service.send('id: 1\ndata: a\n\n')
  t.is(streams.end(1), 'broken-off')
  t.true(client.ended instanceof Error)
})

const ends = test.macro({
  exec(t, why: StreamEnd, end: (opened: Opened) => unknown, opening: Opening = {}) {
    const opened = flowing(opening)
    opened.service.send('id: 1\ndata: a\n\n')
    end(opened)
    opened.clock.turn(200)
    t.is(opened.streams.count, 0)
    const [figures] = opened.streams.figureRecords()
    t.is(figures?.begun, 1)
    t.deepEqual(
      Object.entries(figures?.ends ?? {}).filter(([, count]) => count > 0),
      [[why, 1]],
    )
  },
  title: (_, why) => `how it ended is counted: ${why}`,
})

test(ends, 'client', ({gone}) => gone.set())
test(ends, 'service', ({service}) => service.into?.end())
test(ends, 'loss', ({service}) => service.into?.fail(new Error('reset')))
test(ends, 'drain', ({streams}) => void streams.drain(100))
test(ends, 'operator', ({streams}) => streams.end(1))
test(ends, 'timeout', ({clock}) => clock.turn(1000), {policy: {maxDuration: 500}})
test(
  ends,
  'slow',
  ({service, client, clock}) => {
    client.full = true
    service.send('data: b\n\n')
    clock.turn(2000)
  },
  {policy: {writeTimeout: 1000}},
)

test('a silent service counts as lost', t => {
  const {streams, clock} = flowing({policy: {idleTimeout: 500}})
  clock.turn(1000)
  t.is(streams.figureRecords()[0]?.ends.loss, 1)
})

test('one that begins while others are drained is known as well', t => {
  const streams = new OpenStreams(testClock(), () => 0.5)
  flowing({streams})
  void streams.drain(1000)
  flowing({streams, policy: {returnable: true}})
  t.deepEqual(
    streams.records().map(({id, state}) => [id, state]),
    [
      [1, 'ending'],
      [2, 'ending'],
    ],
  )
})

test('one that begins when no other was left to drain ends with the drain, too', async t => {
  const clock = testClock()
  const streams = new OpenStreams(clock, () => 0.5)
  await streams.drain(1000)
  const late = flowing({clock, streams, policy: {returnable: true}})
  clock.turn(600)
  t.is(late.client.ended, 'whole')
})

test('5,000 streams drained over 60 s: no second sees more than 1.5 times its share', t => {
  const clock = testClock()
  const streams = new OpenStreams(clock)
  for (let i = 0; i < 5000; i++) flowing({clock, streams, policy: {returnable: true}})
  void streams.drain(60_000)
  const perSecond = Array.from({length: 60}, () => {
    const before = streams.count
    clock.turn(1000)
    return before - streams.count
  })
  t.true(Math.max(...perSecond) <= (1.5 * 5000) / 60, perSecond.join(' '))
  t.is(streams.ends.drain, 5000)
})
