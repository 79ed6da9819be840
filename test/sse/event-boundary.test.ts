import test from 'ava'
import {createParser} from 'eventsource-parser'
import fc from 'fast-check'
import {
  advance,
  BETWEEN_EVENTS,
  BETWEEN_EVENTS_AFTER_CR,
  BETWEEN_LINES,
  BETWEEN_LINES_AFTER_CR,
  IN_LINE,
  type Position,
  STREAM_START,
  step,
  untilBetweenEvents,
} from '../../gateway/sse/event-boundary.js'

const bytes = (text: string) => new Uint8Array(Buffer.from(text))

/** Where a whole beginning of a stream ends, read off its text without any state. */
function naive(text: string): Position {
  if (text === '') return STREAM_START
  const body = text.replace(/^\uFEFF/, '')
  if (body === '') return BETWEEN_EVENTS
  if (!/[\r\n]$/.test(body)) return IN_LINE
  const lines = body.split(/\r\n|\r|\n/)
  const blank = lines.at(-2) === ''
  if (body.endsWith('\r')) return blank ? BETWEEN_EVENTS_AFTER_CR : BETWEEN_LINES_AFTER_CR
  return blank ? BETWEEN_EVENTS : BETWEEN_LINES
}

/** Streams made of what matters, and of anything. */
const streams = fc
  .array(fc.constantFrom('\n', '\r', '\r\n', '\n\n', '\r\r', 'data: x', 'id: 7', ':c', 'event', 'é', 'retry: 9', ' '), {
    maxLength: 14,
  })
  .chain(pieces => fc.constantFrom(pieces.join(''), `\uFEFF${pieces.join('')}`))

/** The parser leaves the byte order mark to the decoder, and keeps a CR at the end waiting: its LF changes nothing else. */
function events(text: string): unknown[] {
  const found: unknown[] = []
  const parser = createParser({onEvent: event => found.push(event), onRetry: ms => found.push(ms)})
  parser.feed(text.replace(/^\uFEFF/, '').replace(/\r$/, '\r\n'))
  return found
}

/** Every way to cut a text in two or three chunks of bytes. */
function* cuts(whole: Uint8Array): Generator<readonly Uint8Array[]> {
  for (let i = 0; i <= whole.length; i++) {
    for (let j = i; j <= whole.length; j++) yield [whole.subarray(0, i), whole.subarray(i, j), whole.subarray(j)]
  }
}

test('the position is the same at every chunk boundary, and the one that the text shows', t => {
  fc.assert(
    fc.property(streams, text => {
      const whole = bytes(text)
      const expected = naive(text)
      for (const chunks of cuts(whole)) {
        const position = chunks.reduce<Position>(advance, STREAM_START)
        if (position !== expected) throw new Error(`${position} instead of ${expected} by ${JSON.stringify(chunks)}`)
      }
      t.is(whole.reduce<Position>(step, STREAM_START), expected)
    }),
    {numRuns: 400},
  )
})

test('within a byte order mark nothing can be added', t => {
  const mark = bytes('\uFEFF')
  t.true(advance(STREAM_START, mark.subarray(0, 1)) > STREAM_START)
  t.true(advance(STREAM_START, mark.subarray(0, 2)) > STREAM_START)
  t.is(advance(STREAM_START, mark), BETWEEN_EVENTS)
  t.is(advance(advance(STREAM_START, mark.subarray(0, 2)), bytes('\n')), BETWEEN_LINES)
})

test('a comment where it says that one may stand changes no event', t => {
  fc.assert(
    fc.property(streams, text => {
      const expected = events(text)
      for (let i = 0; i <= text.length; i++) {
        const before = text.slice(0, i)
        const position = naive(before)
        t.is(advance(STREAM_START, bytes(before)), position)
        // What follows a lone CR is the gateway's care: there the LF is taken out.
        const afterCr = position === BETWEEN_EVENTS_AFTER_CR || position === BETWEEN_LINES_AFTER_CR
        const rest = afterCr ? text.slice(i).replace(/^\n/, '') : text.slice(i)
        const between = position === BETWEEN_EVENTS || position === BETWEEN_EVENTS_AFTER_CR
        if (between) t.deepEqual(events(`${before}:keepalive\n\n${rest}`), expected)
        else if (position === BETWEEN_LINES || position === BETWEEN_LINES_AFTER_CR)
          t.deepEqual(events(`${before}:keepalive\n${rest}`), expected)
      }
    }),
    {numRuns: 300},
  )
})

test('a stream cut between events has given whole events only, and none is lost by going on', t => {
  fc.assert(
    fc.property(streams, fc.nat(20), (text, at) => {
      const whole = bytes(text)
      const start = whole.subarray(0, at).reduce<Position>(step, STREAM_START)
      const rest = whole.subarray(at)
      const length = untilBetweenEvents(start, rest)
      if (length < 0) return
      const cut = Buffer.from(whole.subarray(0, Math.min(at, whole.length) + length)).toString()
      t.true([BETWEEN_EVENTS, BETWEEN_EVENTS_AFTER_CR].includes(naive(cut) as 0 | 3))
      t.deepEqual([...events(cut), ...events(Buffer.from(rest.subarray(length)).toString())], events(text))
    }),
    {numRuns: 400},
  )
})
