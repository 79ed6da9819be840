import test from 'ava'
import {TimedCache} from '../../gateway/providers/timed-cache.js'
import {testClock} from '../helpers/clock.js'

test('what is found is remembered for its time, and found once for all who ask meanwhile', async t => {
  const clock = testClock()
  const cache = new TimedCache<string>(clock, value => value.length)
  let finds = 0
  const find = () => Promise.resolve(`v${++finds}`)
  t.deepEqual(await Promise.all([cache.get('a', find), cache.get('a', find), cache.get('b', find)]), ['v1', 'v1', 'v2'])
  clock.turn(1)
  t.is(cache.get('a', find), 'v1', 'without a promise')
  clock.turn(1)
  t.is(await cache.get('a', find), 'v3')
})

test('a failure is told to all who wait, and not remembered', async t => {
  const cache = new TimedCache<string>(testClock(), () => 10)
  const fail = () => Promise.reject(new Error('down'))
  const both = await Promise.allSettled([cache.get('a', fail), cache.get('a', fail)])
  t.deepEqual(
    both.map(({status}) => status),
    ['rejected', 'rejected'],
  )
  t.is(await cache.get('a', () => Promise.resolve('up')), 'up')
})

test('no more is remembered than 10,000: the oldest goes', async t => {
  const cache = new TimedCache<number>(testClock(), () => 10)
  for (let i = 0; i <= 10_000; i++) await cache.get(String(i), () => Promise.resolve(i))
  t.is(
    cache.get('1', () => Promise.resolve(-1)),
    1,
  )
  t.is(await cache.get('0', () => Promise.resolve(-1)), -1)
})
