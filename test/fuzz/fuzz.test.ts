import test from 'ava'
import {Random} from '../helpers/random.js'
import {Credentials} from './credentials.js'
import {someCase} from './generate.js'
import {answerWrongs, markOf, wrongsOf} from './judge.js'
import {PLANTS} from './plants.js'
import {pairsOf, readingsOf} from './readings.js'
import {bytesOf} from './request.js'
import {run} from './run.js'
import {guards} from './topologies.js'

/** Far more than it takes. */
const ENOUGH = {seed: 1, from: 0, count: 20_000, seconds: 200}

test.serial('nothing gets past the gateway, and nothing upsets it', async t => {
  t.timeout(240_000)
  const {findings, bytes, summary} = await run({...ENOUGH, count: 3000}, undefined, () => {})
  t.log(summary)
  t.deepEqual(findings, [], bytes)
})

for (const [name, plant] of Object.entries(PLANTS))
  test.serial(`${name}: a fault that is planted is found`, async t => {
    t.timeout(240_000)
    const {findings, summary} = await run(ENOUGH, plant, () => {})
    t.log(summary, findings[0])
    t.true(findings.length > 0)
  })

const credentials = new Credentials()
const makings = {guards: guards({pem: credentials.key.publicPem, identityUrl: 'http://127.0.0.1:1'}), credentials}

test('what is sent hangs on seed and number alone', t => {
  const sent = (index: number, seed: number) => bytesOf(someCase(index, makings, new Random(seed)))
  t.is(sent(3, 7), sent(3, 7))
  t.not(sent(3, 7), sent(3, 8))
  t.not(sent(3, 7), sent(4, 7))
})

const reads = test.macro({
  exec(t, path: string, expected: string) {
    t.true(readingsOf(path).some(segments => segments.join('/') === expected))
  },
  title: (_, path: string, expected) => `${path} may be read as ${expected}`,
})

test(reads, '/a/%70rivate/..;/b', 'a/private/..;/b')
test(reads, '/a/%70rivate/..;/b', 'a/b')
test(reads, '/a/%252e%252e/b', 'b')
test(reads, '/a/..%c0%afb', 'b')
test(reads, '/a/../../b', '<out>/b')
test(reads, '/a\\PRIVATE.;x', 'a/private')
test(reads, '/a/private%00x/', 'a/private')

test('names of parameters are read under all disguises', t => {
  const names = pairsOf('a=1&us%65r.name=x;DO%2541S&+b%3Dc=d').map(([name]) => name)
  t.deepEqual(names, ['a', 'us%65r.name', 'user.name', 'do%2541s', 'do%41s', 'doas', 'b%3dc', 'b'])
})

/** A request of alice's, or of somebody who may not, as it might come to the service. */
const judged = test.macro({
  exec(t, may: readonly string[], start: string, more: readonly string[], expected: RegExp | undefined) {
    const [guard] = makings.guards
    const arrival = {start, lines: ['Host: s', ...more], body: 'doAs=root', fault: undefined}
    const asked = {mark: 'r1x0', guard, start: '', lines: [], body: '', may, secrets: ['hidden'], plain: false}
    t.is(markOf(arrival), 'r1x0')
    const wrongs = wrongsOf(arrival, asked)
    if (expected === undefined) t.deepEqual(wrongs, [])
    else
      t.true(
        wrongs.some(each => expected.test(each)),
        wrongs.join('\n'),
      )
  },
  title: (_, may: readonly string[], start, more: readonly string[], expected) =>
    `${start} ${more.join(' ')} of ${may.join(' or ') || 'nobody'}: ${expected ?? 'nothing is wrong'}`,
})

const OPEN = 'GET /token/open/r1x0?user.name=bob HTTP/1.1'
const PRIVATE = 'GET /token/%70rivate/..;/r1x0?user.name='
test(judged, ['bob'], OPEN, [], undefined)
test(judged, [], OPEN, [], /must not/)
test(judged, ['alice'], OPEN, [], /which may be alice/)
test(judged, ['alice'], `${PRIVATE}alice HTTP/1.1`, [], undefined)
test(judged, ['bob'], `${PRIVATE}bob HTTP/1.1`, [], /secret/)
test(judged, ['bob'], 'GET /token/%2e%2e/r1x0?user.name=bob HTTP/1.1', [], /leads out/)
test(judged, ['bob'], OPEN.replace('?', '?USER%2ename=root&'), [], /told/)
test(judged, ['bob'], OPEN.replace('?', '?doAs=bob&'), [], /acts for/)
test(judged, ['bob'], OPEN, ['Cookie: a=hidden'], /secret of the client/)
test(judged, ['bob'], OPEN, ['X-Forwarded-For: 10.9.8.7, 127.0.0.1'], /believed/)
test(judged, ['bob'], OPEN, ['X-Knox-Actor-ID: root'], /believed/)
test(judged, ['bob'], 'GET /token/open/..%20/private/r1x0?user.name=bob HTTP/1.1', [], /secret/)
test(judged, ['bob'], OPEN, ['Content-Type: application/x-www-form-urlencoded'], /a form says doas/)

test('what comes back is judged as well', t => {
  const one = someCase(28, makings, new Random(1))
  t.deepEqual(
    answerWrongs(
      {...one, requests: one.requests.map(each => ({...each, plain: false}))},
      'HTTP/1.1 403 Forbidden\r\n\r\n',
    ),
    [],
  )
  const told = answerWrongs(
    one,
    'HTTP/1.1 500 X\r\nAccess-Control-Allow-Origin: http://evil.test\r\n\r\n at x.js:1 for-bob',
  )
  t.deepEqual(told, [
    'status 500',
    'a stack',
    'another origin may read it',
    'an event for bob',
    'a good request is refused: 500',
  ])
})
