import test from 'ava'
import type {BalancingPolicy, HealthPolicy} from '../../gateway/ha/balancing-policy.js'
import type {Member} from '../../gateway/ha/endpoint.js'
import {type EndpointPool, endpointPool} from '../../gateway/ha/endpoint-pool.js'
import {goneSource} from '../../gateway/pipeline/gone.js'
import {type Asking, exchange, failover} from '../dispatch/fakes.js'
import {testClock} from '../helpers/clock.js'

const KEYS = Array.from({length: 10_000}, (_, i) => `user-${i}`)
const urls = (count: number) => Array.from({length: count}, (_, i) => `http://h${i + 1}:80`)

interface Making {
  readonly balancing?: Partial<BalancingPolicy>
  readonly health?: Partial<HealthPolicy>
  readonly urls?: readonly string[]
}

/** A pool with a clock to turn, and the states that it told. */
function made({balancing = {}, health, urls: given = urls(3)}: Making = {}) {
  const clock = testClock()
  const told: string[] = []
  const policy = {
    ...failover,
    enableLoadBalancing: true,
    balancing: {method: 'round-robin' as const, hashOn: 'principal' as const, weights: [], ...balancing},
    ...(health && {health: {ejectAfter: 1, ejectionTime: 1000, slowStart: 0, ...health}}),
  }
  const changed = ({url, state, cause}: Member) => told.push(`${given.indexOf(url) + 1} ${state}: ${cause}`)
  return {pool: endpointPool(given, policy, {now: clock.now, changed}), clock, told}
}

const pick = (pool: EndpointPool, asking: Asking = {}) => pool.pick(exchange(asking), [])
const urlFor = (pool: EndpointPool, user: string) => pick(pool, {principal: user})?.url ?? ''
const numbers = (pool: EndpointPool, count: number, asking: Asking = {}) =>
  Array.from({length: count}, () => urls(9).indexOf(pick(pool, asking)?.url ?? '') + 1).join('')

const inOrder = (numbers: string) => [...numbers].sort().join('')

function fail(pool: EndpointPool, number: number, cause = 'connect') {
  const endpoint = pool.endpoints.find(({url}) => url === urls(9)[number - 1])
  if (endpoint) pool.failed(endpoint, cause)
}

function succeed(pool: EndpointPool, number: number) {
  const endpoint = pool.endpoints.find(({url}) => url === urls(9)[number - 1])
  if (endpoint) pool.succeeded(endpoint)
}

function counts(found: readonly string[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const url of found) sums.set(url, (sums.get(url) ?? 0) + 1)
  return sums
}

test('round robin takes each in turn, one of twice the weight twice, but not on end', t => {
  t.is(numbers(made().pool, 7), '1231231')
  t.is(numbers(made({balancing: {weights: [3, 1, 2]}}).pool, 12), '131231131231')
})

test('least streams takes who has fewest open, by weight, until the exchange is gone', t => {
  const {pool} = made({balancing: {method: 'least-streams', weights: [2]}})
  const exchanges = Array.from({length: 8}, () => ({...exchange(), gone: goneSource()}))
  const taken = exchanges.map(each => pool.pick(each, [])?.url)
  t.deepEqual([...counts(taken.map(String))].sort(), [
    ['http://h1:80', 4],
    ['http://h2:80', 2],
    ['http://h3:80', 2],
  ])
  exchanges.forEach(({gone}, i) => {
    if (taken[i] === 'http://h3:80') gone.set()
  })
  t.is(numbers(pool, 2), '33')
})

test('least streams: an exchange that goes on elsewhere is no longer where it was', t => {
  const {pool} = made({balancing: {method: 'least-streams'}, urls: urls(2)})
  const [one, two] = [exchange(), exchange()]
  const first = pool.pick(one, [])
  const other = first && pool.pick(one, [first])
  t.not(other, first)
  t.is(pool.pick(two, []), first)
})

test('least streams: short requests one after the other are for all', t => {
  const {pool} = made({balancing: {method: 'least-streams'}})
  const found = Array.from({length: 300}, () => {
    const gone = goneSource()
    const {url} = pick(pool, {gone}) ?? {url: ''}
    gone.set()
    return url
  })
  t.true([...counts(found).values()].every(count => count === 100))
})

test('each of 10,000 keys goes to the same endpoint in two pools, in whatever order their URLs are', t => {
  const one = made({balancing: {method: 'hash'}, urls: urls(100)}).pool
  const other = made({balancing: {method: 'hash'}, urls: urls(100).toReversed()}).pool
  for (const key of KEYS) if (urlFor(one, key) !== urlFor(other, key)) return t.fail(key)
  const shares = [...counts(KEYS.map(key => urlFor(one, key))).values()]
  t.is(shares.length, 100)
  t.true(Math.max(...shares) < 150 && Math.min(...shares) > 60, String(shares))
})

