import test from 'ava'
import {Figures} from '../../gateway/streams/figures.js'
import {Histogram} from '../../gateway/streams/histogram.js'
import {flowing, opened} from './harness.js'

test('events and bytes that passed are counted, the gateway’s own as given', t => {
  const {service, streams, clock} = flowing({policy: {retry: 3000, keepaliveInterval: 1000}})
  service.send('data: a\n\ndata: b\n\n:c\n\ndata: ha')
  service.send('lf\n\n')
  clock.turn(1100)
  const [figures] = streams.figureRecords()
  const sent = 'data: a\n\ndata: b\n\n:c\n\ndata: half\n\n'.length
  const own = 'retry: 3000\n\n:keepalive\n\n'.length
  t.like(figures, {topology: 't', service: 'X', endpoint: 'http://one', open: 1, begun: 1, keepalives: 1})
  t.deepEqual(figures?.events, {in: 3, out: 3})
  t.deepEqual(figures?.bytes, {in: sent, out: sent + own})
})

test('the time to the first event, and the gaps between events', t => {
  const {service, streams, clock} = flowing()
  service.send(':c\n\n')
  clock.turn(200)
  service.send('data: a\n\n')
  clock.turn(2000)
  service.send('data: b\n\ndata: c\n\n')
  const [figures] = streams.figureRecords()
  t.like(figures?.firstEvent, {count: 1, sum: 200})
  t.like(figures?.gap, {count: 2, sum: 2000})
  t.like(figures?.gap.atMost, {'10': 1, '1000': 1, '5000': 2, '+Inf': 2})
})

test('a stream that goes on elsewhere counts there', t => {
  const {service, streams, exchange} = flowing()
  service.send('data: a\n\n')
  exchange.notes.endpoint = 'http://two'
  service.send('data: b\n\n')
  t.deepEqual(
    streams.figureRecords().map(({endpoint, open, begun, events}) => [endpoint, open, begun, events.out]),
    [
      ['http://one', 0, 1, 1],
      ['http://two', 1, 0, 1],
    ],
  )
  service.into?.end()
  t.is(streams.figures.of(exchange.notes).ends.service, 1)
})

test('a lost service is told as a loss, also when the stream ends properly', t => {
  const {service, streams, exchange} = flowing()
  exchange.notes.lost = true
  service.into?.end()
  t.is(streams.figures.of(exchange.notes).ends.loss, 1)
})

test('a response that does not flow began no stream', t => {
  const {streams, start} = opened()
  t.is(streams.figureRecords()[0]?.begun, 0)
  start()
  t.is(streams.figureRecords()[0]?.begun, 1)
})

test('figures stay when the last stream of a place is over', t => {
  const figures = new Figures()
  const place = {topology: 't', service: 'X', endpoint: ''}
  figures.of(place).refusals++
  figures.of({...place}).refusals++
  t.like(figures.records([]), [{...place, open: 0, refusals: 2}])
})

test('a histogram counts what is as long as a bound below it', t => {
  const histogram = new Histogram()
  for (const ms of [0, 10, 10.1, 300_000, 300_001]) histogram.add(ms)
  histogram.add(50, 3)
  t.deepEqual(histogram.record(), {
    count: 8,
    sum: 600_171,
    atMost: {'10': 2, '50': 6, '250': 6, '1000': 6, '5000': 6, '15000': 6, '60000': 6, '300000': 7, '+Inf': 8},
  })
})
