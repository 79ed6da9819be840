import type {RequestListener} from 'node:http'
import {type AddressInfo, createServer} from 'node:net'
import {createGzip} from 'node:zlib'
import test, {type ExecutionContext} from 'ava'
import {type Clock, systemClock} from '../../gateway/common/clock.js'
import {bodyFindings} from '../../gateway/doctor/body-findings.js'
import {diagnose} from '../../gateway/doctor/diagnose.js'
import {type FindingCode, SEVERITY} from '../../gateway/doctor/finding.js'
import {headFindings} from '../../gateway/doctor/head-findings.js'
import type {Observation} from '../../gateway/doctor/observation.js'
import {testClock} from '../helpers/clock.js'
import {definition, site, startGateway} from '../helpers/home.js'
import {service} from '../helpers/served.js'
import {xTopology} from '../server/through.js'
import {nginx} from './nginx.js'
import {EVENTS, event, eventsAfter, GOOD, healthy, says, stream} from './services.js'

const TIME = 20_000

const watching = (url: string, events = EVENTS) => ({
  url: new URL(url),
  headers: [],
  time: TIME,
  enough: (seen: readonly unknown[]) => seen.length >= events,
})

/** What is found at an address until the events came. Time stands still unless the test turns it: a busy machine is no finding. */
async function found(url: string, clock: Clock = testClock(), watched = watching(url)) {
  return (await diagnose(watched, clock)).findings.map(({code}) => code)
}

const faultsAmong = (codes: readonly FindingCode[]) => codes.filter(code => SEVERITY[code] === 'fault')

const finds = test.macro({
  async exec(t: ExecutionContext, listener: RequestListener, codes: readonly FindingCode[]) {
    t.deepEqual(await found(await service(t, listener)), codes)
  },
  title: (name, _, codes) => `${name} shows ${codes.join(', ') || 'nothing wrong'}`,
})

const gzipped = stream(
  (after, to) => {
    const gzip = createGzip()
    gzip.pipe(to)
    gzip.write(eventsAfter(after))
    gzip.flush()
  },
  {...GOOD, 'Content-Encoding': 'gzip'},
)

const BARE = {'Content-Type': 'text/event-stream'}
const TEXT = {...GOOD, 'Content-Type': 'text/plain'}

test('a healthy service', finds, healthy, [])
test('a service without hints', finds, says(eventsAfter, BARE), ['cacheable', 'no-buffering-hint'])
test('an error', finds, (_, to) => to.writeHead(503).end(), ['status'])
test('a redirect', finds, (_, to) => to.writeHead(307, {Location: '/there'}).end(), ['status'])
test('a text', finds, (_, to) => to.writeHead(200, TEXT).end('hello'), ['wrong-type'])
test('events of another type', finds, says(eventsAfter, TEXT), ['wrong-type'])
test('an end before the head', finds, asked => asked.socket.destroy(), ['no-head'])
test(
  'a cut',
  finds,
  stream((_, to) => to.write(event(1), () => to.destroy())),
  ['cut', 'resume-unknown'],
)
test(
  'an end within an event',
  finds,
  stream((after, to) => to.end(after ? eventsAfter(after) : `${event(1)}${event(2)}data: x`)),
  ['half-event'],
)
test(
  'events without IDs',
  finds,
  says(() => 'data: x\n\n'.repeat(EVENTS)),
  ['no-ids'],
)
test(
  'CR alone',
  finds,
  says(after => eventsAfter(after).replaceAll('\n', '\r')),
  ['line-ends'],
)
test(
  'LF and CRLF',
  finds,
  says(after => eventsAfter(after).replace('\n', '\r\n')),
  ['line-ends'],
)
test(
  'CRLF alone',
  finds,
  says(after => eventsAfter(after).replaceAll('\n', '\r\n')),
  [],
)
test(
  'a byte order mark',
  finds,
  says(after => `\uFEFF${eventsAfter(after)}`),
  ['byte-order-mark'],
)
test(
  'Latin-1',
  finds,
  stream((after, to) => to.write(`:\xfc\n${eventsAfter(after)}`, 'latin1')),
  ['not-utf-8'],
)
test('gzip', finds, gzipped, ['compressed'])
test(
  'a stream that begins anew',
  finds,
  says(() => eventsAfter(0)),
  ['resume-ignored'],
)
test(
  'a stream that goes on with what is new',
  finds,
  says(after => (after ? event(99) : eventsAfter(0))),
  ['resume-ignored'],
)
test(
  'a stream that repeats an event',
  finds,
  says(after => eventsAfter(Math.max(after - 1, 0))),
  ['resume-repeats'],
)
test(
  'a stream that leaves out an event',
  finds,
  says(after => eventsAfter(after ? after + 1 : 0)),
  ['resume-loses'],
)
test(
  'a service that refuses who comes back',
  finds,
  (asked, to) => {
    if (asked.headers['last-event-id']) to.writeHead(400).end()
    else healthy(asked, to)
  },
  ['resume-refused'],
)

