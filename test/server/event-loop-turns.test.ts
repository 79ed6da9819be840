import {setImmediate as nextPass} from 'node:timers/promises'
import test from 'ava'
import {EventLoopTurns} from '../../gateway/server/event-loop-turns.js'

/** A clock that only work moves on. */
function workClock() {
  let now = 0
  const turns = new EventLoopTurns({now: () => now, date: () => now, after: () => () => undefined})
  return {turns, spend: (milliseconds: number) => (now += milliseconds), now: () => now}
}

test('between two passes of the loop works take a turn, and one piece more, however many there are', async t => {
  const {turns, spend, now} = workClock()
  let left = 40
  const piece = () => {
    spend(0.5)
    if (left-- > 0) turns.take(piece)
  }
  for (let body = 0; body < 10; body++) turns.take(piece)
  let before = 0
  let passes = 0
  for (; left > -10; passes++) {
    t.true(now() - before <= 1.5, `${now() - before} ms in pass ${passes}`)
    before = now()
    await nextPass()
  }
  t.true(passes >= 10)
})

test('what the rest of a pass takes is no longer for works, but a piece is always done', async t => {
  const {turns, spend} = workClock()
  const done: number[] = []
  turns.take(() => spend(2))
  for (let i = 0; i < 3; i++) turns.take(() => done.push(i))
  t.deepEqual(done, [])
  for (let pass = 0; pass < 3; pass++) {
    spend(5)
    await nextPass()
    t.is(done.length, pass + 1)
  }
  t.deepEqual(done, [0, 1, 2])
})
