import test from 'ava'
import {assertNoLeaks} from '../helpers/leaks.js'
import {fieldOf} from '../helpers/message.js'
import {answering, ask, exchanged, type ThroughOptions, through, valuesOf, whole} from './through.js'

assertNoLeaks(test)

const OK = whole('ok')

test('repeated fields stay repeated, in their order, both ways', async t => {
  const {asked, answer} = await exchanged(
    t,
    ask('/a', ['X-Many: 1', 'x-many: 2', 'Accept: a/b', 'Accept: c/d', 'X-MANY: 3']),
    'HTTP/1.1 200 OK\r\nLink: <a>\r\nX-Many: 1\r\nLink: <b>\r\nx-many: 2\r\nContent-Length: 0\r\n\r\n',
  )
  t.deepEqual(valuesOf(asked.headers, 'x-many'), ['1', '2', '3'])
  t.deepEqual(valuesOf(asked.headers, 'accept'), ['a/b', 'c/d'])
  t.deepEqual(valuesOf(answer.headers, 'link'), ['<a>', '<b>'])
  t.deepEqual(valuesOf(answer.headers, 'x-many'), ['1', '2'])
})

test('fields of one hop, and those that Connection names, go no further', async t => {
  const {asked, answer} = await exchanged(
    t,
    ask('/a', [
      'Connection: X-Private, keep-alive',
      'X-Private: 1',
      'Keep-Alive: timeout=5',
      'TE: trailers',
      'Proxy-Authorization: Basic eDp5',
      'Proxy-Connection: keep-alive',
      'X-Public: 1',
    ]),
    'HTTP/1.1 200 OK\r\nConnection: X-Secret\r\nX-Secret: 1\r\nKeep-Alive: timeout=9\r\nProxy-Authenticate: Basic\r\nX-Open: 1\r\nContent-Length: 0\r\n\r\n',
  )
  for (const name of ['x-private', 'keep-alive', 'te', 'proxy-authorization', 'proxy-connection'])
    t.is(fieldOf(asked.headers, name), undefined, name)
  t.is(fieldOf(asked.headers, 'x-public'), '1')
  for (const name of ['x-secret', 'proxy-authenticate']) t.is(fieldOf(answer.headers, name), undefined, name)
  t.not(fieldOf(answer.headers, 'keep-alive'), 'timeout=9')
  t.is(fieldOf(answer.headers, 'x-open'), '1')
})

test('Connection cannot take out what the gateway put in', async t => {
  const fields = ['Connection: X-Forwarded-For, Host, X-Request-Id, Content-Length', 'Content-Length: 2']
  const {asked} = await exchanged(t, `${ask('/a', fields, 'POST')}hi`, OK)
  t.is(fieldOf(asked.headers, 'x-forwarded-for'), '127.0.0.1')
  t.truthy(fieldOf(asked.headers, 'x-request-id'))
  t.is(asked.body, 'hi')
})

test('fields that a service may take for others by their underscores go no further', async t => {
  const fields = ['X_Forwarded_For: 6.6.6.6', 'Content_Length: 9', 'X_Auth_User: admin', 'SM_USER: ann', 'X-A_b: 1']
  const {asked} = await exchanged(t, ask('/a', fields), OK)
  for (const name of ['x_forwarded_for', 'content_length', 'x_auth_user', 'x-a_b'])
    t.is(fieldOf(asked.headers, name), undefined, name)
  t.is(fieldOf(asked.headers, 'sm_user'), 'ann')
})

test('a client cannot ask a framework for another address than the one that was judged', async t => {
  const {asked} = await exchanged(
    t,
    ask('/a', ['X-Original-URL: /secret', 'x-rewrite-url: /secret', 'X-Original-Uri2: a']),
    OK,
  )
  t.is(fieldOf(asked.headers, 'x-original-url'), undefined)
  t.is(fieldOf(asked.headers, 'x-rewrite-url'), undefined)
  t.is(fieldOf(asked.headers, 'x-original-uri2'), 'a')
})

test('the service gets its own Host with the port, and the client in X-Forwarded fields', async t => {
  const {asked, service} = await exchanged(t, ask('/a', ['X-Request-Id: r-1']), OK)
  t.deepEqual(valuesOf(asked.headers, 'host'), [`127.0.0.1:${service.port}`])
  t.is(fieldOf(asked.headers, 'x-forwarded-host'), 'gw.test:8443')
  t.is(fieldOf(asked.headers, 'x-forwarded-port'), '8443')
  t.is(fieldOf(asked.headers, 'x-forwarded-proto'), 'http')
  t.is(fieldOf(asked.headers, 'x-forwarded-context'), '/gateway/t')
  t.is(fieldOf(asked.headers, 'x-request-id'), 'r-1')
})

