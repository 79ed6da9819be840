import test from 'ava'
import {createParser} from 'eventsource-parser'
import fc from 'fast-check'
import {BlockReader} from '../../gateway/sse/block-reader.js'
import {texts} from '../streams/harness.js'

interface Block {
  readonly hasData: boolean
  readonly id: string | undefined
  readonly digest: number
}

interface Reading {
  readonly blocks: readonly Block[]
  /** What was taken after each chunk, and what is held at the end. */
  readonly pieces: readonly Uint8Array[]
  readonly rest: Buffer
  readonly tooLong: boolean
}

function read(chunks: readonly Uint8Array[], limit = 1e6, oneByOne = false): Reading {
  const reader = new BlockReader(limit)
  const blocks: Block[] = []
  const pieces: Uint8Array[] = []
  for (const chunk of chunks) {
    if (reader.tooLong) break
    reader.feed(chunk)
    while (reader.next()) {
      blocks.push({hasData: reader.hasData, id: reader.id, digest: reader.digest})
      if (oneByOne) pieces.push(reader.take())
    }
    pieces.push(reader.take())
    reader.keep()
  }
  return {blocks, pieces, rest: Buffer.from(reader.rest()), tooLong: reader.tooLong}
}

/** Slow and plain: lines by a regex, fields by the words of the standard. Text is Latin-1. */
function naive(text: string): Pick<Block, 'hasData' | 'id'>[] {
  const found: Pick<Block, 'hasData' | 'id'>[] = []
  let hasData = false
  let id: string | undefined
  for (const [, line = ''] of text.matchAll(/([^\r\n]*)(?:\r\n|\r|\n)/g)) {
    if (line === '') {
      found.push({hasData, id})
      hasData = false
      id = undefined
      continue
    }
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (name === 'data') hasData = true
    if (name === 'id' && !value.includes('\0'))
      id = value.length > 4096 || /^[ \t]|[ \t]$|[^\P{Cc}\t\x80-\x9f]/u.test(value) ? '' : value
  }
  return found
}

const facts = ({blocks}: Reading) => blocks.map(({hasData, id}) => ({hasData, id}))

/** Every way to cut it in two and in three with one byte in the middle, and into single bytes. */
function* cuts(text: string): Generator<readonly Uint8Array[]> {
  const whole = Buffer.from(text, 'latin1')
  for (let i = 0; i <= whole.length; i++) {
    yield [whole.subarray(0, i), whole.subarray(i)]
    yield [whole.subarray(0, i), whole.subarray(i, i + 1), whole.subarray(i + 1)]
  }
  yield Array.from(whole, byte => Uint8Array.of(byte))
}

const CASES: readonly string[] = [
  ...texts.map(text => Buffer.from(text.replace(/^\uFEFF/, '')).toString('latin1')),
  'id\ndata: a\n\n',
  'id:\n\nid: \n\nid:  x\n\nid: x \n\nid:x\n\nid: \t\n\n',
  'id: a\0b\nid: c\n\nid: c\nid: a\0b\n\n',
  'idx: 1\nda: x\ndatax: 1\n data: 1\n\n',
  'ID: 1\nData: 2\n\n',
  'data\n\ndata:\n\n: comment\n\nretry: 5\n\nretry\nid: 3\n\n',
  'id: \x01\n\nid: \x7f\n\nid: \xe9\n\nid: a\tb\n\n',
  `id: ${'x'.repeat(4096)}\n\nid: ${'x'.repeat(4097)}\n\n`,
  'data: a\r\r\n\r\n\n\r\rdata: b\r\n\n',
  'id: 1\rid: 2\r\rid: 3\n\r',
  '\n\n\n',
  '\r\r\r',
  '\r\n\r\n',
  'id: 1\ndata: a\n\nid: 2\ndata: half',
]

for (const text of CASES)
  test(`${JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)} at every chunk boundary`, t => {
    const whole = read([Buffer.from(text, 'latin1')])
    t.deepEqual(facts(whole), naive(text))
    for (const chunks of text.length > 1000 ? [...cuts(text)].filter((_, i) => i % 97 === 0) : cuts(text)) {
      const reading = read(chunks)
      t.deepEqual(reading.blocks, whole.blocks)
      t.is(Buffer.concat([...reading.pieces, reading.rest]).toString('latin1'), text)
      const single = read(chunks, 1e6, true)
      t.deepEqual(single.blocks, whole.blocks)
      t.is(Buffer.concat([...single.pieces, single.rest]).toString('latin1'), text)
    }
  })