test('an endpoint that is removed moves its own keys only, to all others', t => {
  const one = made({balancing: {method: 'hash'}, urls: urls(9)}).pool
  const less = made({balancing: {method: 'hash'}, urls: urls(8)}).pool
  const moved = KEYS.filter(key => urlFor(one, key) !== urlFor(less, key))
  t.true(moved.every(key => urlFor(one, key) === 'http://h9:80'))
  t.true(Math.abs(moved.length - KEYS.length / 9) < 200, String(moved.length))
  t.is(counts(moved.map(key => urlFor(less, key))).size, 8)
})

test('an endpoint that is left out moves its own keys only, and has them again', t => {
  const {pool, clock} = made({balancing: {method: 'hash'}, health: {}, urls: urls(5)})
  const before = new Map(KEYS.map(key => [key, urlFor(pool, key)]))
  fail(pool, 2)
  for (const [key, url] of before) t.is(urlFor(pool, key) === url, url !== 'http://h2:80', key)
  clock.turn(1000)
  const [key = ''] = [...before].find(([, url]) => url === 'http://h2:80') ?? []
  t.is(urlFor(pool, key), 'http://h2:80')
  succeed(pool, 2)
  for (const [key, url] of before) t.is(urlFor(pool, key), url)
})

test('a weight of three has three times as many keys', t => {
  const {pool} = made({balancing: {method: 'hash', weights: [3]}})
  const share = counts(KEYS.map(key => urlFor(pool, key))).get('http://h1:80') ?? 0
  t.true(Math.abs(share - 6000) < 250, String(share))
})

for (const [hashOn, asking] of [
  ['header:x-user-id', {headers: ['X-User-ID', 'alice']}],
  ['header:x-forwarded-for', {forwarded: ['X-Forwarded-For', 'alice']}],
  ['cookie:room', {headers: ['Cookie', 'a=b; room=alice']}],
] as const)
  test(`hash goes by ${hashOn}, as by the same principal; what has none takes its turn`, t => {
    const {pool} = made({balancing: {method: 'hash', hashOn}, urls: urls(9)})
    const ofPrincipal = made({balancing: {method: 'hash'}, urls: urls(9)}).pool
    const url = urlFor(ofPrincipal, 'alice')
    for (let i = 0; i < 3; i++) t.is(pick(pool, asking)?.url, url)
    t.is(numbers(pool, 9), '123456789')
  })

test('hash by principal: anonymous is nobody, and takes its turn', t => {
  const {pool} = made({balancing: {method: 'hash'}})
  t.is(numbers(pool, 6, {principal: 'anonymous'}), '123123')
})

test('an endpoint that fails too often in a row is left out; never the last one', t => {
  const {pool, told} = made({health: {ejectAfter: 2}})
  fail(pool, 1)
  succeed(pool, 1)
  fail(pool, 1)
  t.is(numbers(pool, 3), '123')
  fail(pool, 1, 'timeout-response')
  t.is(numbers(pool, 4), '2323')
  for (const number of [2, 2, 3, 3, 3]) fail(pool, number)
  t.is(numbers(pool, 2), '33')
  t.deepEqual(told, ['1 ejected: timeout-response', '2 ejected: connect'])
})

test('when its time is over one request tries it, one that can be sent again', t => {
  const {pool, clock, told} = made({health: {}, urls: urls(2)})
  fail(pool, 1)
  clock.turn(999)
  t.is(numbers(pool, 3), '222')
  clock.turn(1)
  t.is(numbers(pool, 3, {method: 'POST'}), '222')
  t.is(inOrder(numbers(pool, 4)), '1222')
  fail(pool, 1, 'sent')
  clock.turn(1999)
  t.is(numbers(pool, 3), '222')
  clock.turn(1)
  t.is(inOrder(numbers(pool, 4)), '1222')
  succeed(pool, 1)
  t.is(inOrder(numbers(pool, 4)), '1122')
  t.deepEqual(told, [
    '1 ejected: connect',
    '1 probing: a request tries it',
    '1 ejected: sent',
    '1 probing: a request tries it',
    '1 up: it answers again',
  ])
})

test('a check that finds it well brings it back when its time is over: perhaps nobody asks', t => {
  const {pool, clock, told} = made({health: {}, urls: urls(2)})
  const [first] = pool.endpoints
  if (first === undefined) return t.fail()
  fail(pool, 1)
  pool.checked(first, true, 'check')
  t.is(numbers(pool, 2), '22')
  clock.turn(1000)
  pool.checked(first, true, 'check')
  t.is(inOrder(numbers(pool, 4)), '1122')
  pool.checked(first, false, 'check')
  pool.checked(first, false, 'check')
  t.deepEqual(told, ['1 ejected: connect', '1 up: check', '1 down: check'])
})

test('while several are left out, or wait for a probe, others have their turns; when all are, all are asked', t => {
  const {pool, clock} = made({health: {}, urls: urls(4)})
  fail(pool, 1)
  clock.turn(600)
  fail(pool, 2)
  clock.turn(400)
  t.is(inOrder(numbers(pool, 4, {method: 'POST'})), '3344')
  t.is(inOrder(numbers(pool, 5)), '13344')
  for (const endpoint of pool.endpoints) pool.checked(endpoint, false, 'check')
  t.is(inOrder(numbers(pool, 4)), '1234')
})

