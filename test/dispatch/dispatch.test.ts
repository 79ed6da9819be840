import test from 'ava'
import {GatewayError} from '../../gateway/common/errors.js'
import {printUrl} from '../../gateway/common/request-url.js'
import {whitelistFor} from '../../gateway/dispatch/whitelist.js'
import {type Body, textBody} from '../../gateway/http/body.js'
import {valueOf, valuesOf} from '../../gateway/http/headers.js'
import {EndpointError, type EndpointFailure} from '../../gateway/pipeline/endpoint-error.js'
import {goneSource} from '../../gateway/pipeline/gone.js'
import {ServiceBody} from '../streams/harness.js'
import {type Deed, exchange, made, plan, textOf} from './fakes.js'

test('sends end-to-end fields with the Host of the service, and tells the request id', async t => {
  const {dispatch, transport} = made(() => ({}))
  const headers = [
    'Accept',
    'a',
    'Accept',
    'b',
    'Connection',
    'x-hop',
    'X-Hop',
    '1',
    'Authorization',
    'Basic x',
    'TE',
    'trailers',
    'Expect',
    '100-continue',
  ]
  const asked = exchange({headers, path: '/p?q=%2B'})
  await dispatch.dispatch(asked)
  const [sent] = transport.sent
  t.deepEqual(sent?.headers, ['Host', 'h1:1', 'Accept', 'a', 'Accept', 'b', 'X-Request-Id', 'id-1'])
  t.is(sent && printUrl(sent.url), 'http://h1:1/p?q=%2B')
  t.like(sent, {method: 'GET', connectTimeout: 1000, responseTimeout: 2000, idleTimeout: 2000, body: undefined})
  t.like(asked.notes, {endpoint: 'http://h1:1', attempts: 1})
})

test('headers follow the params, save what frames the message', async t => {
  const headers = {
    requestExclude: ['x-a', 'content-length', 'host', 'x-request-id'],
    responseExclude: ['x-out', 'transfer-encoding'],
    responseExcludeCookies: ['hadoop.auth', 'secure'],
    requestAppend: [['X-New', '1'] as const],
    actor: undefined,
  }
  const cookies = ['Set-Cookie', 'hadoop.auth=x; Path=/', 'set-cookie', 'b=1; Secure; Path=/']
  const {dispatch, transport} = made(() => ({headers: ['X-Out', '1', 'Content-Length', '0', ...cookies]}), {
    plan: {headers},
  })
  const asked = exchange({
    method: 'PUT',
    body: 'abc',
    headers: ['Content-Length', '3', 'x-A', '1', 'Authorization', 'b'],
  })
  const response = await dispatch.dispatch(asked)
  t.deepEqual(transport.sent[0]?.headers, ['Host', 'h1:1', 'Content-Length', '3', 'Authorization', 'b', 'X-New', '1'])
  t.is(transport.sent[0]?.text, 'abc')
  t.deepEqual(response.headers, ['Content-Length', '0', 'set-cookie', 'b=1; Path=/'])
})

test('what is appended takes the place of what the client sent', async t => {
  const requestAppend = [['authorization', 'Bearer ours'] as const, ['x-request-id', 'fixed'] as const]
  const {dispatch, transport} = made(() => ({}), {
    plan: {headers: {...plan.headers, requestExclude: [], requestAppend}},
  })
  await dispatch.dispatch(exchange({headers: ['Authorization', 'Bearer theirs', 'X-Request-Id', 'mine', 'X-A', '1']}))
  t.deepEqual(transport.sent[0]?.headers.slice(2), [
    ...['X-A', '1', 'authorization', 'Bearer ours', 'x-request-id', 'fixed'],
  ])
})

