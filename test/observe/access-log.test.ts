import test from 'ava'
import type {Clock} from '../../gateway/common/clock.js'
import {type AccessRecord, accessLog, jsonPlace} from '../../gateway/observe/access-log.js'

/** Its lines are written 50 ms after what they tell. */
const still: Clock = {now: () => 1050, date: () => Date.UTC(2026, 10, 21, 7, 0, 0, 50), after: () => () => {}}

const record: AccessRecord = {
  event: 'request',
  at: 1000.2,
  id: 'abc-1',
  client: '127.0.0.1',
  user: 'anonymous',
  method: 'GET',
  target: '/gateway/sandbox/x?q="1"',
  version: '1.1',
  status: 200,
  bytes: 12,
  headMs: 1.26,
  totalMs: 3.04,
  topology: 'sandbox',
  service: 'WEBHDFS',
  place: jsonPlace('sandbox', 'WEBHDFS'),
  endpoint: 'http://nn:9870',
  attempts: 1,
  end: 'whole',
  sent: [undefined, 'curl/8\u0007'],
}

function lines(format: 'json' | 'combined' | 'off', given: AccessRecord): string {
  let text = ''
  const log = accessLog(format, more => (text += more), still)
  log.write(given)
  log.flush()
  return text
}

test('a JSON line holds every field, and stays JSON whatever a client sends', t => {
  const told = JSON.parse(lines('json', {...record, target: '/a"b\\c\n', user: 'é', client: 'a\t"b'}))
  t.like(told, {
    event: 'request',
    id: 'abc-1',
    target: '/a"b\\c\n',
    user: 'é',
    client: 'a\t"b',
    status: 200,
    bytes: 12,
    headMs: 1.3,
    totalMs: 3,
  })
  t.like(told, {topology: 'sandbox', service: 'WEBHDFS', endpoint: 'http://nn:9870', attempts: 1, end: 'whole'})
  t.is(told.time, '2026-11-21T07:00:00.000Z')
})

const others = test.macro({
  exec(t, change: Partial<AccessRecord>) {
    const [first, other, again] = [record, {...record, ...change}, record].map(each => lines('json', each))
    t.like(JSON.parse(other ?? ''), change)
    t.not(first, other)
    t.is(first, again)
  },
  title: (_, change) => `a line tells ${JSON.stringify(change)} after one of another`,
})

test(others, {event: 'open'})
test(others, {client: '10.0.0.1'})
test(others, {user: 'alice'})
test(others, {method: 'PUT'})
test(others, {version: '2.0'})
test(others, {status: 404})
test(others, {attempts: 2})
test(others, {end: 'broken'})

test('lines of one batch have each its own time', t => {
  let text = ''
  const log = accessLog('json', more => (text += more), still)
  for (const at of [1000, 1000.4, 1002]) log.write({...record, at})
  log.flush()
  const times = text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line).time.slice(-4))
  t.deepEqual(times, ['000Z', '000Z', '002Z'])
})

test('times go back only when the date does', t => {
  let [now, step, text] = [0, 0, '']
  const clock: Clock = {now: () => now, date: () => Math.floor(now) + step, after: () => () => {}}
  const log = accessLog('json', more => (text += more), clock)
  const write = (at: number, later: number) => {
    log.write({...record, at})
    now = later
    log.flush()
  }
  write(1000, 1000)
  write(1000.05, 1000.9)
  step = -500
  write(1001, 1001.9)
  const times = text
    .trim()
    .split('\n')
    .map(line => Date.parse(JSON.parse(line).time))
  t.deepEqual(times, [1000, 1000, 500])
})

test('a combined line cannot be forged by a client', t => {
  const line = lines('combined', {...record, user: 'eve\n1.2.3.4 -', target: '/"\n'})
  t.is(line.split('\n').length, 2)
  t.regex(
    line,
    /^127\.0\.0\.1 - eve_1\.2\.3\.4_- \[\S+\] "GET \/\\"\\n HTTP\/1\.1" 200 12 "-" "curl\/8\\u0007" abc-1 request sandbox/,
  )
})

test('off writes nothing', t => {
  t.is(lines('off', record), '')
})

test('lines leave in batches: when there are enough, or a moment later', t => {
  const told: string[] = []
  const waits: (() => void)[] = []
  const log = accessLog('json', text => told.push(text), {
    now: () => 0,
    date: () => 0,
    after(_ms, then) {
      waits.push(then)
      return () => {}
    },
  })
  log.write(record)
  t.is(told.length, 0)
  t.is(waits.length, 1)
  waits[0]?.()
  t.is(told.length, 1)
  for (let i = 0; i < 60; i++) log.write(record)
  t.is(told.length, 2)
})