/** Five events at once, sent over 1.6 s by the times in them. */
const lump = Array.from({length: EVENTS}, (_, i) => event(i + 1, String(1.7e12 + 400 * i))).join('')

test('events that came at once and were sent one after the other are found', async t => {
  const clock = testClock()
  let send = () => {}
  const gathering = stream((after, to) => {
    to.write(after ? eventsAfter(after) : ':\n\n')
    send = () => to.write(lump)
  })
  const url = await service(t, gathering)
  const enough = (seen: readonly unknown[]) => {
    if (seen.length > 0) return true
    clock.turn(1200)
    send()
    return false
  }
  t.deepEqual(await found(url, clock, {...watching(url), enough}), ['buffered'])
})

test('a head that waits for the first event is found', async t => {
  const clock = testClock()
  const waiting: RequestListener = (asked, to) => {
    clock.turn(1200)
    healthy(asked, to)
  }
  t.deepEqual(await found(await service(t, waiting), clock), ['head-held'])
})

test('no head in the time is found, and nothing else claimed', async t => {
  const clock = testClock()
  t.deepEqual(await found(await service(t, () => clock.turn(TIME)), clock), ['no-head'])
})

test('where no connection comes about nothing is claimed', async t => {
  const clock = testClock()
  const mute = createServer(socket => socket.once('data', () => clock.turn(TIME)).on('error', () => {}))
  await new Promise<void>(resolve => mute.listen(0, '127.0.0.1', resolve))
  t.teardown(() => mute.close())
  const {port} = mute.address() as AddressInfo
  await t.throwsAsync(found(`https://127.0.0.1:${port}/`, clock), {message: 'no connection in 20 s'})
})

const head = {at: 10, status: 200, version: '1.1', headers: Object.entries(GOOD).flat()}

/** A stream of two pieces, left open after 15 s. */
const seen: Observation = {
  connectedAt: 0,
  head: {...head, headers: [...head.headers, 'Transfer-Encoding', 'chunked']},
  pieces: [
    {at: 100, bytes: 9, torn: false},
    {at: 5000, bytes: 9, torn: false},
  ],
  events: [],
  lineEnds: {lf: 4, cr: 0, crlf: 0},
  byteOrderMark: false,
  invalid: false,
  end: {at: 15_000, how: 'open'},
  half: false,
}

const means = test.macro({
  exec(t: ExecutionContext, change: Partial<Observation>, codes: readonly FindingCode[]) {
    const all = {...seen, ...change}
    t.deepEqual(
      [...headFindings(all), ...bodyFindings(all)].map(({code}) => code),
      codes,
    )
  },
  title: (name, _, codes) => `${name} means ${codes.join(', ') || 'nothing wrong'}`,
})

test('a short silence', means, {}, [])
test('a long silence at the end', means, {end: {at: 30_000, how: 'open'}}, ['no-keepalive'])
test('a long silence inside', means, {pieces: [{at: 29_000, bytes: 9, torn: false}], end: {at: 30_000, how: 'open'}}, [
  'no-keepalive',
])
test('a body without a length', means, {head}, ['undelimited'])
test('a head long before the body', means, {connectedAt: -1500}, ['head-late'])
test('pauses within events', means, {pieces: seen.pieces.map(piece => ({...piece, torn: true}))}, ['buffered'])
test('one pause within an event', means, {pieces: seen.pieces.map((piece, i) => ({...piece, torn: i === 0}))}, [])

test('a cut after a silence is told as an idle timeout', t => {
  const [cut] = bodyFindings({...seen, end: {at: 15_000, how: 'broken'}})
  t.regex(cut?.message ?? '', /cut after 15 s, 10 s after its last byte/)
  t.regex(cut?.advice ?? '', /idle timeout of 10 s/)
})

test('this gateway in front of a healthy service shows nothing wrong', async t => {
  const {url} = await startGateway(t, {
    ...definition('X', 'sse'),
    'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true'}),
    'conf/topologies/t.xml': xTopology([await service(t, healthy)]),
  })
  t.deepEqual(await found(`${url}/t/x/events`), [])
})

/** An event each 100 ms, with its time. */
const slow = stream((after, to) => {
  let id = after
  const timer = setInterval(() => to.write(event(++id, `${Date.now()} ${'x'.repeat(200)}`)), 100)
  to.on('close', () => clearInterval(timer))
}, BARE)

test.serial('nginx as it comes holds back the head and buffers', async t => {
  const url = await nginx(t, await service(t, slow), '')
  if (url === undefined) return
  t.deepEqual(faultsAmong(await found(url, systemClock, watching(url, 12))), ['head-held', 'buffered'])
})

test.serial('nginx that does not buffer shows nothing wrong', async t => {
  const url = await nginx(t, await service(t, slow), 'proxy_buffering off;')
  if (url === undefined) return
  const look = async () => faultsAmong(await found(url, systemClock, watching(url, 12)))
  let faults = await look()
  // a machine that stood still for a second looks like a proxy that holds back
  for (let tries = 0; tries < 3 && faults.length > 0; tries++) faults = await look()
  t.deepEqual(faults, [])
})
