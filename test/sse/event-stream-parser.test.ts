import test from 'ava'
import {createParser} from 'eventsource-parser'
import fc from 'fast-check'
import {EventStreamParser, type ServerSentEvent} from '../../gateway/sse/event-stream-parser.js'
import {texts} from '../streams/harness.js'

function read(chunks: readonly Uint8Array[]) {
  const parser = new EventStreamParser()
  const events = chunks.flatMap(chunk => parser.push(chunk))
  return {events, begun: parser.begun}
}

/** By a parser of others, which leaves the byte order mark to the decoder, keeps a CR at the end waiting for its LF, and forgets IDs. */
function parsed(text: string) {
  const events: ServerSentEvent[] = []
  let lastEventId = ''
  const parser = createParser({
    onEvent(event) {
      lastEventId = event.id ?? lastEventId
      events.push({type: event.event || 'message', data: event.data, lastEventId})
    },
  })
  parser.feed(text.replace(/^\uFEFF/, '').replace(/\r$/, '\r\n'))
  return events
}

/** Every way to cut it in two, and into single bytes. */
function* cuts(text: string): Generator<readonly Uint8Array[]> {
  const whole = Buffer.from(text)
  for (let i = 0; i <= whole.length; i++) yield [whole.subarray(0, i), whole.subarray(i)]
  yield Array.from(whole, byte => Uint8Array.of(byte))
}

for (const text of texts)
  test(`${JSON.stringify(text)} is read as another parser does, at every chunk boundary`, t => {
    for (const chunks of cuts(text)) t.deepEqual(read(chunks).events, parsed(text))
  })

test('any stream is read as another parser does', t => {
  const piece = fc.constantFrom(
    'data: x',
    'data',
    'id: 7',
    'id',
    ':c',
    'event: é',
    'retry: 9',
    'retry: x',
    'da',
    '\n',
    '\r',
    '\r\n',
    '\n\n',
  )
  // the oracle hands out an ID only with an event
  const withData = fc.array(piece, {maxLength: 16}).map(pieces => `${pieces.join('')}\n\n`)
  fc.assert(
    fc.property(withData, text => {
      const events = parsed(text)
      for (const chunks of cuts(text)) {
        const found = read(chunks)
        t.deepEqual(
          found.events.map(({type, data}) => ({type, data})),
          events.map(({type, data}) => ({type, data})),
        )
      }
    }),
    {numRuns: 100},
  )
})

const gives = test.macro({
  exec(t, text: string, expected: readonly Partial<ServerSentEvent>[]) {
    for (const chunks of cuts(text)) t.like(read(chunks).events, expected)
  },
  title: (_, text) => `${JSON.stringify(text)} as the standard says`,
})

test(gives, 'id: 1\n\ndata: a\n\n', [{lastEventId: '1'}])
test(gives, 'id: 1\ndata: a\n\nid: a\0b\ndata: b\n\n', [{lastEventId: '1'}, {lastEventId: '1'}])
test(gives, 'id: 1\ndata: a\n\nid\ndata: b\n\n', [{lastEventId: '1'}, {lastEventId: ''}])
test(gives, 'event: x\n\ndata: a\n\n', [{type: 'message'}])

test('bytes that are no UTF-8 are read as U+FFFD', t => {
  t.is(read([Buffer.from('data: \xff\n\n', 'latin1')]).events[0]?.data, '\uFFFD')
})

test('what is not whole at the end has begun', t => {
  t.true(read([Buffer.from('data: a\n')]).begun)
  t.true(read([Buffer.from('da')]).begun)
  t.false(read([Buffer.from('data: a\n\n:c\n')]).begun)
})
