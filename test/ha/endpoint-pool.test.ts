import {createHash} from 'node:crypto'
import test from 'ava'
import type {Endpoint} from '../../gateway/ha/endpoint.js'
import {type EndpointPool, endpointPool} from '../../gateway/ha/endpoint-pool.js'
import type {FailoverPolicy} from '../../gateway/ha/failover-policy.js'
import {exchange, failover as plain} from '../dispatch/fakes.js'

const URLS = ['http://h:1/a', 'http://h:2/b', 'http://h:3/c']
const SCOPE = {path: '/gateway/sandbox', secure: false}

const balanced = {...plain, enableLoadBalancing: true}
const sticky = {...balanced, enableStickySession: true}

const mark = (url: string) => createHash('sha256').update(url).digest('hex')
const cookie = (url: string) => ['Cookie', `a=b; KNOX_BACKEND-ROLE=${mark(url)}`]
const pool = (policy?: FailoverPolicy) => endpointPool(URLS, policy)
const asking = (headers: readonly string[] = []) => exchange({headers})
const picks = (from: EndpointPool, count: number, headers: readonly string[] = []) =>
  Array.from({length: count}, () => URLS.indexOf(from.pick(asking(headers), [])?.url ?? '') + 1).join('')

function fail(from: EndpointPool, number: number): void {
  const endpoint = from.endpoints.find(({url}) => url === URLS[number - 1])
  if (endpoint) from.failed(endpoint, 'connect')
}

test('without HA the first URL serves, whatever fails', t => {
  const one = pool()
  t.is(picks(one, 2), '11')
  fail(one, 1)
  t.is(picks(one, 2), '11')
})

test('without balancing the head serves until it fails; then it is the last', t => {
  const one = pool(plain)
  t.is(picks(one, 3), '111')
  fail(one, 1)
  t.is(picks(one, 2), '22')
  fail(one, 1)
  t.is(one.active?.url, URLS[1])
  t.is(picks(one, 1), '2')
  fail(one, 2)
  fail(one, 3)
  t.is(picks(one, 1), '1')
  t.deepEqual(
    one.endpoints.map(({url}) => url),
    URLS,
  )
})

test('balancing moves on with every request', t => {
  t.is(picks(pool(balanced), 7), '1231231')
})

test('user agents without balancing stay with one endpoint until it fails', t => {
  const one = pool({...balanced, disableLoadBalancingForUserAgents: ['ODBC', 'Foo']})
  const odbc = ['User-Agent', 'my ODBC driver']
  t.is(picks(one, 2, odbc), '11')
  t.is(picks(one, 2), '12')
  t.is(picks(one, 2, ['user-agent', 'Foo/1']), '11')
  fail(one, 1)
  t.is(picks(one, 2, odbc), '33')
  t.is(picks(one, 2, ['User-Agent', 'odbc']), '31')
})

test('a sticky cookie decides, unless balancing is off or the attempt has failed', t => {
  const one = pool(sticky)
  t.is(picks(one, 2, cookie(URLS[2] ?? '')), '33')
  t.is(picks(one, 2), '12')
  t.is(one.pick(asking(cookie(URLS[0] ?? '')), one.endpoints.slice(1))?.url, URLS[2])
  t.is(picks(pool({...sticky, enableLoadBalancing: false}), 1, cookie(URLS[2] ?? '')), '1')
})

test('the sticky cookie names who served, unless the client has it already', t => {
  const one = pool(sticky)
  const [first, second] = one.endpoints
  if (!first || !second) return t.fail()
  const value = `KNOX_BACKEND-ROLE=${mark(URLS[0] ?? '')}; Path=/gateway/sandbox; HttpOnly`
  t.is(one.stickyCookie([], 0, first, SCOPE), value)
  t.is(one.stickyCookie(['Cookie', 'KNOX_BACKEND-ROLE=deadbeef'], 0, first, SCOPE), value)
  t.is(one.stickyCookie(cookie(first.url), 0, first, SCOPE), undefined)
  t.truthy(one.stickyCookie(cookie(first.url), 1, second, SCOPE)?.startsWith(`KNOX_BACKEND-ROLE=${mark(second.url)};`))
  t.regex(one.stickyCookie([], 0, first, {...SCOPE, secure: true}) ?? '', /; Secure/)
  t.is(pool(balanced).stickyCookie([], 0, first, SCOPE), undefined)
})

test('noFallback binds clients that bring the cookie', t => {
  t.true(pool({...sticky, noFallback: true}).isBound(cookie(URLS[0] ?? '')))
  t.false(pool({...sticky, noFallback: true}).isBound([]))
  t.false(pool(sticky).isBound(cookie(URLS[0] ?? '')))
  t.false(pool({...balanced, noFallback: true}).isBound(cookie(URLS[0] ?? '')))
})

for (const policy of [plain, balanced]) {
  test(`a request tries each once before any twice, whatever others do, balancing ${policy.enableLoadBalancing}`, t => {
    const one = pool(policy)
    const tried: Endpoint[] = []
    for (let i = 0; i < 3; i++) {
      const endpoint = one.pick(asking(), tried)
      if (endpoint === undefined || tried.includes(endpoint)) return t.fail()
      tried.push(endpoint)
      one.failed(endpoint, 'connect')
      for (let other = 0; other < 2; other++) {
        const theirs = one.pick(asking(), [])
        if (theirs) one.failed(theirs, 'connect')
      }
    }
    t.true(tried.includes(one.pick(asking(), tried) as Endpoint))
  })
}

test('a pool of one, and of none', t => {
  const one = endpointPool(['http://h:1'], sticky)
  const [only] = one.endpoints
  if (only) one.failed(only, 'connect')
  t.is(one.pick(asking(), one.endpoints)?.url, 'http://h:1')
  t.is(endpointPool([], sticky).pick(asking(), []), undefined)
  t.is(endpointPool([], undefined).pick(asking(), []), undefined)
})
