import {statSync} from 'node:fs'
import {
  brotliCompressSync,
  brotliDecompressSync,
  deflateRawSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
} from 'node:zlib'
import test from 'ava'
import type {HomeText} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {fieldOf} from '../helpers/message.js'
import {ask, exchanged, through, valuesOf} from './through.js'

assertNoLeaks(test)

/** The definition X of the helpers, with other rewrites on its route and more in its `rewrite.xml`. */
function rewriting(applies: Readonly<Record<string, string>> = {}, more = ''): {readonly files: HomeText} {
  const rewrites = Object.entries(applies).map(([to, name]) => `<rewrite apply="${name}" to="${to}"/>`)
  const files = {
    'data/services/x/1.0/service.xml': `<service role="X" name="x" version="1.0"><routes>
<route path="/x/**?**"><rewrite apply="X/in" to="request.url"/>${rewrites.join('')}</route></routes>
<dispatch classname="org.apache.knox.gateway.dispatch.PassAllHeadersDispatch"/></service>`,
    'data/services/x/1.0/rewrite.xml': `<rules>
<rule dir="IN" name="X/in" pattern="*://*:*/**/x/{path=**}?{**}"><rewrite template="{$serviceUrl[X]}/{path=**}?{**}"/></rule>
<rule dir="OUT" name="X/out" pattern="*://*:*/base/{path=**}?{**}"><rewrite template="{$frontend[path]}/x/{path=**}?{**}"/></rule>
<rule dir="OUT" name="X/path"><match pattern="*://*:*/{path=**}?{**}"/><rewrite template="{$frontend[path]}/x/{path=**}?{**}"/></rule>
<rule dir="IN" name="X/back"><match pattern="*://*:*/**/x/{path=**}?{**}"/><rewrite template="/{path=**}?{**}"/></rule>
${more}</rules>`,
  }
  return {files}
}

const filter = (name: string, type: string, ...parts: readonly string[]) =>
  `<filter name="${name}"><content type="${type}">${parts.join('')}</content></filter>`

/** A response of known length; a body given as text is Latin-1. */
function answer(fields: readonly string[], body: Uint8Array | string, status = '200 OK'): string {
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('latin1')
  return [`HTTP/1.1 ${status}`, ...fields, `Content-Length: ${text.length}`, '', text].join('\r\n')
}

/** A request with a body of known length. */
const post = (fields: readonly string[], body: string) =>
  ask('/page', [...fields, `Content-Length: ${body.length}`], 'POST') + body

const link = '<a href="http://127.0.0.1/base/a?b=c">'
const led = '<a href="/gateway/t/x/a?b=c">'

test('links of a page lead through the gateway; what tells of its bytes is gone', async t => {
  const fields = ['ETag: "1"', 'Content-MD5: x', 'Digest: x', 'Accept-Ranges: bytes', 'Cache-Control: max-age=5']
  const {answer: page} = await exchanged(
    t,
    ask('/page'),
    answer(['Content-Type: text/html', ...fields], link),
    rewriting(),
  )
  t.is(page.body, led)
  t.is(page.framing, 'chunked')
  t.is(fieldOf(page.headers, 'etag'), 'W/"1"')
  t.is(fieldOf(page.headers, 'cache-control'), 'max-age=5')
  for (const name of ['content-length', 'content-md5', 'digest', 'accept-ranges'])
    t.is(fieldOf(page.headers, name), undefined, name)
})

test('a text that is no address, for a line break behind a reference, is left alone', async t => {
  const text = '<p>\n base&nbsp;&#x25BE;\n</p>'
  const {answer: page} = await exchanged(t, ask('/page'), answer(['Content-Type: text/html'], text + link), rewriting())
  t.is(page.body, text + led)
})

test('HEAD tells the same of a page as GET', async t => {
  const response = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: "1"\r\nContent-Length: 9\r\n\r\n'
  const {answer: head} = await exchanged(t, ask('/page', [], 'HEAD'), response, {...rewriting(), bodiless: true})
  t.is(fieldOf(head.headers, 'etag'), 'W/"1"')
  t.is(fieldOf(head.headers, 'content-length'), undefined)
})

test('a body that nothing can change keeps all of that', async t => {
  const fields = ['Content-Type: image/png', 'ETag: "1"', 'Accept-Ranges: bytes']
  const {answer: image} = await exchanged(t, ask('/page'), answer(fields, link), rewriting())
  t.is(image.body, link)
  t.is(fieldOf(image.headers, 'content-length'), String(link.length))
  t.is(fieldOf(image.headers, 'etag'), '"1"')
  t.is(fieldOf(image.headers, 'accept-ranges'), 'bytes')
})

