import test from 'ava'
import {cutAt, type Outcome, readAnswer} from './read-answers.js'

/** Every outcome must be the same however the bytes come. */
const reads = test.macro({
  exec(t, answer: string, expected: Partial<Outcome>, method: string = 'GET', ends: boolean = false) {
    const bytes = Buffer.from(answer, 'latin1')
    const cuts = [[...bytes.keys()], ...[...bytes.keys()].map(place => [place])]
    for (const places of [[], ...(bytes.length > 2000 ? [] : cuts)]) {
      const outcome = readAnswer(cutAt(bytes, places), method, ends)
      // A cut right behind the end hides what follows.
      const end = outcome.end === 'clean' && expected.end === 'whole' && places.length > 0 ? 'whole' : outcome.end
      t.like({...outcome, end}, expected, `cut at ${places}`)
    }
  },
  title: (_, answer: string, {end}: Partial<Outcome>, method: string = 'GET', ends: boolean = false) =>
    `${end}: ${method} ${JSON.stringify(answer.slice(0, 110))}${ends ? ' ends' : ''}`,
})

const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`

// whole answers: bytes, what they mean, request method, whether the connection ends
test(reads, `${OK}Content-Length: 5\r\n\r\nhello`, {status: 200, body: 'hello', end: 'clean'})
test(reads, `${OK}content-length:\t5 \t\r\n\r\nhello`, {headers: ['content-length', '5'], body: 'hello', end: 'clean'})
test(reads, `${OK}Content-Length: 0\r\n\r\n`, {body: '', end: 'clean'})
test(reads, `${OK}Content-Length: 000005\r\n\r\nhello`, {body: 'hello', end: 'clean'})
test(reads, `${OK}X-Empty:\r\nContent-Length: 0\r\n\r\n`, {
  headers: ['X-Empty', '', 'Content-Length', '0'],
  end: 'clean',
})
test(reads, `HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx`, {body: 'x', end: 'clean'})
test(reads, `HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\nx`, {body: 'x', end: 'clean'})
test(reads, `${CHUNKED}5\r\nhello\r\n0\r\n\r\n`, {body: 'hello', trailers: [], end: 'clean'})
test(reads, `${CHUNKED}2\r\nhe\r\n0003\r\nllo\r\n000\r\n\r\n`, {body: 'hello', end: 'clean'})
test(reads, `${CHUNKED}A;a=b;c="d e"\r\n0123456789\r\n0;x\r\n\r\n`, {body: '0123456789', end: 'clean'})
test(reads, `${CHUNKED}1 \t;a\r\nx\r\n0\r\n\r\n`, {body: 'x', end: 'clean'})
test(reads, `${CHUNKED}1\r\nx\r\n0\r\nX-Sum: 7\r\nX-B:\r\n\r\n`, {trailers: ['X-Sum', '7', 'X-B', ''], end: 'clean'})
test(reads, `${CHUNKED}4\r\n\r\n\r\n\r\n0\r\n\r\n`, {body: '\r\n\r\n', end: 'clean'})
test(reads, `${OK}transfer-encoding: CHUNKED\r\n\r\n0\r\n\r\n`, {end: 'clean'})
test(reads, 'HTTP/1.1 204 No Content\r\n\r\n', {status: 204, end: 'clean'})
test(reads, 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', {end: 'clean'})
test(reads, `${OK}Content-Length: 5\r\n\r\n`, {body: '', end: 'clean'}, 'HEAD')
test(reads, CHUNKED, {body: '', end: 'clean'}, 'HEAD')
test(reads, `${OK}\r\n`, {body: '', end: 'clean'}, 'HEAD')
test(reads, `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${CHUNKED}0\r\n\r\n`, {
  interim: [103, 100],
  status: 200,
  end: 'clean',
})
test(reads, `${'HTTP/1.1 102 P\r\n\r\n'.repeat(100)}HTTP/1.1 204 N\r\n\r\n`, {status: 204, end: 'clean'})
test(reads, `${OK}\r\nhello`, {body: 'hello', end: 'whole'}, 'GET', true)
test(reads, `HTTP/1.0 200 OK\r\n\r\nhello`, {body: 'hello', end: 'whole'}, 'GET', true)

// whole, but the connection is not to be used again
test(reads, `HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\nx`, {body: 'x', end: 'whole'})
test(reads, `${OK}Connection: close\r\nContent-Length: 1\r\n\r\nx`, {body: 'x', end: 'whole'})
test(reads, `${OK}Connection: x, Close ,y\r\nContent-Length: 1\r\n\r\nx`, {body: 'x', end: 'whole'})
test(reads, 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', {end: 'whole'})
test(reads, 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n', {end: 'whole'})
test(reads, `${OK}Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n`, {body: 'ok', end: 'whole'})
test(reads, `${CHUNKED}0\r\n\r\nx`, {body: '', end: 'whole'})
test(reads, `HTTP/1.1 204 N\r\n\r\nx`, {body: '', end: 'whole'})

// not whole
test(reads, `${OK}Content-Length: 6\r\n\r\nhello`, {body: 'hello', end: 'cut'}, 'GET', true)
test(reads, `${CHUNKED}5\r\nhello`, {body: 'hello', end: 'cut'}, 'GET', true)
test(reads, `${CHUNKED}5\r\nhello\r\n0\r\n`, {body: 'hello', end: 'cut'}, 'GET', true)
test(reads, `${CHUNKED}0\r\nX: 1\r\n`, {end: 'cut'}, 'GET', true)
test(reads, 'HTTP/1.1 200 OK\r\n', {status: 0, end: 'cut'}, 'GET', true)
test(reads, 'HTTP/1.1 100 Continue\r\n\r\n', {interim: [100], end: 'cut'}, 'GET', true)

const malformed = (answer: string, method = 'GET') => test(reads, answer, {end: 'malformed'}, method)

// status lines
for (const line of [
  'HTTP/2.0 200 OK',
  'HTTP/1.2 200 OK',
  'HTTP/1.11 200 OK',
  'http/1.1 200 OK',
  'HTTP/1.1  200 OK',
  'HTTP/1.1\t200 OK',
  'HTTP/1.1 200\tOK',
  'HTTP/1.1 20 OK',
  'HTTP/1.1 2000 OK',
  'HTTP/1.1 2x0 OK',
  'HTTP/1.1 099 OK',
  'HTTP/1.1 600 OK',
  'HTTP/1.1 -20 OK',
  'HTTP/1.1 200 O\x7fK',
  'HTTP/1.1 200 O\0K',
  'HTTP/1.1 200 O\rK',
  'HTTP/1.1 200 O\nX: 1',
  'HTTP/1.1 101 Switching Protocols',
  ' HTTP/1.1 200 OK',
  'ICY 200 OK',
])
  malformed(`${line}\r\nContent-Length: 0\r\n\r\n`)
malformed('HTTP/1.1 200 OK\nContent-Length: 0\n\n')
malformed(`\r\n${OK}Content-Length: 0\r\n\r\n`)

// fields
for (const field of [
  'X : 1',
  ': 1',
  'X',
  ' X: 1',
  '\tX: 1',
  'X: 1\r\n folded',
  'X: 1\r\n\tfolded',
  'X: a\rb',
  'X: a\nY: b',
  'X: a\0b',
  'X: a\x0bb',
  'X: a\x7f',
  'X\0: 1',
  'X\xe9: 1',
  'X(: 1',
  'X@y: 1',
])
  malformed(`${OK}${field}\r\nContent-Length: 0\r\n\r\n`)

// framing
for (const fields of [
  'Content-Length: 5\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nContent-Length: 5',
  'Content-Length: 5\r\nContent-Length: 5',
  'Content-Length: 5\r\nContent-Length: 6',
  'Content-Length: 5, 5',
  'Content-Length: ',
  'Content-Length: -5',
  'Content-Length: +5',
  'Content-Length: 5.0',
  'Content-Length: 0x5',
  'Content-Length: 5 5',
  'Content-Length: 5;',
  'Content-Length: 9999999999999999',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, gzip',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunked;x',
  'Transfer-Encoding: "chunked"',
  'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding: ',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
  'Transfer-Encoding: \x0bchunked',
])
  for (const method of ['GET', 'HEAD']) malformed(`${OK}${fields}\r\n\r\n`, method)
malformed('HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n')
malformed('HTTP/1.0 103 Early Hints\r\n\r\n')
malformed('HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\nhello')
malformed('HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n')
malformed(`${'HTTP/1.1 102 P\r\n\r\n'.repeat(101)}HTTP/1.1 204 N\r\n\r\n`)

// chunks
for (const body of [
  '\r\n',
  ' 5\r\nhello\r\n',
  '5 \r\nhello\r\n',
  '5\nhello\r\n',
  '5\rhello\r\n',
  '5\r\nhello\n0\r\n\r\n',
  '5\r\nhelloo\r\n',
  '5\r\nhello\r0',
  '+5\r\nhello',
  '-5\r\nhello',
  '0x5\r\nhello',
  '5g\r\nhello',
  'g\r\n',
  '5,5\r\nhello',
  '5;a\nb\r\nhello',
  '5;a\0b\r\nhello',
  '5;a\rb\r\nhello',
  '20000000000000\r\n',
  'fffffffffffffffff\r\n',
  `${'0'.repeat(1025)}5\r\nhello`,
  `5;${'x'.repeat(1024)}\r\nhello`,
  '0\r\nX: 1\r\n folded\r\n\r\n',
  '0\r\nX : 1\r\n\r\n',
  '0\r\nX: a\0b\r\n\r\n',
  `0\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
])
  malformed(CHUNKED + body)

// size
malformed(`${OK}X: ${'x'.repeat(16_384)}\r\n\r\n`)
malformed(`${OK}X-Without-End: ${'x'.repeat(16_384)}`)
malformed(`${OK}${'X: 1\r\n'.repeat(501)}\r\n`)

test('a head byte by byte costs no more than its size', t => {
  const text = `${OK}X: ${'x'.repeat(60_000)}\r\nContent-Length: 0\r\n\r\n`
  const bytes = Buffer.from(text)
  t.is(readAnswer(cutAt(bytes, [...bytes.keys()]), 'GET', false, 65_536).end, 'clean')
})

test('a field of many spaces takes no longer than another', t => {
  const began = performance.now()
  for (const tail of ['\0', 'x'])
    readAnswer([Buffer.from(`${OK}X:${' '.repeat(60_000)}${tail}\r\nContent-Length: 0\r\n\r\n`)], 'GET', false, 65_536)
  t.true(performance.now() - began < 1000)
})