for (const [excluded, passed] of [
  [[], ['X-Forwarded-For', '1.1.1.1', 'X-Forwarded-Context', '/c']],
  [['x-forwarded-for'], ['X-Forwarded-Context', '/c']],
] as const)
  test(`what tells of the client goes to the service, without ${excluded}`, async t => {
    const {dispatch, transport} = made(() => ({}), {plan: {headers: {...plan.headers, requestExclude: excluded}}})
    const forwarded = ['X-Forwarded-For', '1.1.1.1', 'X-Forwarded-Context', '/c']
    await dispatch.dispatch(exchange({headers: ['Connection', 'X-Forwarded-Context, X-A', 'X-A', '1'], forwarded}))
    t.deepEqual(transport.sent[0]?.headers, ['Host', 'h1:1', ...passed, 'X-Request-Id', 'id-1'])
  })

test('an interim response reaches the client', async t => {
  const {dispatch} = made(() => ({}))
  const told: unknown[] = []
  await dispatch.dispatch(exchange({inform: (status, headers) => told.push(status, headers)}))
  t.deepEqual(told, [103, ['Link', 'x']])
})

test('a request id that the client brought is not told twice', async t => {
  const {dispatch, transport} = made(() => ({}))
  await dispatch.dispatch(exchange({headers: ['x-request-id', 'mine']}))
  t.deepEqual(valuesOf(transport.sent[0]?.headers ?? [], 'x-request-id'), ['mine'])
})

test('the service is told who the user is, and not by the client', async t => {
  const actor = {id: 'X-As', groupsPrefix: 'X-Of', groups: {pattern: '.*', longest: 1000}}
  const {dispatch, transport} = made(() => ({}), {plan: {headers: {...plan.headers, actor}}})
  const headers = ['x-as', 'root', 'X-Of-1', 'wheel', 'X-Knox-Actor-ID', 'root', 'X-Other', '1']
  await dispatch.dispatch(exchange({headers, principal: 'guest'}))
  await dispatch.dispatch(exchange({headers}))
  t.deepEqual(transport.sent[0]?.headers.slice(2), ['X-Other', '1', 'X-Request-Id', 'id-1', 'X-As', 'guest'])
  t.is(valueOf(transport.sent[1]?.headers ?? [], 'x-as'), '')
})

test('a client tells no service who acts, also where the gateway does not', async t => {
  const {dispatch, transport} = made(() => ({}))
  const headers = ['X-Knox-Actor-ID', 'root', 'x-knox-ACTOR-groups-1', 'wheel', 'X-Knox-Actor', '1']
  await dispatch.dispatch(exchange({headers, principal: 'guest'}))
  t.deepEqual(transport.sent[0]?.headers.slice(2), ['X-Knox-Actor', '1', 'X-Request-Id', 'id-1'])
})

test('Set-Cookie and WWW-Authenticate of a service stay inside, every status passes', async t => {
  const headers = ['WWW-Authenticate', 'Basic', 'Set-Cookie', 'a=b', 'Link', 'x', 'Link', 'y']
  const {dispatch} = made(() => ({status: 401, headers, body: textBody('no')}))
  const response = await dispatch.dispatch(exchange())
  t.deepEqual(response.headers, ['Link', 'x', 'Link', 'y'])
  t.is(response.status, 401)
  t.is(await textOf(response.body), 'no')
})

const arrives = test.macro({
  async exec(t, urlEncoding: 'as-is' | 'path-decoded' | 'query-decoded', path: string, expected: string) {
    const {dispatch, transport} = made(() => ({}), {plan: {urlEncoding}})
    const asked = dispatch.dispatch(exchange({path}))
    if (expected === '400') {
      await t.throwsAsync(asked, {instanceOf: GatewayError, message: /leads out/})
      return
    }
    await asked
    const sent = transport.sent[0]?.url
    t.is(`${sent?.path}${sent?.query === undefined ? '' : `?${sent.query}`}`, expected)
  },
  title: (_, urlEncoding, path) => `${urlEncoding}: ${path}`,
})

