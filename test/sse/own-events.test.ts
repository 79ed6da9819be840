import test from 'ava'
import {createParser} from 'eventsource-parser'
import fc from 'fast-check'
import {encodeEvent} from '../../gateway/sse/encode-event.js'
import {type IdOrder, type Wholeness, wholenessOf} from '../../gateway/sse/id-order.js'

test('an event of any data is one event of that data', t => {
  fc.assert(
    fc.property(fc.string({unit: fc.constantFrom('a', ':', ' ', '\r', '\n', 'é', 'i', 'd')}), data => {
      const found: unknown[] = []
      const parser = createParser({onEvent: event => found.push(event)})
      parser.feed(Buffer.from(encodeEvent({type: 'x\nid: 1', data})).toString())
      t.deepEqual(found, [{event: 'x id: 1', id: undefined, data: data.replace(/\r\n|\r/g, '\n')}])
    }),
  )
})

test('without a type it has none', t => {
  t.is(Buffer.from(encodeEvent({type: '', data: '{}'})).toString(), 'data: {}\n\n')
})

const shows = test.macro({
  exec(t, order: IdOrder, last: string, next: string, expected: Wholeness) {
    t.is(wholenessOf(order, last, next), expected)
  },
  title: (_, order, last, next, expected) => `${order}: ${next} after ${last} is ${expected}`,
})

test(shows, 'none', '1', '2', 'unverified')
test(shows, 'increasing', '1', '5', 'whole')
test(shows, 'increasing', '9', '10', 'whole')
test(shows, 'increasing', '10', '9', 'unverified')
test(shows, 'increasing', '007', '7', 'unverified')
test(shows, 'increasing', '1526919030474-9', '1526919030474-55', 'whole')
test(shows, 'increasing', '01HZB', '01HZC', 'whole')
test(shows, 'increasing', '7', '', 'unverified')
test(shows, 'consecutive', '9', '10', 'whole')
test(shows, 'consecutive', '9', '11', 'gap')
test(shows, 'consecutive', '9', '9', 'unverified')
test(shows, 'consecutive', '9', '3', 'unverified')
test(shows, 'consecutive', 'a-9', 'a-10', 'whole')
test(shows, 'consecutive', 'a-9', 'b-10', 'unverified')
test(shows, 'consecutive', 'x', 'y', 'unverified')
test(shows, 'consecutive', '99999999999999999999', '100000000000000000000', 'whole')