const LISTED = {'gateway.xforwarded.header.context.append.servicename': 'LIVYSERVER, X'}

/** What the service reads in X-Forwarded-Context, with these settings and params. */
const contextIs = test.macro({
  async exec(t, options: Pick<ThroughOptions, 'settings' | 'params'>, target: string, context: string) {
    const {asked} = await exchanged(t, `GET /${target} HTTP/1.1\r\nHost: gw.test\r\n\r\n`, OK, options)
    t.deepEqual(valuesOf(asked.headers, 'x-forwarded-context'), context === '' ? [] : [context])
  },
  title: (how, _options, target, context) => `${how}: /${target} comes with the context ${JSON.stringify(context)}`,
})

test('a Host with a colon and no port behind it is one (RFC 3986 §3.2.3)', async t => {
  const {asked} = await exchanged(t, ask('/a').replace('gw.test:8443', 'gw.test:'), whole('ok'))
  t.is(fieldOf(asked.headers, 'x-forwarded-host'), 'gw.test')
})

test('a service that is listed', contextIs, {settings: LISTED}, 'gateway/t/x/a?b=c', '/gateway/t/x')
test('below a longer path', contextIs, {settings: {...LISTED, 'gateway.path': 'a/b'}}, 'a/b/t/x/c', '/a/b/t/x')
test('a service that names it', contextIs, {params: {serviceContext: 'lobby'}}, 'gateway/t/x/a', '/gateway/t/lobby')
test('a service that leaves it empty', contextIs, {params: {serviceContext: ' '}}, 'gateway/t/x/a', '/gateway/t/x')
test('both', contextIs, {settings: LISTED, params: {serviceContext: 'lobby/b'}}, 'gateway/t/x/a', '/gateway/t/lobby/b')
test(
  'without X-Forwarded',
  contextIs,
  {settings: {...LISTED, 'gateway.xforwarded.enabled': 'false'}},
  'gateway/t/x/a',
  '',
)

for (const [how, request] of [
  [
    'of HTTP/1.0',
    ask('/a')
      .replace('1.1', '1.0')
      .replace(/Host.*\r\n/, ''),
  ],
  ['with an empty Host', ask('/a').replace(/Host.*\r\n/, 'Host:\r\n')],
] as const)
  test(`a request ${how} is one to the address where it came`, async t => {
    const {asked, answer, port} = await exchanged(t, request, OK)
    t.is(answer.body, 'ok')
    t.is(fieldOf(asked.headers, 'x-forwarded-host'), `127.0.0.1:${port}`)
  })

test('path and query go on byte for byte', async t => {
  const target = "/a%2Fb/%7e/;m=1/c,d/!$&'()*+=@:?q=a%20b&q=a+b&x=%2B&y=|{}&z"
  const {asked} = await exchanged(t, ask(target), OK)
  t.is(asked.startLine, `GET ${target} HTTP/1.1`)
})

test('an address may be of any length when there is no limit', async t => {
  const target = `/${'a'.repeat(9000)}`
  const {asked} = await exchanged(t, ask(target), OK, {settings: {'gateway.request.url.max': '0'}})
  t.is(asked.startLine, `GET ${target} HTTP/1.1`)
})

test('a query without a value keeps its mark', async t => {
  const {asked} = await exchanged(t, ask('/a/?'), OK)
  t.is(asked.startLine, 'GET /a/? HTTP/1.1')
})

test('Authorization and the WWW-Authenticate and Set-Cookie of a service end at the gateway', async t => {
  const {asked, answer} = await exchanged(
    t,
    ask('/a', ['Authorization: Basic eDp5']),
    'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nSet-Cookie: a=b\r\nX-Kept: 1\r\nContent-Length: 2\r\n\r\nno',
  )
  t.is(fieldOf(asked.headers, 'authorization'), undefined)
  t.is(fieldOf(answer.headers, 'www-authenticate'), undefined)
  t.is(fieldOf(answer.headers, 'set-cookie'), undefined)
  t.is(fieldOf(answer.headers, 'x-kept'), '1')
  t.is(answer.body, 'no')
})

test('addresses of the service in Location are told as the gateway’s', async t => {
  const {answer} = await exchanged(
    t,
    ask('/a'),
    'HTTP/1.1 302 Found\r\nLocation: http://elsewhere:1/base/b?c=d\r\nContent-Length: 0\r\n\r\n',
  )
  t.is(fieldOf(answer.headers, 'location'), 'http://gw.test:8443/gateway/t/x/b?c=d')
})