test(arrives, 'as-is', '/a%2Fb%20c?x=%2B%26', '/a%2Fb%20c?x=%2B%26')
test(arrives, 'path-decoded', '/a%2Fb%20c+d?x=%2B', '/a/b%20c+d?x=%2B')
test(arrives, 'path-decoded', '/a%3Fb%23c%0D%0Ad', '/a%3Fb%23c%0D%0Ad')
test(arrives, 'path-decoded', '/%E2%82%AC%FF', '/%E2%82%AC%FF')
test(arrives, 'path-decoded', '/100%25', '/100%25')
test(arrives, 'path-decoded', '/%252e%252e%252fx', '400')
// What would be a parameter more stays encoded: it might say who the user is.
test(arrives, 'query-decoded', '/a%2Fb?x=%2Fa%26y%3D1%3Bz', '/a%2Fb?x=/a%26y=1%3Bz')
test(arrives, 'query-decoded', '/a?x=1+2%7C%22%3C%3E', '/a?x=1%202%7C%22%3C%3E')
test(arrives, 'query-decoded', '/a?x=%23%0A%25', '/a?x=%23%0A%25')
test(arrives, 'query-decoded', '/a', '/a')

test('a target that the whitelist does not allow is refused, and nothing is sent', async t => {
  const whitelist = whitelistFor('^http://h2:\\d+$', ['*'], 'ROLE')
  if (!whitelist) return t.fail()
  const {dispatch, transport} = made(() => ({}), {whitelist})
  await t.throwsAsync(dispatch.dispatch(exchange()), {instanceOf: GatewayError, message: /not allowed/})
  t.is(transport.sent.length, 0)
})

test('a service without a URL is a 502', async t => {
  const {dispatch} = made(() => ({}), {urls: []})
  const error = await t.throwsAsync<GatewayError>(dispatch.dispatch(exchange()))
  t.is(error?.status, 502)
})

const tries = test.macro({
  async exec(t, method: string, deeds: readonly string[], expected: string, more: object = {}) {
    const deed = (text = '200') => (/^\d+$/.test(text) ? {status: Number(text)} : (text as EndpointFailure))
    const {dispatch, transport} = made((_, nth) => deed(deeds[nth]), {policy: {...more}})
    const asked = exchange({method, ...(/^P[OU]/.test(method) && {body: 'abc'})})
    const outcome = await dispatch.dispatch(asked).then(
      response => String(response.status),
      (error: EndpointError) => `${error.status} ${error.failure}`,
    )
    t.is(`${transport.sent.map(({url}) => url.port).join('')} ${outcome}`, expected)
    t.is(asked.notes.endpoint.slice(-1), transport.sent.at(-1)?.url.port ?? '')
    for (const sent of transport.sent) t.true(sent.text === 'abc' || sent.text === '')
  },
  title: (_, method, deeds, expected, more) => `${method}: ${deeds} → ${expected} ${more ? JSON.stringify(more) : ''}`,
})

// method, what each request meets, ports asked and outcome, policy
test(tries, 'GET', ['connect'], '12 200')
test(tries, 'POST', ['connect', 'timeout-connect'], '123 200')
test(tries, 'GET', ['sent', 'malformed', 'timeout-response'], '1231 200')
test(tries, 'GET', ['connect', 'connect', 'connect', 'timeout-response'], '1231 504 timeout-response')
test(tries, 'POST', ['sent'], '1 502 sent')
test(tries, 'PATCH', ['timeout-response'], '1 504 timeout-response')
test(tries, 'PROPFIND', ['sent'], '1 502 sent')
test(tries, 'PUT', ['sent'], '12 200')
test(tries, 'DELETE', ['sent'], '12 200')
test(tries, 'POST', ['sent'], '12 200', {failoverNonIdempotentRequestEnabled: true})
test(tries, 'GET', ['connect'], '1 502 connect', {maxFailoverAttempts: 0})
test(tries, 'GET', ['503', '500'], '1 503')
test(tries, 'GET', ['503', '502'], '123 200', {failoverStatuses: [502, 503]})
test(tries, 'POST', ['503'], '1 503', {failoverStatuses: [502, 503]})
test(tries, 'GET', ['503', '503', '503', '503'], '1231 503', {failoverStatuses: [503]})
test(tries, 'GET', ['stale'], '11 200')
test(tries, 'PUT', ['stale', 'stale'], '111 200')
test(tries, 'GET', ['stale', 'connect'], '112 200')
test(tries, 'POST', ['stale'], '1 502 stale')
test(tries, 'POST', ['stale'], '11 200', {failoverNonIdempotentRequestEnabled: true})

