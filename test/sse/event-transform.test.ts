import test from 'ava'
import type {ChangeEvent} from '../../gateway/sse/changed-block.js'
import {EventTooLongError, EventTransform} from '../../gateway/sse/event-transform.js'

/** Marks data of `a`, gives `b` another type, changes the ID of `c`, drops `d`. */
const change: ChangeEvent = event => {
  switch (event.type) {
    case 'a':
      return {...event, data: `«${event.data}»`.replace('«', '<').replace('»', '>')}
    case 'b':
      return {...event, type: 'B'}
    case 'c':
      return event.id === undefined ? event : {...event, id: `${event.id}!`}
    case 'd':
      return 'drop'
    case 'message':
      return event.data === 'name me' ? {...event, type: 'named'} : event
    default:
      return event
  }
}

const becomes = test.macro({
  exec(t, input: string, expected: string) {
    const cuts = [[input], [...input], ...Array.from(input, (_, i) => [input.slice(0, i), input.slice(i)])]
    for (const pieces of cuts) {
      const transform = new EventTransform(change, 1000)
      const given = [...pieces.map(piece => transform.push(Buffer.from(piece, 'latin1'))), transform.end()]
      t.is(Buffer.concat(given).toString('latin1'), expected)
    }
  },
  title: (_, input: string) => JSON.stringify(input),
})

test(becomes, ': hi\n\nretry: 5\n\nid: 1\n\nx: y\ndata:z\n\n', ': hi\n\nretry: 5\n\nid: 1\n\nx: y\ndata:z\n\n')
test(
  becomes,
  'event: a\r\n: c\r\ndata: x\r\nid:7\r\ndata: y\r\n\r\n',
  'event: a\r\n: c\r\ndata: <x\r\ndata: y>\r\nid:7\r\n\r\n',
)
test(becomes, 'event:a\rdata\r\r', 'event:a\rdata: <>\r\r')
test(becomes, 'data: x\nevent: b\nretry: 1\n\n', 'data: x\nevent: B\nretry: 1\n\n')
test(becomes, 'data: name me\n\n', 'event: named\ndata: name me\n\n')
test(becomes, 'event: c\nid: 1\ndata: x\n\nevent: c\ndata: x\n\n', 'event: c\nid: 1!\ndata: x\n\nevent: c\ndata: x\n\n')
test(becomes, 'id: 1\nevent: d\ndata: x\n\nevent: d\ndata: y\n\ndata: z\n\n', 'id: 1\n\ndata: z\n\n')
test(becomes, '\xef\xbb\xbfevent: a\ndata: x\n\n', '\xef\xbb\xbfevent: a\ndata: <x>\n\n')
test(becomes, 'event: a\ndata: x', 'event: a\ndata: <x>\n')
test(becomes, 'event\nevent: a\ndata:  x:y\ndatas: z\n\n', 'event\nevent: a\ndata: < x:y>\ndatas: z\n\n')
test(becomes, 'event: a\ndata: x\rdata\r\ndata: z\n\n', 'event: a\ndata: <x\rdata: \rdata: z>\r\n\n')
test(becomes, 'event: a\ndata: x\nid: 1\rdata: z\n\n', 'event: a\ndata: <x\ndata: z>\nid: 1\r\n\n')

test('an event that is too long', t => {
  t.throws(() => new EventTransform(change, 10).push(Buffer.from('data: 12345')), {instanceOf: EventTooLongError})
})
