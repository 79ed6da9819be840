import test from 'ava'
import {assertNoLeaks} from '../helpers/leaks.js'
import {fieldOf} from '../helpers/message.js'
import {answering, ask, type ThroughOptions, through, whole} from './through.js'

assertNoLeaks(test)

const idle = async () => {}

const refused = test.macro({
  async exec(t, request: string, status: number, code: string, message: RegExp, options: ThroughOptions = {}) {
    const {client, service} = await through(t, idle, options)
    const connected = await client()
    await connected.send(request)
    const answer = await connected.response()
    t.is(Number(answer.startLine.split(' ')[1]), status)
    t.is(fieldOf(answer.headers, 'content-type'), 'application/json')
    const told = JSON.parse(answer.body) as Record<string, unknown>
    t.like(told, {status, error: code})
    t.regex(String(told['message']), message)
    t.regex(String(told['requestId']), /^[\w-]{3,}$/)
    t.deepEqual(Object.keys(told), ['status', 'error', 'message', 'requestId'])
    t.is(service.connections.length, 0)
  },
  title: (title = '', _request, status) => `${title}: ${status}`,
})

const HOST = 'Host: gw.test'
const other = (path: string) => `GET ${path} HTTP/1.1\r\n${HOST}\r\n\r\n`

test('an address outside of everything', refused, other('/'), 404, 'not-found', /nothing at this address/)
test('no topology', refused, other('/gateway'), 404, 'not-found', /nothing/)
test('an unknown topology', refused, other('/gateway/u/x/a'), 404, 'no-topology', /no such topology/)
test('an unknown service', refused, other('/gateway/t/y/a'), 404, 'no-route', /No service of this topology/)
test('an unknown route', refused, other('/gateway/t/x'), 404, 'no-route', /No service of this topology/)
test('a topology with an encoded name', refused, other('/gateway/%74/x/a'), 404, 'no-topology', /./)
test('no rule', refused, ask('/a'), 404, 'no-rule', /./, {
  files: {
    'data/services/x/1.0/service.xml':
      '<service role="X" name="x" version="1.0"><routes><route path="/x/**"/></routes></service>',
    'data/services/x/1.0/rewrite.xml':
      '<rules><rule dir="IN" name="X/in" pattern="*://*:*/**/other/{path=**}"><rewrite template="{$serviceUrl[X]}/{path=**}"/></rule></rules>',
  },
})
test('a target that the whitelist does not allow', refused, ask('/a'), 403, 'target-not-allowed', /not allowed/, {
  settings: {'gateway.dispatch.whitelist': 'https://allowed\\.test:1', 'gateway.dispatch.whitelist.services': 'X'},
})
for (const method of ['GET', 'POST', 'PUT', 'PATCH'])
  test(
    `a closed gate, by ${method}`,
    refused,
    ask('/a', [], method),
    500,
    'sse-gate-closed',
    /^Async support is not enabled\. SSE requests cannot be processed\.$/,
    {kind: 'sse', settings: {'gateway.servlet.async.supported': 'false'}},
  )
test('a service without a working address', refused, ask('/a'), 502, 'endpoint-failed', /cannot be reached/, {
  files: {
    'conf/topologies/t.xml': '<topology><service><role>X</role><url>http://127.0.0.1:9</url></service></topology>',
  },
})
test('a name that is not found', refused, ask('/a'), 502, 'endpoint-failed', /cannot be reached/, {
  files: {
    'conf/topologies/t.xml':
      '<topology><service><role>X</role><url>http://nowhere.example:9</url></service></topology>',
  },
})
test('a path that leads out of the service', refused, ask('/../a'), 400, 'path-climbs', /./)
test('an encoded path that leads out of the service', refused, ask('/%2e%2E/a'), 400, 'path-climbs', /./)
test('a path that leads from one service to another', refused, ask('/../../t/x/a'), 400, 'path-climbs', /./)
test('a broken escape', refused, ask('/%zz'), 400, 'bad-request', /encodes nothing/)
test('two Hosts', refused, ask('/a', [HOST]), 400, 'bad-request', /More than one Host/)
test('no Host', refused, 'GET /gateway/t/x/a HTTP/1.1\r\n\r\n', 400, 'bad-request', /./)
for (const host of ['h"><b>', 'h;x y', 'h\\x', 'h:99999', 'h:0', ':80', ':', 'h:80:', 'h%zz', '\u00e9', '[::1'])
  test(`the Host ${host}`, refused, ask('/a').replace('gw.test:8443', host), 400, 'bad-request', /Host is no host/)