test('a stale connection is tried again without HA too, and counts as no attempt', async t => {
  const {dispatch, transport} = made((_, nth) => (nth === 0 ? 'stale' : {}))
  const asked = exchange()
  await dispatch.dispatch(asked)
  t.is(transport.sent.length, 2)
  t.is(asked.notes.attempts, 1)
})

test('without HA nothing else is tried again', async t => {
  const {dispatch, transport} = made(() => 'connect')
  await t.throwsAsync(dispatch.dispatch(exchange()), {instanceOf: EndpointError})
  t.is(transport.sent.length, 1)
})

test('a failed endpoint is avoided by the next request, also when its own could not be tried again', async t => {
  const {dispatch, transport} = made((_, nth) => (nth === 0 ? 'sent' : {}), {policy: {}})
  await t.throwsAsync(dispatch.dispatch(exchange({method: 'POST'})))
  await dispatch.dispatch(exchange())
  t.deepEqual(
    transport.sent.map(({url}) => url.port),
    ['1', '2'],
  )
})

test('a stale connection says nothing of its endpoint', async t => {
  const {dispatch, transport} = made((_, nth) => (nth === 0 ? 'stale' : {}), {policy: {}})
  await t.throwsAsync(dispatch.dispatch(exchange({method: 'POST'})))
  await dispatch.dispatch(exchange())
  t.is(transport.sent[1]?.url.port, '1')
})

test('a dropped answer lets go of its body', async t => {
  let dropped = 0
  const body: Body = {flow: into => into.end(), discard: () => dropped++}
  const {dispatch} = made((_, nth) => (nth === 0 ? {status: 503, body} : {}), {policy: {failoverStatuses: [503]}})
  t.is((await dispatch.dispatch(exchange())).status, 200)
  t.is(dropped, 1)
})

test('a body over the replay limit is not sent twice, unless none of it was sent', async t => {
  const body = 'x'.repeat(65)
  const sent = made((_, nth) => (nth === 0 ? 'sent' : {}), {policy: {}})
  await t.throwsAsync(sent.dispatch.dispatch(exchange({method: 'PUT', body})), {instanceOf: EndpointError})
  t.is(sent.transport.sent.length, 1)
  const unsent = made((_, nth) => (nth === 0 ? 'connect' : {}), {policy: {}})
  await unsent.dispatch.dispatch(exchange({method: 'PUT', body}))
  t.is(unsent.transport.sent[1]?.text, body)
})

test('what is not the endpoint’s fault is neither tried again nor held against it', async t => {
  const fault = new GatewayError(413, 'body-too-large', 'too large')
  const {dispatch, transport} = made((_, nth) => (nth === 0 ? fault : {}), {policy: {}})
  t.is(await t.throwsAsync(dispatch.dispatch(exchange())), fault)
  await dispatch.dispatch(exchange())
  t.is(transport.sent[1]?.url.port, '1')
})

test('a client that left is not failed over for', async t => {
  const gone = goneSource()
  const {dispatch, transport} = made(
    () => {
      gone.set()
      return 'sent'
    },
    {policy: {}},
  )
  await t.throwsAsync(dispatch.dispatch(exchange({gone})))
  t.is(transport.sent.length, 1)
})

const settled = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

test('between attempts it sleeps, and wakes when the client leaves', async t => {
  const {dispatch, transport, clock} = made(() => 'connect', {policy: {failoverSleep: 1000}})
  const gone = goneSource()
  const asked = dispatch.dispatch(exchange({gone}))
  await settled()
  t.is(transport.sent.length, 1)
  clock.turn(999)
  await settled()
  t.is(transport.sent.length, 1)
  clock.turn(1)
  await settled()
  t.is(transport.sent.length, 2)
  gone.set()
  await t.throwsAsync(asked, {instanceOf: GatewayError, message: /left/})
  t.is(clock.pending, 0)
})

