import test from 'ava'
import {type GoneSource, goneSource} from '../../gateway/pipeline/gone.js'
import {ServiceLines} from '../../gateway/streams/service-lines.js'
import {testClock} from '../helpers/clock.js'

const PLACE = {topology: 't', service: 'X'}
const POLICY = {max: 2, queue: 3, timeout: 10_000}

/** A line, and requests in it, each answered when the test says so. */
function line() {
  const clock = testClock()
  const lines = new ServiceLines(clock)
  const asked: ((answer: string) => void)[] = []
  const join = (gone: GoneSource = goneSource(), place = PLACE) =>
    lines.run(
      place,
      POLICY,
      gone,
      () => new Promise<string>(resolve => asked.push(resolve)),
      () => new Error('late'),
    )
  return {clock, lines, asked, join, settled: () => new Promise<void>(resolve => setImmediate(resolve))}
}

test('so many ask at a time, the others in their order', async t => {
  const {asked, join, settled} = line()
  const all = Array.from({length: 5}, () => join())
  await settled()
  for (let i = 0; i < 5; i++) {
    t.is(asked.length, Math.min(5, i + 2))
    asked[i]?.(`answer ${i}`)
    await settled()
  }
  t.deepEqual(await Promise.all(all), ['answer 0', 'answer 1', 'answer 2', 'answer 3', 'answer 4'])
})

test('a line is full when as many wait as may; that of another service is not', async t => {
  const {lines, asked, join, settled} = line()
  const all = Array.from({length: 5}, (_, i) => {
    t.false(lines.isFull(PLACE, POLICY), `${i}`)
    return join()
  })
  t.true(lines.isFull(PLACE, POLICY))
  t.false(lines.isFull({...PLACE, service: 'Y'}, POLICY))
  await settled()
  asked[0]?.('answer')
  await settled()
  t.false(lines.isFull(PLACE, POLICY))
  for (let i = 1; i < 5; i++) {
    asked[i]?.('answer')
    await settled()
  }
  await Promise.all(all)
})

test('whoever waits too long is refused, and leaves no timer', async t => {
  const {clock, asked, join, settled} = line()
  const all = Array.from({length: 3}, () => join())
  await settled()
  const late = t.throwsAsync(all[2] ?? Promise.resolve('none'), {message: 'late'})
  clock.turn(10_000)
  await late
  for (const answer of asked) answer('answer')
  await Promise.all(all.slice(0, 2))
  t.is(asked.length, 2)
  t.is(clock.pending, 0)
})

test('a client that left while it waited asks nobody', async t => {
  const {clock, asked, join, settled} = line()
  const gone = goneSource()
  const all = [join(), join()]
  const left = t.throwsAsync(join(gone), {message: 'the client left'})
  gone.set()
  await left
  await settled()
  for (const answer of asked) answer('answer')
  await Promise.all(all)
  t.is(asked.length, 2)
  t.is(clock.pending, 0)
})