// what the client has, what 304 tells it
for (const [had, told, length] of [
  ['W/"1"', 'W/"1"', undefined],
  ['"1"', '"1"', '9'],
])
  test(`304 for ${had}`, async t => {
    const response = 'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nContent-Length: 9\r\n\r\n'
    const {answer: unchanged} = await exchanged(t, ask('/page', [`If-None-Match: ${had}`]), response, {
      ...rewriting(),
      bodiless: true,
    })
    t.is(fieldOf(unchanged.headers, 'etag'), told)
    t.is(fieldOf(unchanged.headers, 'content-length'), length)
  })

test('a page that is rewritten is compressed once, behind that', async t => {
  const params = {'gzip.compress.mime.types': 'text/html', 'gzip.compress.min.size': '0'}
  const says = ask('/page', ['Accept-Encoding: gzip'])
  for (const response of [
    answer(['Content-Type: text/html'], link),
    answer(['Content-Type: text/html', 'Content-Encoding: gzip'], gzipSync(link)),
  ]) {
    const {answer: page} = await exchanged(t, says, response, {...rewriting(), params})
    t.deepEqual(valuesOf(page.headers, 'content-encoding'), ['gzip'])
    t.is(gunzipSync(Buffer.from(page.body, 'latin1')).toString(), led)
  }
})

test('a part of a page passes as it came', async t => {
  const part = answer(['Content-Type: text/html', 'Content-Range: bytes 0-37/99'], link, '206 Partial Content')
  const {answer: partial} = await exchanged(t, ask('/page'), part, rewriting())
  t.is(partial.body, link)
  t.is(fieldOf(partial.headers, 'content-range'), 'bytes 0-37/99')
})

const CODINGS = {
  gzip: [gzipSync, gunzipSync],
  deflate: [deflateSync, inflateSync],
  br: [brotliCompressSync, brotliDecompressSync],
} as const

for (const [coding, [encode, decode]] of Object.entries(CODINGS))
  test(`a body in ${coding} is coded again`, async t => {
    const coded = answer(['Content-Type: text/html', `Content-Encoding: ${coding}`], encode(Buffer.from(link)))
    const {answer: page} = await exchanged(t, ask('/page'), coded, rewriting())
    t.is(fieldOf(page.headers, 'content-encoding'), coding)
    t.is(decode(Buffer.from(page.body, 'latin1')).toString(), led)
  })

test('a body in deflate without the format of zlib is read as well', async t => {
  const coded = answer(['Content-Type: text/html', 'Content-Encoding: deflate'], deflateRawSync(Buffer.from(link)))
  const {answer: page} = await exchanged(t, ask('/page'), coded, rewriting())
  t.is(inflateSync(Buffer.from(page.body, 'latin1')).toString(), led)
})

test('an empty body that is said to be in gzip is empty', async t => {
  const coded = answer(['Content-Type: text/html', 'Content-Encoding: gzip'], '')
  const {answer: page} = await exchanged(t, ask('/page'), coded, rewriting())
  t.is(gunzipSync(Buffer.from(page.body, 'latin1')).toString(), '')
})