const line = fc.oneof(
  fc.constantFrom(
    'data: a',
    'data',
    'data:',
    'id: 1',
    'id:2',
    'id',
    'id: ',
    'id: \0',
    ':',
    ': c',
    'event: e',
    'retry: 5',
  ),
  fc.string({maxLength: 6}).map(text => text.replace(/[\r\n]/g, '')),
)
const stream = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n', '\n\n', '\r\r', '\r\n\r\n')), {maxLength: 20})
  .map(lines => Buffer.from(lines.flat().join('')).toString('latin1'))

/** Cut at these fractions of its length. */
function cutAt(text: string, fractions: readonly number[]): Uint8Array[] {
  const whole = Buffer.from(text, 'latin1')
  const places = [...new Set(fractions.map(f => Math.floor(f * whole.length)))].sort((a, b) => a - b)
  return [0, ...places].map((place, i) => whole.subarray(place, places[i]))
}

const fractions = fc.array(fc.double({min: 0, max: 1, noNaN: true}), {maxLength: 8})

test('any stream, cut anywhere, reads as by the plain model', t => {
  fc.assert(
    fc.property(stream, fractions, (text, places) => {
      const reading = read(cutAt(text, places))
      t.deepEqual(facts(reading), naive(text))
      t.deepEqual(reading.blocks, read([Buffer.from(text, 'latin1')]).blocks)
      t.is(Buffer.concat([...reading.pieces, reading.rest]).toString('latin1'), text)
    }),
    {numRuns: 2000},
  )
})

test('what is taken, joined in order, gives the events that an independent parser reads, and no half ones', t => {
  const eventsOf = (bytes: Uint8Array) => {
    const found: unknown[] = []
    const parser = createParser({onEvent: ({data, event, id}) => found.push({data, event, id})})
    // It waits for the LF of a CR at the end.
    parser.feed(Buffer.from(bytes).toString().replace(/\r$/, '\r\n'))
    return found
  }
  fc.assert(
    fc.property(stream, fractions, (text, places) => {
      const {pieces, blocks} = read(cutAt(text, places))
      const whole = eventsOf(Buffer.from(text, 'latin1'))
      t.deepEqual(eventsOf(Buffer.concat(pieces)), whole)
      t.is(blocks.filter(({hasData}) => hasData).length, whole.length)
    }),
    {numRuns: 2000},
  )
})

test('digests tell events apart by their fields, not by comments, reconnection times and line ends', t => {
  const digest = (text: string) => read([Buffer.from(text)]).blocks[0]?.digest
  const of = digest('id: 1\nevent: a\ndata: x\n\n')
  for (const same of [
    'id: 1\r\nevent: a\r\ndata: x\r\n\r\n',
    'id: 1\revent: a\rdata: x\r\r',
    ': c\nid: 1\nretry: 5\nevent: a\n:\ndata: x\nretry\n\n',
  ])
    t.is(digest(same), of)
  for (const other of ['id: 2\nevent: a\ndata: x\n\n', 'id: 1\nevent: a\ndata: y\n\n', 'id: 1\nevent: ad\nata: x\n\n'])
    t.not(digest(other), of)
  t.true(Number.isSafeInteger(of))
})

test('the lowest bit of a digest says that the event has an ID of its own', t => {
  const own = (text: string) => (read([Buffer.from(text)]).blocks[0]?.digest ?? 0) % 2 === 1
  t.true(own('id: 1\ndata: x\n\n'))
  t.true(own('id: 1\n\n'))
  t.false(own('data: x\n\n'))
  t.false(own('id\ndata: x\n\n'))
})

test('an event longer than the limit ends the reading, at every chunk boundary; what was before it is taken', t => {
  const before = 'data: a\n\ndata: bb\n\n'
  for (const chunks of cuts(`${before}data: ${'x'.repeat(20)}\n\ndata: c\n\n`)) {
    const {blocks, pieces, tooLong} = read(chunks, 20)
    t.true(tooLong)
    t.is(blocks.length, 2)
    t.is(Buffer.concat(pieces).toString(), before)
  }
  t.false(read([Buffer.from('data: 3456789012345678\n\n')], 24).tooLong)
  t.true(read([Buffer.from('data: 3456789012345678\n\n')], 23).tooLong)
  t.true(read([Buffer.from('x'.repeat(30))], 20).tooLong)
})

test('bytes that were taken are not written again', t => {
  const reader = new BlockReader(1000)
  const taken: Uint8Array[] = []
  for (const chunk of ['data: a', '\n\n', 'data: b', '\n\ndata: c', '\n\n']) {
    reader.feed(Buffer.from(chunk))
    while (reader.next());
    taken.push(reader.take())
    reader.keep()
  }
  t.deepEqual(
    taken.map(bytes => Buffer.from(bytes).toString()),
    ['', 'data: a\n\n', '', 'data: b\n\n', 'data: c\n\n'],
  )
})
