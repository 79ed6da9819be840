import test from 'ava'
import {endToEnd} from '../../gateway/http/end-to-end.js'
import {isEventStream, mediaTypeOf, nameTest, replaced, valueOf, valuesOf, without} from '../../gateway/http/headers.js'

const HEADERS = ['Accept', 'a/b', 'X-A', '1', 'accept', 'c/d', 'X-B', '2'] as const

test('finds fields by name in any case', t => {
  t.is(valueOf(HEADERS, 'accept'), 'a/b')
  t.is(valueOf(HEADERS, 'x-b'), '2')
  t.is(valueOf(HEADERS, 'x-c'), undefined)
  t.deepEqual(valuesOf(HEADERS, 'accept'), ['a/b', 'c/d'])
  t.deepEqual(valuesOf(HEADERS, 'x-c'), [])
})

test('a value that looks like a name is no name', t => {
  t.is(valueOf(['X', 'host', 'Host', 'h'], 'host'), 'h')
})

test('replaces all fields of a name by one, in place', t => {
  t.deepEqual(replaced(HEADERS, 'ACCEPT', 'e/f'), ['ACCEPT', 'e/f', 'X-A', '1', 'X-B', '2'])
  t.deepEqual(replaced(['A', '1'], 'B', '2'), ['A', '1', 'B', '2'])
})

test('takes fields out, and leaves what it was given alone', t => {
  t.deepEqual(without(HEADERS, nameTest(['accept'])), ['X-A', '1', 'X-B', '2'])
  t.is(without(HEADERS, nameTest(['x-c'])), HEADERS)
  t.is(HEADERS.length, 8)
})

const passes = test.macro({
  exec(t, given: readonly string[], expected: readonly string[]) {
    t.deepEqual(endToEnd(given), [...expected])
  },
  title: (_, given: readonly string[], _expected: readonly string[]) => `of ${given.join(' | ')}`,
})

// the fields given, those that go on
test(passes, [], [])
test(passes, ['Host', 'h', 'X-A', '1'], ['Host', 'h', 'X-A', '1'])
test(passes, ['Connection', 'close', 'Keep-Alive', 'timeout=5', 'X', '1'], ['X', '1'])
test(passes, ['Proxy-Connection', 'x', 'TE', 'trailers', 'Trailer', 'X', 'Upgrade', 'h2c'], [])
test(passes, ['Transfer-Encoding', 'chunked', 'Expect', '100-continue', 'Date', 'd'], ['Date', 'd'])
test(
  passes,
  ['Proxy-Authorization', 'Basic x', 'Proxy-Authenticate', 'Basic', 'Authorization', 'y'],
  ['Authorization', 'y'],
)
test(passes, ['X-Drop', '1', 'Connection', 'close, X-Drop', 'X-Keep', '2'], ['X-Keep', '2'])
test(passes, ['Connection', 'X-A', 'X-A', '1', 'x-b', '2', 'CONNECTION', 'X-B'], [])
test(passes, ['Connection', ',, ,', 'X-A', '1'], ['X-A', '1'])
test(passes, ['Connection', 'Upgrade, HTTP2-Settings', 'Upgrade', 'h2c', 'HTTP2-Settings', 'AAMA'], [])
test(
  passes,
  ['Connection', 'Host, Content-Length', 'Host', 'h', 'Content-Length', '5'],
  ['Host', 'h', 'Content-Length', '5'],
)
test(
  passes,
  ['Connection', 'Authorization, Cookie', 'Authorization', 'a', 'Cookie', 'c'],
  ['Authorization', 'a', 'Cookie', 'c'],
)
test(passes, ['Connection', 'X-Forwarded-For', 'X-Forwarded-For', '1.2.3.4'], ['X-Forwarded-For', '1.2.3.4'])

const streams = test.macro({
  exec(t, contentType: string | undefined, expected: boolean) {
    t.is(isEventStream(contentType), expected)
  },
  title: (_, contentType) => `event stream? ${JSON.stringify(contentType)}`,
})

test(streams, 'text/event-stream', true)
test(streams, 'text/event-stream; charset=utf-8', true)
test(streams, 'text/event-stream;charset=utf-8', true)
test(streams, 'Text/Event-Stream ; charset="utf-8"', true)
test(streams, ' text/event-stream', true)
test(streams, 'text/event-streams', false)
test(streams, 'text/html; x=text/event-stream', false)
test(streams, undefined, false)

test('a media type without its parameters', t => {
  t.is(mediaTypeOf('Text/HTML; charset=UTF-8'), 'text/html')
  t.is(mediaTypeOf('application/json'), 'application/json')
})
