import test from 'ava'
import {bytesBody, emptyBody, textBody} from '../../gateway/http/body.js'
import {replayable} from '../../gateway/http/replayable.js'
import {FedBody, TestSink, textOf} from '../helpers/sinks.js'

test('bodies in memory', async t => {
  t.is(await textOf(emptyBody), '')
  t.is(await textOf(bytesBody(Buffer.from('hello'))), 'hello')
  t.is(await textOf(textBody('hello')), 'hello')
  t.is(await textOf(bytesBody(new Uint8Array(0))), '')
})

test('a body is given again from its beginning', async t => {
  const source = new FedBody()
  const body = replayable(source, 100)
  const first = new TestSink(body.open())
  const feed = await source.wanted
  feed.write(Buffer.from('hel'))
  const second = new TestSink(body.open())
  t.is(second.text, 'hel')
  t.true(feed.write(Buffer.from('lo')))
  feed.end()
  await second.done
  t.is(second.text, 'hello')
  t.is(first.text, 'hel')
  t.is(source.flows, 1)
  const third = new TestSink(body.open())
  await third.done
  t.is(third.text, 'hello')
})

test('a body over its limit is not given again', async t => {
  const source = new FedBody()
  const body = replayable(source, 4)
  const first = new TestSink(body.open())
  const feed = await source.wanted
  feed.write(Buffer.from('hell'))
  t.true(body.whole)
  feed.write(Buffer.from('o'))
  t.false(body.whole)
  const second = new TestSink(body.open())
  t.truthy(second.failure)
  feed.end()
  await first.done
  t.is(first.text, 'hello')
})

test('a body that breaks off breaks off again', async t => {
  const source = new FedBody()
  const body = replayable(source, 100)
  const first = new TestSink(body.open())
  const feed = await source.wanted
  feed.write(Buffer.from('hel'))
  feed.fail(new Error('left'))
  const second = new TestSink(body.open())
  t.is(first.failure?.message, 'left')
  t.is(second.text, 'hel')
  t.is(second.failure?.message, 'left')
})

test('a slow reader slows the source', async t => {
  const source = new FedBody()
  const body = replayable(source, 3)
  const sink = new TestSink()
  sink.room = () => false
  body.open().flow(sink)
  const feed = await source.wanted
  t.false(feed.write(Buffer.from('ab')))
  let again = 0
  feed.drained(() => again++)
  sink.open()
  t.is(again, 1)
  t.true(feed.write(Buffer.from('cd')))
  t.is(sink.text, 'abcd')
})

test('a reader that gave up holds nothing more than the limit', async t => {
  const source = new FedBody()
  const body = replayable(source, 10)
  const dead = new TestSink()
  dead.room = () => false
  body.open().flow(dead)
  const feed = await source.wanted
  t.false(feed.write(Buffer.from('abc')))
  let again = 0
  feed.drained(() => again++)
  const next = new TestSink(body.open())
  t.is(next.text, 'abc')
  t.is(again, 1)
  dead.open()
  t.is(again, 1)
})

test('a body that nobody wanted is let go', t => {
  const source = new FedBody()
  replayable(source, 10).discard()
  t.true(source.discarded)
})

test('a body that flows is let go by not being read on', async t => {
  const source = new FedBody()
  const body = replayable(source, 10)
  const sink = new TestSink(body.open())
  const feed = await source.wanted
  feed.write(Buffer.from('a'))
  body.discard()
  t.false(source.discarded)
  t.false(feed.write(Buffer.from('b')))
  t.is(sink.text, 'a')
})
