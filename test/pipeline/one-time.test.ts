import test from 'ava'
import {goneSource} from '../../gateway/pipeline/gone.js'
import {OneTime} from '../../gateway/pipeline/one-time.js'
import {testClock} from '../helpers/clock.js'

test('a thing is used once, by one exchange, in its time', t => {
  const clock = testClock()
  const once = new OneTime(clock)
  const [one, other] = [goneSource(), goneSource()]
  const now = clock.date()
  t.true(once.use('a', now, now + 10, one))
  t.false(once.use('a', now, now + 10, other))
  t.true(once.use('b', now, now + 10, other))
  clock.turn(10)
  t.true(once.use('a', now, now + 10, one), 'judged again')
  t.false(once.use('c', now, now + 10, goneSource()))
})

test('what was made before the process began may have been used', t => {
  const clock = testClock()
  t.false(new OneTime(clock).use('a', clock.date() - 1, clock.date() + 10, goneSource()))
})

test('no more is remembered than fits, and nothing is forgotten for it', t => {
  const clock = testClock()
  const once = new OneTime(clock)
  const use = (id: string, ms: number) => once.use(id, clock.date(), clock.date() + ms, goneSource())
  for (let i = 0; i < 100_000; i++) use(String(i), 10)
  t.false(use('more', 10))
  t.false(use('0', 10))
  clock.turn(10)
  t.true(use('more', 10))
})