test('a body that is not in the coding it names is broken off and told', async t => {
  const {client, told} = await through(
    t,
    async connection => {
      await connection.answer(link, 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n')
    },
    rewriting(),
  )
  const connected = await client()
  await connected.send(ask('/page'))
  await connected.closed
  t.notRegex(connected.received, /\r\n0\r\n/)
  t.truthy(
    told.find(line => /not in the coding.*incorrect header check/.test(line)),
    told.join('\n'),
  )
})

// what cannot be read
for (const [type, coding] of [
  ['text/html', 'zstd'],
  ['text/html; charset=utf-16', 'identity'],
])
  test(`${type} in ${coding} passes untouched, and is told once`, async t => {
    const response = answer([`Content-Type: ${type}`, `Content-Encoding: ${coding}`], link)
    const {client, told} = await through(
      t,
      async connection => {
        for (let i = 0; i < 2; i++) {
          await connection.request()
          await connection.send(response)
        }
      },
      rewriting(),
    )
    const connected = await client()
    for (let i = 0; i < 2; i++) {
      await connected.send(ask('/page'))
      t.is((await connected.response()).body, link)
    }
    t.is(told.filter(line => line.includes('cannot be read')).length, 1)
  })

test('the service is asked for all of a body, in a coding that is known', async t => {
  const fields = ['Range: bytes=0-1', 'If-Range: "1"', 'Accept-Encoding: zstd, gzip;q=0.5, br', 'If-Match: W/"1"']
  const {asked} = await exchanged(t, ask('/page', fields), answer([], ''), rewriting())
  t.is(fieldOf(asked.headers, 'range'), undefined)
  t.is(fieldOf(asked.headers, 'if-range'), undefined)
  t.is(fieldOf(asked.headers, 'accept-encoding'), 'gzip;q=0.5, br')
  t.is(fieldOf(asked.headers, 'if-match'), '"1"')
})

test('a body that is not what its type says passes from there, and is told with filter and offset', async t => {
  const more = filter('X/links', '*/json', '<apply path="$[*]" rule="X/path"/>')
  const json = '["http://127.0.0.1/a",}"http://127.0.0.1/b"]'
  const options = rewriting({'response.body': 'X/links'}, more)
  const {answer: page, told} = await exchanged(
    t,
    ask('/page'),
    answer(['Content-Type: application/json'], json),
    options,
  )
  t.is(page.body, '["/gateway/t/x/a",}"http://127.0.0.1/b"]')
  t.truthy(
    told.find(line => /not what its type says.*"filter":"X\/links".*"offset":22/.test(line)),
    told.join('\n'),
  )
})

test('a value that is too long breaks the exchange off, and is told with filter, rule and offset', async t => {
  const more = filter('X/links', '*/json', '<apply path="$[*]" rule="X/path"/>')
  const {client, told} = await through(
    t,
    async connection => {
      await connection.answer(`["${'x'.repeat(200)}"]`, 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n')
    },
    {...rewriting({'response.body': 'X/links'}, more), settings: {'gateway.rewrite.value.limit': '100'}},
  )
  const connected = await client()
  await connected.send(ask('/page'))
  await connected.closed
  t.notRegex(connected.received, /\r\n0\r\n/)
  t.truthy(
    told.find(line => /broken off.*"filter":"X\/links","rule":"X\/path".*"offset":1\d\d,/.test(line)),
    told.join('\n'),
  )
})

test('an event that is too long is told with filter and offset', async t => {
  const more = filter('X/links', 'text/event-stream', '<apply event="*" path="data" rule="X/path"/>')
  const {client, told} = await through(
    t,
    async connection => {
      await connection.answer(`data: ${'x'.repeat(200)}\n\n`, 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n')
    },
    {...rewriting({'response.body': 'X/links'}, more), settings: {'gateway.rewrite.value.limit': '100'}},
  )
  const connected = await client()
  await connected.send(ask('/page'))
  await connected.closed
  t.truthy(
    told.find(line => /broken off.*"filter":"X\/links".*"offset":208,"cause":"an event is longer/.test(line)),
    told.join('\n'),
  )
})

test('a request with a value that is too long is refused', async t => {
  const more = filter('X/body', '*/json', '<apply path="$.url" rule="X/back"/>')
  const {client} = await through(t, async () => {}, {
    ...rewriting({'request.body': 'X/body'}, more),
    settings: {'gateway.rewrite.value.limit': '100'},
  })
  const connected = await client()
  await connected.send(post(['Content-Type: application/json'], `{"url":"${'x'.repeat(200)}"}`))
  await connected.until('value-too-long')
  t.regex(connected.received, /^HTTP\/1\.1 413 /)
})

test('bodies of requests: what a filter names', async t => {
  const more = filter('X/body', '*/json', '<apply path="$.url" rule="X/back"/>')
  const json = '{"url": "http://gw.test:8443/gateway/t/x/a?b=c", "other": "http://gw.test:8443/gateway/t/x/a"}'
  const {asked} = await exchanged(
    t,
    post(['Content-Type: application/json'], json),
    answer([], ''),
    rewriting({'request.body': 'X/body'}, more),
  )
  t.is(asked.body, '{"url": "/a?b=c", "other": "http://gw.test:8443/gateway/t/x/a"}')
  t.is(asked.framing, 'chunked')
})

test('a body of a request in gzip is coded again', async t => {
  const more = filter('X/body', '*/json', '<apply path="$.url" rule="X/back"/>')
  const body = gzipSync('{"url":"http://gw.test:8443/gateway/t/x/a"}').toString('latin1')
  const {asked} = await exchanged(
    t,
    post(['Content-Type: application/json', 'Content-Encoding: gzip'], body),
    answer([], ''),
    rewriting({'request.body': 'X/body'}, more),
  )
  t.is(gunzipSync(Buffer.from(asked.body, 'latin1')).toString(), '{"url":"/a"}')
})

test('headers of requests: those that hold an address lead to the service', async t => {
  const fields = ['Referer: http://gw.test:8443/gateway/t/x/a', 'X-Note: http://gw.test:8443/gateway/t/x/a']
  const {asked, service} = await exchanged(t, ask('/page', fields), answer([], ''), rewriting())
  t.is(fieldOf(asked.headers, 'referer'), `http://127.0.0.1:${service.port}/a`)
  t.is(fieldOf(asked.headers, 'x-note'), 'http://gw.test:8443/gateway/t/x/a')
})

test('headers of requests: what a filter names, and nothing else', async t => {
  const more = filter('X/headers', 'application/x-http-headers', '<apply path="X-Note" rule="X/back"/>')
  const fields = ['Referer: http://gw.test:8443/gateway/t/x/a', 'X-Note: http://gw.test:8443/gateway/t/x/a']
  const {asked} = await exchanged(
    t,
    ask('/page', fields),
    answer([], ''),
    rewriting({'request.headers': 'X/headers'}, more),
  )
  t.is(fieldOf(asked.headers, 'referer'), 'http://gw.test:8443/gateway/t/x/a')
  t.is(fieldOf(asked.headers, 'x-note'), '/a')
})

test('cookies: values to the service, paths to the client', async t => {
  const more = [
    filter('X/in/cookies', 'application/x-http-cookies', '<apply path="next" rule="X/back"/>'),
    filter('X/out/cookies', 'application/x-http-cookies', '<apply path="sid" rule="X/path"/>'),
  ].join('')
  const fields = ['Set-Cookie: sid=1; Path=/app; Domain=.svc.test; HttpOnly', 'Set-Cookie: other=1; Path=/app']
  const {asked, answer: page} = await exchanged(
    t,
    ask('/page', ['Cookie: a=b; next=http://gw.test:8443/gateway/t/x/a']),
    answer(fields, ''),
    rewriting({'request.cookies': 'X/in/cookies', 'response.cookies': 'X/out/cookies'}, more),
  )
  t.is(fieldOf(asked.headers, 'cookie'), 'a=b; next=/a')
  const set = page.headers.filter((_, i) => page.headers[i - 1]?.toLowerCase() === 'set-cookie')
  t.deepEqual(set, ['sid=1; HttpOnly; Path=/gateway/t/x/app', 'other=1; Path=/app'])
})

test('a large body flows at the pace of its client', async t => {
  const row = `["http://127.0.0.1/base/a",${'1,'.repeat(500)}0],\n`
  const rows = 300
  const {answer: page} = await exchanged(
    t,
    ask('/page'),
    answer(['Content-Type: application/json'], `[${row.repeat(rows)}0]`),
    rewriting(),
  )
  t.is(page.body.length, `[${row.replace('http://127.0.0.1/base/a', '/gateway/t/x/a').repeat(rows)}0]`.length)
  t.is(page.body.split('/gateway/t/x/a').length - 1, rows)
})

test('a redirect whose query and host are encrypted leads back; one that was changed is 400', async t => {
  const more = `<rule dir="OUT" name="X/hide"><match pattern="*://{host}:{port}/data/{path=**}?{**}"/>
<encrypt template="{host}:{port}" param="at"/><rewrite template="{$frontend[url]}/x/data/{path=**}?{at}&amp;{**}"/><encrypt-query/></rule>
<rule dir="IN" name="X/show"><match pattern="*://*:*/**/x/data/{path=**}?**"/><decrypt-query/>
<match pattern="*://*:*/**/x/data/{path=**}?{at}&amp;{**}"/><decrypt param="at"/><rewrite template="{$serviceUrl[X]}/{path=**}?{at}&amp;{**}"/></rule>
${filter('X/location', 'application/x-http-headers', '<apply path="Location" rule="X/hide"/>')}`
  const {files} = rewriting({'response.headers': 'X/location'}, more)
  const service = files['data/services/x/1.0/service.xml']?.replace(
    '<route path="/x/**?**">',
    '<route path="/x/data/**?**"><rewrite apply="X/show" to="request.url"/></route><route path="/x/**?**">',
  )
  const redirect = answer(['Location: http://dn1.test:9864/data/a/b?op=OPEN&offset=5'], '', '307 Temporary Redirect')
  const {
    answer: led,
    client1,
    home,
  } = await exchanged(t, ask('/page'), redirect, {
    files: {...files, 'data/services/x/1.0/service.xml': service ?? ''},
  })
  const location = fieldOf(led.headers, 'location') ?? ''
  t.regex(location, /^https?:\/\/gw\.test:8443\/gateway\/t\/x\/data\/a\/b\?_=[\w-]+$/)
  t.is(statSync(`${home}/data/security/own.key`).mode & 0o777, 0o600)
  const target = location.slice(location.indexOf('/x/') + 2)
  await client1.send(ask(target))
  t.is((await client1.response()).body, '/a/b?at=dn1.test%3A9864&op=OPEN&offset=5&port=9864&host=dn1.test')
  await client1.send(ask(target.replace(/_=./, changed => (changed === '_=A' ? '_=B' : '_=A'))))
  const refused = await client1.response()
  t.is(refused.startLine, 'HTTP/1.1 400 Bad Request')
  t.like(JSON.parse(refused.body), {status: 400, error: 'tampered'})
  await client1.send(ask('/data/a/b?op=OPEN'))
  t.is((await client1.response()).startLine, 'HTTP/1.1 404 Not Found')
})
