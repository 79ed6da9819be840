import test from 'ava'
import {OpenStreams} from '../../gateway/streams/open-streams.js'
import {toStreamResponse} from '../../gateway/streams/stream-response.js'
import {testClock} from '../helpers/clock.js'
import {Client, quiet, ServiceBody, testExchange} from './harness.js'

/** A stream of a client whose rights end after a minute. */
function expiring(headers: readonly string[]) {
  const clock = testClock()
  const streams = new OpenStreams(clock, () => 0)
  const service = new ServiceBody()
  const client = new Client()
  const principal = {name: 'alice', groups: [], expiresAt: clock.date() + 60_000}
  const exchange = {...testExchange({headers}), principal}
  const response = {status: 200, headers: ['Content-Type', 'text/event-stream'], body: service}
  toStreamResponse(response, exchange, quiet, streams).body.flow(client)
  return {clock, streams, service, client}
}

test('a stream that its client will come back for ends between two events when the rights end', t => {
  const {clock, streams, service, client} = expiring(['Last-Event-ID', '1'])
  service.send('data: a\n\ndata: b\n')
  clock.turn(59_900)
  t.is(client.ended, 'no')
  clock.turn(200)
  t.is(client.ended, 'no', 'in the middle of an event')
  service.send('\ndata: c\n\n')
  t.is(client.text, 'data: a\n\ndata: b\n\nretry: 500\n\n')
  t.is(client.ended, 'whole')
  t.is(streams.ends.expiry, 1)
  clock.turn(10_000)
  t.is(clock.pending, 0)
})

test('an event that does not end does not prolong them', t => {
  const {clock, streams, service, client} = expiring(['Last-Event-ID', '1'])
  service.send('data: a\n')
  clock.turn(61_200)
  t.true(client.ended instanceof Error)
  t.is(streams.ends.expiry, 1)
})

test('any other stream is broken off', t => {
  const {clock, streams, service, client} = expiring([])
  service.send('data: a\n\n')
  clock.turn(59_900)
  t.is(client.ended, 'no')
  clock.turn(200)
  t.true(client.ended instanceof Error)
  t.is(streams.ends.expiry, 1)
})

test('a stream that ended before is watched no longer', t => {
  const {clock, streams, service, client} = expiring([])
  service.into?.end()
  clock.turn(120_000)
  t.is(client.ended, 'whole')
  t.deepEqual([streams.ends.expiry, streams.ends.service, clock.pending], [0, 1, 0])
})
