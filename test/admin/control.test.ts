import test from 'ava'
import {control} from '../../gateway/admin/control.js'
import {flowing} from '../streams/harness.js'

const loopDelay = {record: () => ({median: 0, p99: 1, max: 2})}

const endpoint = {
  service: 'X',
  endpoint: 'http://h:1',
  state: 'up',
  since: '',
  cause: '',
  weight: 1,
  streams: 0,
} as const
const endpoints = () => ['t', 'u'].map(topology => ({...endpoint, topology}))

function opened() {
  const first = flowing()
  const {streams} = first
  const other = flowing({streams, method: 'POST'})
  Object.assign(other.exchange.notes, {topology: 'u', service: 'Y', user: 'ann b'})
  return {first, other, streams, ask: control({streams, loopDelay, endpoints})}
}

const lists = test.macro({
  exec(t, query: string, expected: readonly number[]) {
    const {content} = opened().ask('GET', `/streams${query}`)
    t.deepEqual(
      (content as {streams: {id: number}[]}).streams.map(({id}) => id),
      expected,
    )
  },
  title: (_, query) => `/streams${query}`,
})

test(lists, '', [1, 2])
test(lists, '?', [1, 2])
test(lists, '?topology=t', [1])
test(lists, '?service=Y', [2])
test(lists, '?user=ann+b', [2])
test(lists, '?topology=t&service=Y', [])
test(lists, '?topology=', [])

test('one stream is told, and ended as it can be', t => {
  const {first, other, ask} = opened()
  first.service.send('id: 1\ndata: a\n\n')
  t.like(ask('GET', '/streams/1'), {status: 200, content: {id: 1, topology: 't', events: 1}})
  t.deepEqual(ask('DELETE', '/streams/1'), {status: 200, content: {ended: 'between-events'}})
  first.clock.turn(100)
  t.is(first.client.ended, 'whole')
  t.deepEqual(ask('DELETE', '/streams/2'), {status: 200, content: {ended: 'broken-off'}})
  t.true(other.client.ended instanceof Error)
  t.deepEqual(ask('DELETE', '/streams/2'), {status: 404, content: {error: 'there is no open stream 2'}})
})

test('figures tell of streams and of the event loop', t => {
  const {ask, streams} = opened()
  t.deepEqual(ask('GET', '/figures'), {
    status: 200,
    content: {loopDelay: {median: 0, p99: 1, max: 2}, streams: streams.figureRecords()},
  })
})

test('endpoints are told, of a topology or of a service', t => {
  const {ask} = opened()
  t.deepEqual(ask('GET', '/endpoints'), {status: 200, content: {endpoints: endpoints()}})
  t.deepEqual(ask('GET', '/endpoints?topology=u').content, {endpoints: [{...endpoint, topology: 'u'}]})
  t.deepEqual(ask('GET', '/endpoints?service=Y').content, {endpoints: []})
})

const refused = test.macro({
  exec(t, method: string, target: string, status: number) {
    t.is(opened().ask(method, target).status, status)
  },
  title: (_, method, target, status) => `${method} ${target} is ${status}`,
})

test(refused, 'GET', '/streams/3', 404)
test(refused, 'GET', '/streams/x', 404)
test(refused, 'GET', '/streams/%zz', 404)
test(refused, 'GET', '//', 404)
test(refused, 'GET', '', 404)
test(refused, 'POST', '/figures', 405)
test(refused, 'DELETE', '/streams', 405)