test('TRACE', refused, ask('/a', [], 'TRACE'), 405, 'method', /TRACE/)
test('another version', refused, ask('/a').replace('/1.1', '/2.0'), 505, 'http-version', /./)
test(
  'an unknown coding',
  refused,
  ask('/a', ['Transfer-Encoding: gzip, chunked'], 'POST'),
  501,
  'transfer-encoding',
  /./,
)
test(
  'a length and chunks',
  refused,
  ask('/a', ['Content-Length: 3', 'Transfer-Encoding: chunked'], 'POST'),
  400,
  'bad-request',
  /./,
)
test('nonsense', refused, 'nonsense\r\n\r\n', 400, 'bad-request', /not HTTP/)
test(
  'TLS where none is spoken',
  refused,
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  400,
  'bad-request',
  /not HTTP/,
)
test('too long an address', refused, ask(`/${'a'.repeat(9000)}`), 414, 'target-too-long', /./)
test('too large a head', refused, ask('/a', [`X-A: ${'a'.repeat(20_000)}`]), 431, 'header-too-large', /./)
test(
  'too many fields',
  refused,
  ask(
    '/a',
    Array.from({length: 200}, (_, i) => `X-${i}: 1`),
  ),
  431,
  'too-many-fields',
  /./,
)

test('what cannot be parsed has its line in the access log', async t => {
  const {client, accesses, gateway} = await through(t, idle)
  const connected = await client()
  await connected.send('nonsense\r\n\r\n')
  const {requestId} = JSON.parse((await connected.response()).body) as {requestId: string}
  await gateway.close()
  t.is(accesses.length, 1)
  t.like(accesses[0], {event: 'request', id: requestId, client: '127.0.0.1', status: 400, method: '-'})
})

test('what cannot be parsed ends the connection', async t => {
  const {client} = await through(t, idle)
  for (const request of ['nonsense\r\n\r\n', ask('/a', ['Content-Length: x'], 'POST'), ask('/a', ['X\0: 1'])]) {
    const connected = await client()
    await connected.send(request)
    const answer = await connected.response()
    t.is(answer.startLine, 'HTTP/1.1 400 Bad Request')
    t.is(fieldOf(answer.headers, 'connection'), 'close')
    await connected.closed
  }
})

test('the id of the request is the client’s when it gives one, and the service’s too', async t => {
  const {client} = await through(t, idle)
  const connected = await client()
  await connected.send(ask('/a', ['X-Request-Id: abc-1']).replace('/x/', '/y/'))
  t.like(JSON.parse((await connected.response()).body), {requestId: 'abc-1'})
  await connected.send(ask('/a', ['X-Request-Id: <script>']).replace('/x/', '/y/'))
  t.not((JSON.parse((await connected.response()).body) as {requestId: string}).requestId, '<script>')
})

test('an id of the gateway’s own says nothing of others', async t => {
  const {client} = await through(t, idle)
  const connected = await client()
  const ids: string[] = []
  for (let n = 0; n < 300; n++) {
    await connected.send(other('/'))
    ids.push((JSON.parse((await connected.response()).body) as {requestId: string}).requestId)
  }
  t.is(new Set(ids).size, ids.length)
  t.is(new Set(ids.map(id => id.slice(0, 8))).size, ids.length)
  for (const id of ids) t.regex(id, /^[0-9a-f]{32}$/)
})

const ofClient = test.macro({
  async exec(t, request: string, status: number) {
    const {client, told} = await through(t, idle)
    const connected = await client()
    await connected.send(request)
    t.is(Number((await connected.response()).startLine.split(' ')[1]), status)
    t.deepEqual(told, [])
  },
  title: (_, _request, status) => `${status} is the client’s fault, and none of the log’s errors`,
})
test(ofClient, ask('/a').replace('/1.1', '/2.0'), 505)
test(ofClient, ask('/a', ['Transfer-Encoding: gzip, chunked'], 'POST'), 501)

test('a browser gets HTML', async t => {
  const {client} = await through(t, idle)
  const connected = await client()
  const accept = 'Accept: text/html,application/xhtml+xml,*/*;q=0.8'
  await connected.send(ask('/a', [accept, 'X-Request-Id: h-1']).replace('/x/', '/y/'))
  const answer = await connected.response()
  t.is(fieldOf(answer.headers, 'content-type'), 'text/html; charset=utf-8')
  t.regex(answer.body, /<h1>404 Not Found<\/h1>.*<code>h-1<\/code>/)
})

test('an answer of the gateway to HEAD has no body, and the connection goes on', async t => {
  const {client} = await through(t, answering([], whole('first')))
  const connected = await client()
  await connected.send(ask('/a', [], 'HEAD').replace('/x/', '/y/'))
  t.is((await connected.response({bodiless: true})).startLine, 'HTTP/1.1 404 Not Found')
  await connected.send(ask('/a'))
  t.is((await connected.response()).body, 'first')
})

