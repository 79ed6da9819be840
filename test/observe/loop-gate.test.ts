import test from 'ava'
import {LoopGate} from '../../gateway/observe/loop-gate.js'

/** A gate of 100 ms, and looks that are late by so much, one after the other. */
function gate() {
  let now = 0
  let next = () => {}
  let due = 0
  const clock = {
    now: () => now,
    date: () => now,
    after(ms: number, then: () => void) {
      due = now + ms
      next = then
      return () => {
        next = () => {}
      }
    },
  }
  const made = new LoopGate(clock, 100)
  return {
    made,
    /** Whether it is closed after each look. */
    closed: (...late: readonly number[]) =>
      late.map(ms => {
        now = due + ms
        next()
        return made.closed
      }),
  }
}

test('it closes when look after look is late, and opens when they are not', t => {
  const {closed} = gate()
  t.deepEqual(closed(0, 200, 200, 200, 0), [false, false, false, true, false])
  t.true(closed(...Array.from({length: 20}, () => 500)).at(-1))
  t.deepEqual(closed(0, 0, 0), [true, true, false])
})

test('a single pause, however long, does not close it', t => {
  t.deepEqual(gate().closed(0, 60_000, 0, 0), [false, false, false, false])
})

test('what stays below the limit never closes it', t => {
  t.false(
    gate()
      .closed(...Array.from({length: 100}, () => 99))
      .includes(true),
  )
})

test('closed, it looks no more', t => {
  const {made, closed} = gate()
  made.close()
  t.deepEqual(closed(500, 500, 500, 500), [false, false, false, false])
})
