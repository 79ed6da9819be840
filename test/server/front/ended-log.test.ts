import test from 'ava'
import {EndedLog} from '../../../gateway/server/front/ended-log.js'
import {testClock} from '../../helpers/clock.js'
import {tellingLog} from '../../helpers/telling-log.js'

const first = (client: string, cause: string) => `a connection of HTTP/2 was ended ${JSON.stringify({client, cause})}`
const more = (count: number, cause: string) => `more connections of HTTP/2 were ended ${JSON.stringify({count, cause})}`

test('of each cause the first is told at once, and of those within ten seconds how many they were', t => {
  const clock = testClock()
  const log = tellingLog()
  const ended = new EndedLog(log, clock)
  for (let i = 1; i <= 100; i++) ended.tell(`192.0.2.${i}`, 'PING')
  ended.tell('192.0.2.200', 'frames')
  t.deepEqual(log.lines, [first('192.0.2.1', 'PING'), first('192.0.2.200', 'frames')])
  clock.turn(10_000)
  t.deepEqual(log.lines.slice(2), [more(99, 'PING')])
  ended.tell('192.0.2.7', 'PING')
  t.deepEqual(log.lines.slice(3), [first('192.0.2.7', 'PING')])
})

test('what was counted is told at the end', t => {
  const clock = testClock()
  const log = tellingLog()
  const ended = new EndedLog(log, clock)
  for (let i = 1; i <= 3; i++) ended.tell('192.0.2.1', 'PING')
  ended.end()
  t.deepEqual(log.lines, [first('192.0.2.1', 'PING'), more(2, 'PING')])
  t.is(clock.pending, 0)
})
