import test from 'ava'
import {createParser} from 'eventsource-parser'
import fc from 'fast-check'
import {EventCount} from '../../gateway/sse/event-count.js'
import {texts} from '../streams/harness.js'

interface Counted {
  readonly events: number
  readonly lastEventId: string
}

function counted(chunks: readonly Uint8Array[]): Counted {
  const count = new EventCount('')
  let events = 0
  for (const chunk of chunks) events += count.push(chunk)
  return {events, lastEventId: count.lastEventId}
}

/** By a parser of others, which keeps a CR at the end waiting for its LF; it knows an ID only from an event with data, so streams here have no other blocks with an ID. */
function parsed(text: string): Counted {
  let events = 0
  let lastEventId = ''
  const parser = createParser({
    onEvent(event) {
      events++
      lastEventId = event.id ?? lastEventId
    },
  })
  parser.feed(text.replace(/^\uFEFF/, '').replace(/\r$/, '\r\n'))
  return {events, lastEventId}
}

/** Every way to cut it in two, and into single bytes. */
function* cuts(text: string): Generator<readonly Uint8Array[]> {
  const whole = Buffer.from(text)
  for (let i = 0; i <= whole.length; i++) yield [whole.subarray(0, i), whole.subarray(i)]
  yield Array.from(whole, byte => Uint8Array.of(byte))
}

for (const text of texts)
  test(`${JSON.stringify(text)} is counted as a parser does, at every chunk boundary`, t => {
    for (const chunks of cuts(text)) t.deepEqual(counted(chunks), parsed(text), JSON.stringify(chunks))
  })

test('any stream is counted as a parser does, at every chunk boundary', t => {
  const end = fc.constantFrom('\n', '\r\n', '\r')
  const field = fc.constantFrom(
    'data: x',
    'data',
    'dat',
    'data:',
    'datax',
    'id: 71',
    'id:8',
    'idx: 1',
    ':c',
    'event: e',
    'i',
    'd',
  )
  const block = fc.tuple(fc.array(fc.tuple(field, end), {maxLength: 5}), end).map(([lines, last]) => {
    const all = [...lines, ['data: y', last] as const, ['', last] as const]
    return all.map(line => line.join('')).join('')
  })
  fc.assert(
    fc.property(fc.array(block, {maxLength: 4}), fc.constantFrom('', '\uFEFF'), (blocks, mark) => {
      const text = mark + blocks.join('')
      for (const chunks of cuts(text)) t.deepEqual(counted(chunks), parsed(text), JSON.stringify(text))
    }),
    {numRuns: 150},
  )
})

const keeps = test.macro({
  exec(t, text: string, lastEventId: string, events: number) {
    for (const chunks of cuts(text)) t.deepEqual(counted(chunks), {events, lastEventId})
  },
  title: (_, text, id, events) =>
    `${JSON.stringify(String(text).slice(0, 40))}: ${events} events, ID ${String(id).slice(0, 20)}`,
})

test(keeps, 'id: 7\n', '', 0)
test(keeps, 'id: 7\n\n', '7', 0)
test(keeps, ':c\n\n\nevent: x\n\n', '', 0)
test(keeps, 'id: 7\ndata: x\n\nid\ndata: x\n\n', '', 2)
test(keeps, 'id: 7\ndata: x\n\nid: a\0b\ndata: x\n\n', '7', 2)
test(keeps, 'id: 7\ndata: x\n\ndata: half\nid: 8\n', '7', 1)
test(keeps, 'data: id: 9\n\n', '', 1)
test(keeps, '\uFEFFid: 5\n\n', '5', 0)
test(keeps, `id: ${'x'.repeat(500)}\n\n`, 'x'.repeat(500), 0)

test('an ID that is longer than one that counts is none, and holds no memory', t => {
  const count = new EventCount('before')
  for (let i = 0; i < 100; i++) count.push(Buffer.from(i === 0 ? 'id: ' : 'x'.repeat(1000)))
  count.push(Buffer.from('\n\n'))
  t.is(count.lastEventId, '')
})