const failing = test.macro({
  async exec(t, bytes: string, status: number, code: string) {
    const {client, told, accesses, gateway} = await through(t, async connection => {
      await connection.request()
      await connection.send(bytes)
      if (bytes === '' || !bytes.includes('\r\n\r\n')) connection.end()
    })
    const connected = await client()
    await connected.send(ask('/a', ['X-Request-Id: f-1']))
    const answer = await connected.response()
    t.is(Number(answer.startLine.split(' ')[1]), status)
    t.like(JSON.parse(answer.body), {status, error: code, requestId: 'f-1'})
    t.notRegex(answer.body, /127\.0\.0\.1/)
    t.true(told.some(line => line.includes('f-1') && line.includes('127.0.0.1')))
    await connected.send(ask('/a').replace('/x/', '/y/'))
    t.regex((await connected.response()).startLine, / 404 /)
    await gateway.close()
    t.like(accesses[0], {status, id: 'f-1', end: 'whole'})
  },
  title: (_, bytes: string, status: number) =>
    `a service that answers ${JSON.stringify(bytes.slice(0, 60))}: ${status}`,
})

test(failing, '', 502, 'endpoint-failed')
test(failing, 'nonsense\r\n\r\n', 502, 'endpoint-failed')
test(failing, 'HTTP/1.1 000 Zero\r\n\r\n', 502, 'endpoint-failed')
test(failing, 'HTTP/1.1 099 Low\r\n\r\n', 502, 'endpoint-failed')
test(failing, 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n', 502, 'endpoint-failed')
test(failing, 'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n', 502, 'endpoint-failed')
test(failing, 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 502, 'endpoint-failed')
test(failing, 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 502, 'endpoint-failed')
test(failing, 'HTTP/1.1 200 OK\r\nBad Name: 1\r\n\r\n', 502, 'endpoint-failed')
test(failing, 'HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n', 502, 'endpoint-failed')
test(failing, `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`, 502, 'endpoint-failed')
test(failing, 'HTTP/1.1 200', 502, 'endpoint-failed')

test('a service that does not answer in time: 504', async t => {
  const {client} = await through(t, idle, {params: {'httpclient.socketTimeout': '50'}})
  const connected = await client()
  await connected.send(ask('/a', ['X-Request-Id: late-1']))
  const answer = await connected.response()
  t.is(answer.startLine, 'HTTP/1.1 504 Gateway Timeout')
  t.like(JSON.parse(answer.body), {error: 'endpoint-timeout', requestId: 'late-1'})
})

const broken = test.macro({
  async exec(t, bytes: string, version: string) {
    const {client, accesses, gateway, service} = await through(t, async connection => {
      await connection.request()
      await connection.send(bytes)
    })
    const connected = await client()
    await connected.send(ask('/a').replace('HTTP/1.1', version))
    await connected.until('hello')
    ;(await service.connection(0)).reset()
    await connected.closed
    t.regex(connected.received, /^HTTP\/1\.1 200 OK/)
    t.false(connected.received.includes('\r\n0\r\n'))
    if (!/content-length|chunked/i.test(connected.received)) t.is(connected.broken?.code, 'ECONNRESET')
    await gateway.close()
    t.like(accesses[0], {end: 'broken'})
  },
  title: (_, bytes: string, version: string) =>
    `${version}: an answer that breaks off is seen to: ${JSON.stringify(bytes.slice(17))}`,
})

for (const version of ['HTTP/1.1', 'HTTP/1.0']) {
  test(broken, 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello', version)
  test(broken, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', version)
  test(broken, 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello', version)
}

test('every response tells browsers to come by TLS, where the settings say so, and what a service says goes before', async t => {
  const settings = {'gateway.strict.transport.enabled': 'true', 'gateway.strict.transport.option': 'max-age=5'}
  const {client} = await through(t, answering([], whole('ok')), {settings})
  const told = async (request: string) => {
    const connected = await client()
    await connected.send(request)
    return fieldOf((await connected.response()).headers, 'strict-transport-security')
  }
  t.is(await told(ask('/a')), 'max-age=5')
  for (const path of ['/', '/gateway/u/x/a', '/healthz']) t.is(await told(other(path)), 'max-age=5', path)
  const own = await through(t, answering([], whole('ok', '200 OK\r\nStrict-Transport-Security: max-age=9')), {settings})
  const connected = await own.client()
  await connected.send(ask('/a'))
  t.is(fieldOf((await connected.response()).headers, 'strict-transport-security'), 'max-age=9')
})
