import test from 'ava'
import {type Spoke, TimerWheel} from '../../gateway/streams/timer-wheel.js'
import {testClock} from '../helpers/clock.js'

/** A spoke that wants to be visited every so many ticks, and the wheel's time at its visits. */
function visited(wheel: TimerWheel, every: number): number[] {
  const visits: number[] = []
  const spoke: Spoke = {
    wheelNext: undefined,
    wheelBefore: undefined,
    visit(tick) {
      visits.push(tick)
      return every
    },
  }
  wheel.arm(spoke, every)
  return visits
}

test('each is visited after its ticks', t => {
  const clock = testClock()
  const wheel = new TimerWheel(clock)
  const [often, seldom] = [visited(wheel, 2), visited(wheel, 600)]
  clock.turn(350)
  t.deepEqual(often, [2, 4, 6])
  clock.turn(60_000)
  t.is(often.length, Math.floor(60_350 / 100))
  // Who waits longer than a turn of the wheel is asked meanwhile.
  t.is(seldom.length, 2)
})

test('time in which the process was held up does not count', t => {
  const clock = testClock()
  const held = {...clock, now: () => clock.now() + pause}
  let pause = 0
  const wheel = new TimerWheel(held)
  const visits = visited(wheel, 40)
  clock.turn(1000)
  pause = 60_000
  clock.turn(900)
  t.deepEqual(visits, [])
  clock.turn(200)
  t.deepEqual(visits, [40])
  t.is(wheel.tick, 42)
})