test('a request that failed lets go of its body', async t => {
  let dropped = 0
  const body: Body = {flow: into => into.end(), discard: () => dropped++}
  const {dispatch} = made(() => 'connect')
  await t.throwsAsync(dispatch.dispatch(exchange({method: 'POST', body})))
  t.is(dropped, 1)
})

for (const method of ['GET', 'POST', 'PUT', 'PATCH']) {
  test(`sse, ${method}: asks for an event stream and does not limit its time`, async t => {
    const {dispatch, transport} = made(() => ({}), {plan: {kind: 'sse'}})
    await dispatch.dispatch(exchange({method, headers: ['Accept-Encoding', 'gzip']}))
    const [sent] = transport.sent
    t.is(valueOf(sent?.headers ?? [], 'accept'), 'text/event-stream')
    t.deepEqual(valuesOf(sent?.headers ?? [], 'accept-encoding'), ['identity'])
    const responseTimeout = method === 'GET' ? 15_000 : 4000
    t.like(sent, {connectTimeout: 3000, responseTimeout, idleTimeout: 0, stream: true})
  })

  test(`sse, ${method}, gate closed: Knox’s message`, async t => {
    const {dispatch, transport} = made(() => ({}), {plan: {kind: 'sse', gateOpen: false}})
    const error = await t.throwsAsync<GatewayError>(dispatch.dispatch(exchange({method})), {
      message: 'Async support is not enabled. SSE requests cannot be processed.',
    })
    t.is(error?.status, 500)
    t.is(transport.sent.length, 0)
  })
}

for (const method of ['HEAD', 'OPTIONS', 'DELETE']) {
  test(`sse, ${method}: an ordinary request, gate or not`, async t => {
    const {dispatch, transport} = made(() => ({}), {plan: {kind: 'sse', gateOpen: false}})
    await dispatch.dispatch(exchange({method}))
    t.is(valueOf(transport.sent[0]?.headers ?? [], 'accept'), undefined)
    t.like(transport.sent[0], {idleTimeout: 2000, responseTimeout: 2000})
  })
}

test('sse: an Accept of the client stays as it is', async t => {
  const {dispatch, transport} = made(() => ({}), {plan: {kind: 'sse'}})
  await dispatch.dispatch(exchange({headers: ['accept', 'application/json, text/event-stream']}))
  t.deepEqual(valuesOf(transport.sent[0]?.headers ?? [], 'accept'), ['application/json, text/event-stream'])
})

test('an event stream is one whatever the dispatch; the answer to HEAD is none', async t => {
  const headers = ['Content-Type', 'Text/Event-Stream; charset=utf-8']
  const {dispatch} = made(() => ({headers}))
  t.is(valueOf((await dispatch.dispatch(exchange())).headers, 'x-accel-buffering'), 'no')
  t.is(valueOf((await dispatch.dispatch(exchange({method: 'HEAD'}))).headers, 'x-accel-buffering'), undefined)
})

test('a sticky client gets its cookie beside what the service says', async t => {
  const {dispatch} = made(() => ({}), {policy: {enableLoadBalancing: true, enableStickySession: true}})
  const response = await dispatch.dispatch(exchange({scheme: 'https'}))
  t.regex(
    valueOf(response.headers, 'set-cookie') ?? '',
    /^KNOX_BACKEND-ROLE=[0-9a-f]{64}; Path=\/gateway\/sandbox; Secure; HttpOnly$/,
  )
})

test('sse: the time to the head is that of the endpoint that answered, a failover that of the one that did not', async t => {
  const body = new ServiceBody()
  const deeds: readonly Deed[] = ['connect', {headers: ['Content-Type', 'text/event-stream'], body}]
  const {dispatch, clock, streams} = made((_, nth) => deeds[nth] ?? {}, {
    plan: {kind: 'sse'},
    policy: {failoverSleep: 1000},
  })
  const answer = dispatch.dispatch(exchange())
  await settled()
  clock.turn(1000)
  await answer
  t.deepEqual(
    streams.figureRecords().map(({endpoint, failovers, head}) => [endpoint, failovers, head.count]),
    [
      ['http://h1:1', 1, 0],
      ['http://h2:2', 0, 1],
    ],
  )
})
