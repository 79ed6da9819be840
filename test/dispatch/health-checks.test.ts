import test from 'ava'
import {printUrl} from '../../gateway/common/request-url.js'
import {HealthChecks} from '../../gateway/dispatch/health-checks.js'
import type {CheckPolicy} from '../../gateway/ha/balancing-policy.js'
import {endpointPool} from '../../gateway/ha/endpoint-pool.js'
import type {Gone} from '../../gateway/pipeline/exchange.js'
import type {ServiceRequest, Transport} from '../../gateway/pipeline/transport.js'
import {testClock} from '../helpers/clock.js'
import {type Deed, FakeTransport} from './fakes.js'

const policy: CheckPolicy = {
  path: '/health?deep=1',
  interval: 10_000,
  timeout: 2000,
  statuses: [[200, 299]],
  host: '',
  twoWay: false,
  healthy: 2,
  unhealthy: 3,
}

const endpointsOf = (...urls: readonly string[]) => endpointPool(urls, undefined).endpoints

/** Lets promises that are kept go on. */
const settled = () => new Promise(resolve => setImmediate(resolve))

interface Watching {
  readonly deeds: readonly Deed[]
  readonly policy?: Partial<CheckPolicy>
  readonly random?: number
}

/** Checks of one endpoint that answers so; the last deed goes on. */
function watching({deeds, policy: more, random = 0.5}: Watching) {
  const clock = testClock()
  const transport = new FakeTransport((_, nth) => deeds[Math.min(nth, deeds.length - 1)] ?? {})
  const checks = new HealthChecks({clock, transport, random: () => random})
  const [endpoint] = endpointsOf('https://h1:8443/base?x=1')
  const told: string[] = []
  if (endpoint === undefined) throw new Error('no endpoint')
  const stop = checks.watch(endpoint, {...policy, ...more}, (up, cause) => {
    if (!told.at(-1)?.startsWith(`${up}`)) told.push(`${up} ${cause}`)
  })
  const turn = async (ms: number) => {
    clock.turn(ms)
    await settled()
  }
  return {checks, clock, transport, told, stop, turn, endpoint}
}

test('nothing is asked before the start, and one thing after it: the path of the check at the URL’s host', async t => {
  const {checks, transport, turn} = watching({
    deeds: [{}],
    policy: {host: 'health.example', twoWay: true, http2: 'offered'},
  })
  await turn(60_000)
  t.is(transport.sent.length, 0)
  checks.start()
  await turn(500)
  const [request] = transport.sent
  t.is(request && printUrl(request.url), 'https://h1:8443/health?deep=1')
  t.like(request, {method: 'GET', stream: true, twoWay: true, http2: 'offered'})
  t.deepEqual(request?.headers.slice(0, 2), ['Host', 'health.example'])
})

test('the host of a check is that of the URL', async t => {
  const {checks, transport, turn} = watching({deeds: [{}]})
  checks.start()
  await turn(500)
  t.deepEqual(transport.sent[0]?.headers.slice(0, 2), ['Host', 'h1:8443'])
})

test('the first check decides alone, then so many in a row', async t => {
  const deeds = [
    {status: 503},
    {},
    {status: 404},
    {},
    {},
    'connect',
    'connect',
    {},
    'connect',
    'connect',
    'sent',
  ] as const
  const {checks, told, turn} = watching({deeds})
  checks.start()
  await turn(500)
  t.deepEqual(told, ['false check: status 503'])
  for (let i = 0; i < 4; i++) await turn(10_000)
  t.deepEqual(told.slice(1), ['true check: it is well'])
  for (let i = 0; i < 5; i++) await turn(10_000)
  t.is(told.length, 2)
  await turn(10_000)
  t.deepEqual(told.slice(2), ['false check: sent'])
})

test('statuses are those of the params', async t => {
  const {checks, told, turn} = watching({
    deeds: [{status: 429}],
    policy: {
      statuses: [
        [200, 204],
        [429, 429],
      ],
    },
  })
  checks.start()
  await turn(500)
  t.deepEqual(told, ['true check: it is well'])
})

test('a connection that the service had closed says nothing of it', async t => {
  const {checks, told, turn, transport} = watching({deeds: ['stale', 'stale', {}]})
  checks.start()
  await turn(500)
  t.deepEqual(told, ['true check: it is well'])
  t.is(transport.sent.length, 3)
})

test('checks come a tenth of the interval sooner or later', async t => {
  for (const [random, first, then] of [
    [0, 0, 9000],
    [1, 1000, 11_000],
  ] as const) {
    const {checks, transport, turn} = watching({deeds: [{}], random})
    checks.start()
    if (first > 0) await turn(first - 1)
    t.is(transport.sent.length, 0)
    await turn(first > 0 ? 1 : 0)
    t.is(transport.sent.length, 1)
    await turn(then - 1)
    t.is(transport.sent.length, 1)
    await turn(1)
    t.is(transport.sent.length, 2)
  }
})

test('an endpoint that does not answer in time has failed, and what was asked is given up', async t => {
  const clock = testClock()
  let asked: Gone | undefined
  const transport: Transport = {
    send: (_: ServiceRequest, gone) => {
      asked = gone
      return new Promise((_resolve, reject) => gone.on(() => reject(new Error('gone'))))
    },
    close: async () => {},
  }
  const checks = new HealthChecks({clock, transport, random: () => 0})
  const told: string[] = []
  const [endpoint] = endpointsOf('http://h1:1')
  if (endpoint) checks.watch(endpoint, policy, (up, cause) => told.push(`${up} ${cause}`))
  checks.start()
  clock.turn(0)
  clock.turn(1999)
  t.false(asked?.is)
  clock.turn(1)
  await settled()
  t.true(asked?.is)
  t.deepEqual(told, ['false check: no answer in time'])
})

test('an endpoint that several ask the same has one check, which ends with the last of them', async t => {
  const {checks, transport, turn, endpoint, stop, clock} = watching({deeds: [{status: 500}]})
  checks.start()
  await turn(500)
  const told: string[] = []
  const stopOther = checks.watch(endpoint, {...policy}, (up, cause) => told.push(`${up} ${cause}`))
  t.deepEqual(told, ['false check: status 500'])
  await turn(10_000)
  t.is(transport.sent.length, 2)
  stop()
  await turn(10_000)
  t.is(transport.sent.length, 3)
  const stopElse = checks.watch(endpoint, {...policy, path: '/else'}, () => {})
  await turn(500)
  t.is(transport.sent.length, 4)
  stopOther()
  stopElse()
  t.is(clock.pending, 0)
})

test('a check that is under way when its service goes tells nobody', async t => {
  const {checks, told, turn, stop, clock} = watching({deeds: [{status: 500}]})
  checks.start()
  clock.turn(500)
  stop()
  await turn(60_000)
  t.deepEqual(told, [])
  t.is(clock.pending, 0)
  checks.close()
})