test('user agents without balancing leave an endpoint that is down', t => {
  const {pool} = made({health: {}, urls: urls(2)})
  const headers = ['User-Agent', 'ClouderaODBCDriverforApacheHive']
  const pinned = endpointPool(urls(2), {...agentPolicy, health: {ejectAfter: 1, ejectionTime: 1000, slowStart: 0}})
  const [first] = pinned.endpoints
  t.is(numbers(pinned, 2, {headers}), '11')
  if (first) pinned.checked(first, false, 'check')
  t.is(numbers(pinned, 2, {headers}), '22')
  t.is(numbers(pool, 2), '12')
})

const agentPolicy = {
  ...failover,
  enableLoadBalancing: true,
  disableLoadBalancingForUserAgents: ['ClouderaODBCDriverforApacheHive'],
}

test('a probe that tells nothing is followed by another', t => {
  const {pool, clock} = made({health: {}, urls: urls(2)})
  fail(pool, 1)
  clock.turn(1000)
  t.is(inOrder(numbers(pool, 3)), '122')
  clock.turn(1000)
  t.is(inOrder(numbers(pool, 3)), '122')
})

for (const method of ['round-robin', 'least-streams', 'hash'] as const)
  test(`${method}: an endpoint that is back gets no burst: its part grows`, t => {
    const {pool, clock, told} = made({balancing: {method}, health: {slowStart: 10_000}, urls: urls(5)})
    let nth = 0
    const some = (count: number) =>
      counts(Array.from({length: count}, () => urlFor(pool, `user-${nth++}`))).get('http://h1:80') ?? 0
    some(1000)
    fail(pool, 1)
    some(1000)
    clock.turn(1000)
    while (urlFor(pool, `user-${nth++}`) !== 'http://h1:80');
    succeed(pool, 1)
    const seconds = Array.from({length: 10}, () => {
      const got = some(500)
      clock.turn(1000)
      return got
    })
    // With least streams what it lacks is made up for as well: as many as the others have, at most.
    const full = method === 'least-streams' ? 2000 / 10 + 100 : 100
    seconds.forEach((got, i) => {
      t.true(got <= (method === 'least-streams' ? full * 1.3 : (full * (i + 1)) / 10) + 25, `${i}: ${seconds}`)
    })
    t.true(Math.max(...seconds.slice(0, 2)) < full / 2, String(seconds))
    t.true((seconds.at(-1) ?? 0) > full * 0.6, String(seconds))
    t.regex(told.at(-1) ?? '', /1 warming: it answers again|1 up: it has all of its part/)
  })

const placed = (...addresses: readonly string[]) => addresses.map(address => ({url: 'http://n:80', address, weight: 1}))
const namesOf = (pool: EndpointPool, count: number) =>
  Array.from({length: count}, () => pick(pool)?.address ?? '').sort()

test('endpoints that stay are as they were, one that comes begins small, and those that left are told', t => {
  const {pool, told} = made({health: {ejectionTime: 60_000, slowStart: 10_000}, urls: ['http://n:80']})
  t.deepEqual(
    pool.replace(placed('1', '2', '3'), false).map(({name}) => name),
    ['http://n:80'],
  )
  t.deepEqual(told, [])
  t.deepEqual(namesOf(pool, 6), ['1', '1', '2', '2', '3', '3'])
  const [first] = pool.endpoints
  if (first) pool.failed(first, 'connect')
  t.deepEqual(
    pool.replace(placed('4', '2', '1'), true).map(({name}) => name),
    ['http://n:80 at 3'],
  )
  t.deepEqual(
    pool.endpoints.map(({name, state}) => `${name} ${state}`),
    ['http://n:80 at 4 warming', 'http://n:80 at 2 up', 'http://n:80 at 1 ejected'],
  )
  t.deepEqual(new Set(namesOf(pool, 50)), new Set(['2']))
})

test('a weight that changes counts from then on', t => {
  const {pool} = made({urls: ['http://n:80']})
  pool.replace(placed('1', '2'), false)
  pool.replace(
    placed('1', '2').map((place, i) => ({...place, weight: 1 + 2 * i})),
    true,
  )
  t.deepEqual(namesOf(pool, 4), ['1', '2', '2', '2'])
})

test('keys go to the same address in two pools, whatever order the answers had', t => {
  const [one, other] = [1, 2].map(() => made({balancing: {method: 'hash'}, urls: ['http://n:80']}).pool)
  one?.replace(placed('1', '2', '3', '4'), false)
  other?.replace(placed('3', '4', '1', '2'), false)
  const addressFor = (pool: EndpointPool | undefined, key: string) => pool && pick(pool, {principal: key})?.address
  t.true(KEYS.every(key => addressFor(one, key) === addressFor(other, key)))
  t.is(new Set(KEYS.map(key => addressFor(one, key))).size, 4)
})
