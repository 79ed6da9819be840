import test from 'ava'
import {cutAt} from '../../dispatch/transport/read-answers.js'
import {type Reading, readRequests} from './read-requests.js'

/** What of a request is compared. */
type Expected = Partial<Reading['requests'][number]>

/** Every reading must be the same however the bytes come. */
const reads = test.macro({
  exec(t, sent: string, end: Reading['end'], expected: readonly Expected[] = [], maxHead?: number) {
    const bytes = Buffer.from(sent, 'latin1')
    const cuts = bytes.length > 2000 ? [] : [[...bytes.keys()], ...[...bytes.keys()].map(place => [place])]
    for (const places of [[], ...cuts]) {
      const reading = readRequests(cutAt(bytes, places), maxHead)
      t.is(reading.end, end, `cut at ${places}`)
      t.is(reading.requests.length, expected.length, `cut at ${places}`)
      for (const [i, each] of expected.entries()) t.like(reading.requests[i], each, `cut at ${places}`)
    }
  },
  title: (title = '', sent: string, end) =>
    `${title || end}: ${JSON.stringify(sent.slice(0, 100)).replaceAll(' ', '·')}`,
})

const HOST = 'Host: h\r\n'
const get = (fields = '', target = '/') => `GET ${target} HTTP/1.1\r\n${HOST}${fields}\r\n`
const post = (fields: string, body = '') => `POST /p HTTP/1.1\r\n${HOST}${fields}\r\n${body}`
const CHUNKED = 'Transfer-Encoding: chunked\r\n'

// what was sent, what came of its end, the requests
test(reads, '', 'clean')
test(reads, get(), 'clean', [{method: 'GET', target: '/', version: '1.1', headers: ['Host', 'h'], body: ''}])
test(reads, get('', '/a?b=c&d'), 'clean', [{target: '/a?b=c&d'}])
test(reads, get('', 'http://h:1/a'), 'clean', [{target: 'http://h:1/a'}])
test(reads, 'OPTIONS * HTTP/1.0\r\n\r\n', 'clean', [{method: 'OPTIONS', target: '*', version: '1.0', headers: []}])
test(reads, 'M-SEARCH / HTTP/1.1\r\n\r\n', 'clean', [{method: 'M-SEARCH'}])
test(reads, 'GET / HTTP/2.0\r\n\r\n', 'clean', [{version: '2.0'}])
test(reads, get('X:\r\nY: \t a\tb \t\r\nX: \xe9\r\n'), 'clean', [
  {headers: ['Host', 'h', 'X', '', 'Y', 'a\tb', 'X', '\xe9']},
])
test(reads, `${get()}\r\n${get('', '/2')}`, 'clean', [{target: '/'}, {target: '/2'}])
test(reads, `\r\n${get()}\r\n`, 'clean', [{target: '/'}])
test(reads, get('', '/1') + get('', '/2') + post('Content-Length: 2\r\n', 'hi') + get('', '/3'), 'clean', [
  {target: '/1', body: ''},
  {target: '/2'},
  {target: '/p', body: 'hi'},
  {target: '/3', body: ''},
])

// bodies
test(reads, post('Content-Length: 5\r\n', 'hello'), 'clean', [{body: 'hello'}])
test(reads, post('content-length: 0\r\n'), 'clean', [{body: ''}])
test(reads, post('Content-Length: 0005\r\n', 'hello'), 'clean', [{body: 'hello'}])
test(reads, get('Content-Length: 4\r\n') + get().slice(0, 4), 'clean', [{body: 'GET '}])
test(reads, post(CHUNKED, '5\r\nhello\r\n0\r\n\r\n'), 'clean', [{body: 'hello'}])
test(reads, post('transfer-encoding:\tCHUNKED \r\n', '0\r\n\r\n'), 'clean', [{body: ''}])
test(reads, post(CHUNKED, 'A;a=b;c="d e"\r\n0123456789\r\n001 \t;x\r\nx\r\n000;y\r\n\r\n'), 'clean', [
  {body: '0123456789x'},
])
test(reads, post(CHUNKED, '1\r\nx\r\n0\r\nX-Sum: 7\r\nY:\r\n\r\n') + get('', '/2'), 'clean', [
  {body: 'x', headers: ['Host', 'h', 'Transfer-Encoding', 'chunked']},
  {target: '/2'},
])

