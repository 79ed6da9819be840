import test from 'ava'
import {LoopDelay} from '../../gateway/observe/loop-delay.js'
import {testClock} from '../helpers/clock.js'

/** Keeps the loop from turning. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

const turn = () => new Promise(resolve => setTimeout(resolve, 60))

test('a blocked loop is seen, for a span and the next, then no more', async t => {
  const clock = testClock()
  const delay = new LoopDelay(clock)
  await turn()
  block(2000)
  await turn()
  t.true(delay.record().max >= 1900, JSON.stringify(delay.record()))
  clock.turn(30_000)
  t.true(delay.record().max >= 1900)
  clock.turn(30_000)
  t.true(delay.record().max < 1900)
  delay.close()
  t.is(clock.pending, 0)
})
