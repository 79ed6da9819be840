import type {RequestListener} from 'node:http'
import {createGzip} from 'node:zlib'
import test, {type ExecutionContext} from 'ava'
import {systemClock} from '../../gateway/common/clock.js'
import {bodyFindings} from '../../gateway/doctor/body-findings.js'
import {diagnose} from '../../gateway/doctor/diagnose.js'
import {type FindingCode, SEVERITY} from '../../gateway/doctor/finding.js'
import {definition, site, startGateway} from '../helpers/home.js'
import {service} from '../helpers/served.js'
import {xTopology} from '../server/through.js'
import {nginx} from './nginx.js'
import {EVENTS, event, eventsAfter, GOOD, healthy, says, stream} from './services.js'

/** What is found at an address until so many events came. */
async function found(url: string, events = EVENTS, time = 20_000) {
  const watching = {url: new URL(url), headers: [], time, enough: (seen: readonly unknown[]) => seen.length >= events}
  return (await diagnose(watching, systemClock)).findings.map(({code}) => code)
}

const faultsAmong = (codes: readonly FindingCode[]) => codes.filter(code => SEVERITY[code] === 'fault')

const finds = test.macro({
  async exec(t: ExecutionContext, listener: RequestListener, codes: readonly FindingCode[]) {
    t.deepEqual(await found(await service(t, listener)), codes)
  },
  title: (name, _, codes) => `${name} shows ${codes.join(', ') || 'nothing wrong'}`,
})

/** Five events at once, sent over 1.6 s by the times in them. */
const lump = Array.from({length: EVENTS}, (_, i) => event(i + 1, String(1.7e12 + 400 * i))).join('')

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
test('a head that waits', finds, (asked, to) => setTimeout(() => healthy(asked, to), 1200), ['head-held'])
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
  'events that were gathered',
  finds,
  stream((after, to) => {
    if (after) to.write(eventsAfter(after))
    else setTimeout(() => to.write(lump), 1200)
  }),
  ['buffered'],
)
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

test('no head in the time is found, and claimed of nothing else', async t => {
  t.deepEqual(await found(await service(t, () => {}), EVENTS, 300), ['no-head'])
})

test('a long silence is found, whether it was inside the stream or at the end', t => {
  const seen = {
    connectedAt: 0,
    head: {at: 0, status: 200, version: '1.1', headers: ['Content-Type', 'text/event-stream']},
    pieces: [{at: 100, bytes: 9, torn: false}],
    events: [],
    lineEnds: {lf: 0, cr: 0, crlf: 0},
    byteOrderMark: false,
    invalid: false,
    half: false,
  }
  const codes = (at: number) => bodyFindings({...seen, end: {at, how: 'open'}}).map(({code}) => code)
  t.deepEqual(codes(30_000), ['no-keepalive'])
  t.deepEqual(codes(15_000), [])
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

test('nginx as it comes holds back the head and buffers', async t => {
  const url = await nginx(t, await service(t, slow), '')
  if (url !== undefined) t.deepEqual(faultsAmong(await found(url, 12)), ['head-held', 'buffered'])
})

test('nginx that does not buffer shows nothing wrong', async t => {
  const url = await nginx(t, await service(t, slow), 'proxy_buffering off;')
  if (url !== undefined) t.deepEqual(faultsAmong(await found(url, 12)), [])
})