// not whole
test(reads, 'GET / HTTP/1.1\r\n', 'cut')
test(reads, 'GET', 'cut')
test(reads, '\r', 'cut')
test(reads, post('Content-Length: 6\r\n', 'hello'), 'cut')
test(reads, post(CHUNKED, '5\r\nhel'), 'cut')
test(reads, post(CHUNKED, '0\r\nX: 1\r\n'), 'cut')
test(reads, post(CHUNKED, '0\r\n'), 'cut')

// another protocol
test(reads, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'preface')
test(reads, 'PRI * HTTP/2.0\r\nX: 1\r\n\r\n', 'malformed')

// request lines
for (const line of [
  'GET /',
  'GET  / HTTP/1.1',
  'GET /  HTTP/1.1',
  'GET\t/ HTTP/1.1',
  'GET / HTTP/1.1 ',
  ' GET / HTTP/1.1',
  'GET /a b HTTP/1.1',
  'GET / HTTP/1.',
  'GET / HTTP/1.10',
  'GET / http/1.1',
  'GET / HTTP 1.1',
  'GET / HTTPS/1.1',
  'GET / HTTP/1.1\r',
  'GET /\0 HTTP/1.1',
  'GET /\x7f HTTP/1.1',
  'GET /\r HTTP/1.1',
  'GET /\xe9 HTTP/1.1',
  'GET /\n HTTP/1.1',
  'get / HTTP/1.1',
  'GOT / HTTP/1.1',
  'GETS / HTTP/1.1',
  'G(T / HTTP/1.1',
  'GET HTTP/1.1',
  'GET',
  'HTTP/1.1 200 OK',
  '\n',
  '\x16\x03\x01',
])
  test('no request line', reads, `${line}\r\n${HOST}\r\n`, 'malformed')
test('two empty lines before it', reads, `\r\n\r\n${get()}`, 'malformed')
test('a CR before it', reads, `\r${get()}`, 'malformed')
test('told before its line ends', reads, '\x16\x03\x01', 'malformed')
test('told before its line ends', reads, 'GETT', 'malformed')
test('told before its line ends', reads, 'PRI * HTTP/3', 'malformed')

// fields
for (const field of [
  'X : 1',
  ': 1',
  'X',
  ' X: 1',
  'X: 1\r\n folded',
  'X: 1\r\n\tfolded',
  'X: a\rb',
  'X: a\nY: b',
  'X: a\n',
  'X: a\0b',
  'X: a\x0bb',
  'X: a\x7f',
  'X\0: 1',
  'X\xe9: 1',
  'X(: 1',
  'X y: 1',
  '',
])
  test('no field', reads, `GET / HTTP/1.1\r\n${HOST}${field}${field === '' ? '\n' : ''}\r\n\r\n`, 'malformed')
test('a field is folded at once', reads, `GET / HTTP/1.1\r\n X: 1\r\n\r\n`, 'malformed')
test('lines end with LF alone', reads, 'GET / HTTP/1.1\nHost: h\n\nGET / HTTP/1.1\r\n\r\n', 'malformed')

test('so that an answer is waited for', reads, 'GET / HTTP/1.1\nHost: h\n\n', 'malformed')
test('trailers whose lines end with LF alone', reads, post(CHUNKED, '0\r\nX: 1\n\n'), 'malformed')