test('HEAD has a length and no body, and the connections go on', async t => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nETag: "1"\r\n\r\n'
  const {asked, answer, client1} = await exchanged(t, ask('/a', [], 'HEAD'), head, {bodiless: true})
  t.is(asked.startLine, 'HEAD /a HTTP/1.1')
  t.is(fieldOf(answer.headers, 'content-length'), '1000')
  t.is(fieldOf(answer.headers, 'etag'), '"1"')
  await client1.send(ask('/b'))
  t.is((await client1.response()).body, '/b')
})

const bodiless = test.macro({
  async exec(t, status: string, field: string) {
    const {answer, client1} = await exchanged(t, ask('/a'), `HTTP/1.1 ${status}\r\n${field}\r\n\r\n`)
    t.is(answer.startLine, `HTTP/1.1 ${status}`)
    const [name = '', value] = field.split(': ')
    t.is(fieldOf(answer.headers, name.toLowerCase()), value)
    await client1.send(ask('/b'))
    t.is((await client1.response()).body, '/b')
  },
  title: (_, status, field) => `${status} with ${field} has no body and the next answer is the next request's`,
})

test(bodiless, '204 No Content', 'X-Kept: 1')
test(bodiless, '304 Not Modified', 'ETag: "x"')
test(bodiless, '304 Not Modified', 'Content-Length: 12')
test(bodiless, '205 Reset Content', 'Content-Length: 0')

const chunked = test.macro({
  async exec(t, method: string) {
    const body = '5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\n\r\n'
    const request = `${ask('/a', ['Transfer-Encoding: chunked'], method)}${body}${ask('/b', [])}`
    const {asked, answer, client1} = await exchanged(t, request, OK)
    t.is(asked.startLine, `${method} /a HTTP/1.1`)
    t.is(asked.body, 'hello world')
    t.is(answer.body, 'ok')
    t.is((await client1.response()).body, '/b')
  },
  title: (_, method) => `${method} with a chunked body`,
})

for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) test(chunked, method)

test('a request without a body has none at the service either', async t => {
  const {asked} = await exchanged(t, ask('/a', [], 'DELETE'), OK)
  t.is(asked.framing, 'none')
  const posted = await exchanged(t, ask('/a', ['Content-Length: 0'], 'POST'), OK)
  t.is(fieldOf(posted.asked.headers, 'content-length'), '0')
})

test('trailers of a response arrive', async t => {
  const {answer} = await exchanged(
    t,
    ask('/a'),
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nab\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\nX-More: 3\r\n\r\n',
  )
  t.is(answer.body, 'ab')
  t.deepEqual(answer.trailers, ['X-Sum', '1', 'X-Sum', '2', 'X-More', '3'])
})

test('trailers of a request do not become anything else', async t => {
  const request = `${ask('/a', ['Transfer-Encoding: chunked', 'Trailer: X-Sum'], 'POST')}2\r\nab\r\n0\r\nX-Sum: 1\r\nHost: evil\r\n\r\n`
  const {asked} = await exchanged(t, request, OK)
  t.is(asked.body, 'ab')
  t.is(fieldOf(asked.headers, 'x-sum'), undefined)
  t.deepEqual(asked.trailers, [])
})

test('103 is passed on before the response', async t => {
  const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nLink: </b>; rel=preload\r\n\r\n'
  const {answer, client1} = await exchanged(t, ask('/a'), `${hints}${OK}`)
  t.regex(answer.startLine, /^HTTP\/1\.1 103 /)
  t.is(valuesOf(answer.headers, 'link').join(', '), '</a>; rel=preload, </b>; rel=preload')
  t.is((await client1.response()).body, 'ok')
})

test('HTTP/1.0 gets no chunks, and the end of the connection ends the body', async t => {
  const {asked, answer} = await exchanged(
    t,
    'GET /gateway/t/x/a HTTP/1.0\r\nHost: gw.test\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n',
  )
  t.is(asked.startLine, 'GET /a HTTP/1.1')
  t.is(answer.framing, 'end')
  t.is(answer.body, 'abc')
})

test('a request in absolute form goes where its address says', async t => {
  const request = 'GET http://gw.test:8443/gateway/t/x/a?b HTTP/1.1\r\nHost: other\r\n\r\n'
  const {asked, answer} = await exchanged(t, request, OK)
  t.is(asked.startLine, 'GET /a?b HTTP/1.1')
  t.is(fieldOf(asked.headers, 'x-forwarded-host'), 'gw.test:8443')
  t.is(answer.body, 'ok')
})

test('pipelined requests are answered in their order', async t => {
  const {client} = await through(t, answering([], OK))
  const connected = await client()
  await connected.send(['/1', '/22', '/333'].map(path => ask(path)).join(''))
  t.is((await connected.response()).body, 'ok')
  t.is((await connected.response()).body, '/22')
  t.is((await connected.response()).body, '/333')
})
