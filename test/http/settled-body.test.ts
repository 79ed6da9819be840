import test from 'ava'
import type {Sink} from '../../gateway/http/body.js'
import {replayable} from '../../gateway/http/replayable.js'
import {ServiceBody} from '../streams/harness.js'

function reader(): Sink & {text: string; ended: number; failed: Error | undefined} {
  return {
    text: '',
    ended: 0,
    failed: undefined,
    write(chunk) {
      this.text += Buffer.from(chunk).toString()
      return true
    },
    drained: again => again(),
    end() {
      this.ended++
    },
    fail(error) {
      this.failed = error
    },
  }
}

test('a settled body goes on to whoever reads it, and to nobody else', t => {
  const source = new ServiceBody()
  const body = replayable(source, 100)
  const first = reader()
  body.open().flow(first)
  source.send('abc')
  body.settle()
  t.false(body.whole)
  source.send('def')
  source.into?.end()
  t.is(first.text, 'abcdef')
  t.is(first.ended, 1)
  const second = reader()
  body.open().flow(second)
  t.truthy(second.failed)
  t.is(second.text, '')
})

test('a body settled after its end is not ended twice', t => {
  const source = new ServiceBody()
  const body = replayable(source, 100)
  const first = reader()
  body.open().flow(first)
  source.send('abc')
  source.into?.end()
  body.settle()
  t.is(first.ended, 1)
})

test('a body settled before anyone reads it is still there', t => {
  const source = new ServiceBody()
  const body = replayable(source, 100)
  body.settle()
  const first = reader()
  body.open().flow(first)
  source.send('abc')
  source.into?.end()
  t.is(first.text, 'abc')
  t.is(first.ended, 1)
})