// where a body ends
for (const [status, ...fields] of [
  [400, 'Content-Length: 1', 'Content-Length: 1'],
  [400, 'Content-Length: 1', 'Content-Length: 2'],
  [400, 'Content-Length: 1, 1'],
  [400, 'Content-Length: '],
  [400, 'Content-Length: -1'],
  [400, 'Content-Length: +1'],
  [400, 'Content-Length: 0x1'],
  [400, 'Content-Length: 1_0'],
  [400, 'Content-Length: 1e1'],
  [400, 'Content-Length: 1 0'],
  [400, 'Content-Length: \xa01'],
  [400, 'Content-Length: 9007199254740993'],
  [400, 'Content-Length: 0', 'Transfer-Encoding: chunked'],
  [400, 'Transfer-Encoding: chunked', 'Content-Length: 3'],
  [501, 'Transfer-Encoding: '],
  [501, 'Transfer-Encoding: identity'],
  [501, 'Transfer-Encoding: xchunked'],
  [501, 'Transfer-Encoding: \xa0chunked'],
  [501, 'Transfer-Encoding: "chunked"'],
  [501, 'Transfer-Encoding: chunked;a=b'],
  [501, 'Transfer-Encoding: gzip, chunked'],
  [501, 'Transfer-Encoding: chunked, chunked'],
  [501, 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
  [501, 'Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
  [400, HOST.trim()],
] as const)
  test(reads, post(`${fields.join('\r\n')}\r\n`, '0\r\n\r\n'), status)
test(reads, `POST / HTTP/1.0\r\n${CHUNKED}\r\n0\r\n\r\n`, 400)

for (const chunks of [
  '\r\n',
  'x\r\n',
  '0x5\r\nhello\r\n',
  '+5\r\nhello\r\n',
  '-1\r\n',
  ' 5\r\nhello\r\n',
  '5 5\r\nhello\r\n',
  '5\nhello\n',
  '5\r\nhelloo\r\n',
  '5\r\nhello\n0\r\n\r\n',
  '5\r\nhello0\r\n\r\n',
  '5;a\0\r\nhello\r\n',
  '5;a\nb\r\nhello\r\n',
  '5\rhello\r\n',
  'fffffffffffffffff\r\n',
  '0\r\n X: 1\r\n\r\n',
  '0\r\nX : 1\r\n\r\n',
  '0\r\nX: a\nb\r\n\r\n',
  '0\r\nContent-Length: 0\r\n\r\n',
  '0\r\nTransfer-Encoding: chunked\r\n\r\n',
  '5;a:b\r\nhello\r\n',
  '5;\r\nhello\r\n',
  '5;a="b\r\nhello\r\n',
  '5;a=\xe9\r\nhello\r\n',
])
  test(reads, post(CHUNKED, chunks), 'malformed')

// limits
const long = (length: number) => `X: ${'a'.repeat(length)}\r\n`
const rest = get(long(0)).length - 4
test('a head of the longest', reads, get(long(300 - rest)), 'clean', [{version: '1.1'}], 300)
test('one byte more', reads, get(long(301 - rest)), 'too large', [], 300)
test('no end of a line', reads, `GET /${'a'.repeat(400)}`, 'too large', [], 300)
test('no end of a head, in a packet', reads, `GET / HTTP/1.1\r\n${long(5000)}`, 'too large', [], 4096)
test('the longest trailers', reads, post(CHUNKED, `0\r\n${long(295)}\r\n`), 'clean', [{version: '1.1'}], 300)
test('no end of trailers', reads, post(CHUNKED, `0\r\n${long(296)}\r\n`), 'too large', [], 300)
test('a long extension', reads, post(CHUNKED, `1;${'a'.repeat(1100)}\r\nx\r\n0\r\n\r\n`), 'malformed')
test('zeros without end', reads, post(CHUNKED, '0'.repeat(1100)), 'malformed')
test('the most fields', reads, get('X: 1\r\n'.repeat(199)), 'clean', [{version: '1.1'}])
test('too many fields', reads, get('X: 1\r\n'.repeat(200)), 431)

test(
  'many requests in one packet',
  reads,
  get().repeat(1000),
  'clean',
  Array.from({length: 1000}, () => ({target: '/'})),
)
