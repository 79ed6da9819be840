import test from 'ava'
import type {Body, Sink} from '../../gateway/http/body.js'
import {peeked} from '../../gateway/http/peeked.js'
import {TestSink} from '../helpers/sinks.js'

/** A body that is written by hand, and the sink it flows into. */
function byHand(): {readonly body: Body; readonly sink: Promise<Sink>} {
  let begun: (sink: Sink) => void = () => {}
  const sink = new Promise<Sink>(resolve => {
    begun = resolve
  })
  return {sink, body: {flow: into => begun(into), discard() {}}}
}

test('what was looked at and what follows are the body again', async t => {
  const {body, sink} = byHand()
  const looking = peeked(body, 4)
  const into = await sink
  t.true(into.write(Buffer.from('ab')))
  t.false(into.write(Buffer.from('cde')))
  const {bytes, whole, failure, body: again} = await looking
  t.deepEqual([bytes.toString(), whole, failure], ['abcde', false, undefined])
  let more = false
  into.drained(() => {
    more = true
  })
  t.false(more)
  const out = new TestSink(again)
  t.true(more)
  into.write(Buffer.from('f'))
  into.end(['X', 'y'])
  await out.done
  t.deepEqual([out.text, out.trailers], ['abcdef', ['X', 'y']])
})

test('a body that ends before the limit is whole; one that breaks off says why', async t => {
  const short = byHand()
  const looking = peeked(short.body, 10)
  const into = await short.sink
  into.write(Buffer.from('ab'))
  into.end()
  const {whole, body} = await looking
  t.true(whole)
  const out = new TestSink(body)
  await out.done
  t.is(out.text, 'ab')

  const broken = byHand()
  const looked = peeked(broken.body, 10)
  ;(await broken.sink).fail(new Error('gone'))
  const {failure, whole: all, body: rest} = await looked
  t.deepEqual([failure?.message, all], ['gone', false])
  const seen = new TestSink(rest)
  await seen.done
  t.is(seen.failure?.message, 'gone')
})

test('what is discarded is read to its end', async t => {
  const {body, sink} = byHand()
  const looking = peeked(body, 1)
  const into = await sink
  into.write(Buffer.from('ab'))
  const {body: rest} = await looking
  let more = false
  into.drained(() => {
    more = true
  })
  rest.discard()
  t.true(more)
  t.true(into.write(Buffer.from('c')))
  into.end()
})
