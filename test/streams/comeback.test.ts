import test from 'ava'
import {Comeback} from '../../gateway/streams/comeback.js'
import {testClock} from '../helpers/clock.js'
import {Random} from '../helpers/random.js'

/** The same each time. */
function chance(): () => number {
  const random = new Random(1)
  return () => random.next()
}

const times = (count: number, comeback: Comeback) => Array.from({length: count}, () => comeback.next())

test('without a rate those who were refused come back after 1 to 5 s, by chance', t => {
  const all = times(1000, new Comeback(testClock(), chance()))
  t.true(all.every(ms => ms >= 1000 && ms < 5000))
  for (let second = 1; second < 5; second++) {
    const within = all.filter(ms => Math.floor(ms / 1000) === second).length
    t.true(within > 200 && within < 300, `${within} in second ${second}`)
  }
})

test('with a rate no second sees more of them than may begin in it', t => {
  const all = times(2000, new Comeback(testClock(), chance(), 100))
  const seconds = new Map<number, number>()
  for (const ms of all) seconds.set(Math.floor(ms / 1000), (seconds.get(Math.floor(ms / 1000)) ?? 0) + 1)
  t.is(Math.min(...seconds.keys()), 1)
  t.true(Math.max(...seconds.values()) <= 101)
  t.is(Math.max(...seconds.keys()), 20)
})

test('turns that have passed are no debt, and none is more than a minute away', t => {
  const clock = testClock()
  const comeback = new Comeback(clock, chance(), 10)
  const all = times(5000, comeback)
  t.true(all.every(ms => ms >= 1000 && ms <= 60_100))
  clock.turn(120_000)
  t.true(comeback.next() <= 1100)
})
