import test from 'ava'
import {type Headers, valueOf} from '../../gateway/http/headers.js'
import type {StreamPolicy} from '../../gateway/pipeline/dispatch-plan.js'
import {goneSource} from '../../gateway/pipeline/gone.js'
import type {ServiceRequest} from '../../gateway/pipeline/transport.js'
import type {OpenStreams} from '../../gateway/streams/open-streams.js'
import type {ResumeOutcome} from '../../gateway/streams/resumes.js'
import {testClock} from '../helpers/clock.js'
import {Client, quiet, ServiceBody} from '../streams/harness.js'
import {type Asking, type Deed, exchange, type Making, made, plan} from './fakes.js'

const STREAM = ['Content-Type', 'text/event-stream']
const resuming: StreamPolicy = {...quiet, onLoss: 'resume', resumeAttempts: 3, resumeSleep: 1000}

/** What became of lost streams, at all endpoints. */
function resumesOf({figures}: OpenStreams): Record<ResumeOutcome, number> {
  const sum = {whole: 0, unverified: 0, gap: 0, answered: 0, failed: 0}
  for (const {resumes} of figures.records([]))
    for (const outcome of Object.keys(sum) as ResumeOutcome[]) sum[outcome] += resumes[outcome]
  return sum
}

/** Lets promises that are settled be heard. */
const settled = () => new Promise(resolve => setImmediate(resolve))

interface Opening extends Asking {
  readonly stream?: Partial<StreamPolicy>
  readonly making?: Omit<Making, 'plan'>
}

/** A stream that flows; each deed answers one request, `stream` with a stream. */
async function open(deeds: readonly (Deed | 'stream')[], {stream, making, ...asking}: Opening = {}) {
  const bodies: ServiceBody[] = []
  const script = (_: ServiceRequest, nth: number): Deed => {
    const deed = deeds[nth] ?? 'connect'
    if (deed !== 'stream') return deed
    const body = new ServiceBody()
    bodies.push(body)
    return {status: 200, headers: STREAM, body}
  }
  const clock = testClock()
  const asked = exchange(asking)
  const dispatch = made(script, {
    policy: {},
    ...making,
    clock,
    plan: {...plan, kind: 'sse', stream: {...resuming, ...stream}},
  })
  const response = await dispatch.dispatch.dispatch(asked)
  const client = new Client()
  response.body.flow(client)
  const {sent} = dispatch.transport
  return {
    ...dispatch,
    client,
    clock,
    bodies,
    response,
    notes: asked.notes,
    /** Of each request: host and last event ID. */
    asked: () => sent.map(({url, headers}) => `${url.host} ${valueOf(headers, 'last-event-id') ?? '-'}`),
    async lose() {
      bodies.at(-1)?.into?.fail(new Error('reset'))
      await settled()
    },
    async turn(ms: number) {
      clock.turn(ms)
      await settled()
    },
  }
}

const one = 'id: 1\ndata: a\n\n'
const two = 'id: 2\ndata: b\n\n'

test('the next endpoint is asked at once, with the ID that was given last', async t => {
  const {client, bodies, lose, asked, notes, streams} = await open(['stream', 'stream'])
  bodies[0]?.send(one)
  await lose()
  bodies[1]?.send(two)
  t.is(client.text, one + two)
  t.deepEqual(asked(), ['h1 -', 'h2 1'])
  t.like(notes, {endpoint: 'http://h2:2', attempts: 2})
  t.like(resumesOf(streams), {unverified: 1, failed: 0})
})

test("the client's own last event ID is replaced, not doubled; the rest is as it was", async t => {
  const headers: Headers = ['last-event-id', '0', 'X-A', '1']
  const {bodies, lose, asked, transport} = await open(['stream', 'stream'], {headers})
  bodies[0]?.send(one)
  await lose()
  t.deepEqual(asked(), ['h1 0', 'h2 1'])
  const without = (headers: Headers = []) =>
    headers.filter((_, i) => i > 1 && !/last-event-id/i.test(headers[i - (i % 2)] ?? ''))
  t.deepEqual(without(transport.sent[1]?.headers), without(transport.sent[0]?.headers))
})

test('what an endpoint failed on the way is told by its figures, and in the record while it is asked', async t => {
  const {bodies, lose, turn, streams} = await open(['stream', 'connect', 'stream'], {making: {random: () => 0.5}})
  bodies[0]?.send(one)
  await lose()
  t.like(streams.records()[0], {state: 'resuming', resumes: 1})
  await turn(100)
  bodies[1]?.send(two)
  t.like(streams.records()[0], {state: 'open', resumes: 1, endpoint: 'http://h3:3', lastEventId: '2'})
  t.deepEqual(
    streams
      .figureRecords()
      .map(({endpoint, failovers, open, resumes}) => [endpoint, failovers, open, resumes.unverified]),
    [
      ['http://h1:1', 0, 0, 0],
      ['http://h2:2', 1, 0, 0],
      ['http://h3:3', 0, 1, 1],
    ],
  )
})

test('endpoints not yet asked come after a jitter, all of them again after pauses that double', async t => {
  const {bodies, lose, turn, asked, client} = await open(['stream', 'connect', 'connect', 'connect', 'connect'], {
    making: {random: () => 0.5},
    stream: {resumeAttempts: 4},
  })
  bodies[0]?.send(one)
  await lose()
  t.deepEqual(asked(), ['h1 -', 'h2 1'])
  await turn(99)
  t.is(asked().length, 2)
  await turn(1)
  t.is(asked()[2], 'h3 1')
  await turn(999)
  t.is(asked().length, 3)
  await turn(1)
  t.is(asked()[3], 'h1 1')
  await turn(1999)
  t.is(asked().length, 4)
  await turn(1)
  t.is(asked().length, 5)
  await turn(4000)
  t.is(asked().length, 6)
  t.true(client.ended instanceof Error)
})

test('one URL: the same is asked again', async t => {
  const {bodies, lose, turn, asked, client} = await open(['stream', 'connect', 'stream'], {
    making: {urls: ['http://h1:1'], policy: undefined, random: () => 0.5},
  })
  bodies[0]?.send(one)
  await lose()
  await turn(1000)
  bodies[1]?.send(two)
  t.deepEqual(asked(), ['h1 -', 'h1 1', 'h1 1'])
  t.is(client.text, one + two)
})

test('attempts are full again after a new event, not before', async t => {
  const {bodies, lose, turn, client, asked} = await open(
    ['stream', 'stream', 'stream', 'stream', 'connect', 'connect', 'stream'],
    {stream: {resumeAttempts: 1}, making: {random: () => 0}},
  )
  bodies[0]?.send(one)
  await lose()
  await lose()
  await turn(10_000)
  t.is(asked().length, 3)
  bodies[2]?.send(two)
  await lose()
  t.is(asked().length, 4)
  await lose()
  await turn(10_000)
  t.is(asked().length, 5)
  t.true(client.ended instanceof Error)
})

for (const status of [204, 401, 403, 404, 410])
  test(`${status} is an answer: a proper end`, async t => {
    const answer = new ServiceBody()
    const {bodies, lose, client, streams, asked} = await open(['stream', {status, body: answer}])
    bodies[0]?.send(one)
    await lose()
    t.is(client.ended, 'whole')
    t.true(answer.discarded)
    t.is(asked().length, 2)
    t.is(resumesOf(streams).answered, 1)
  })

const failures: readonly (readonly [string, Deed])[] = [
  ['503', {status: 503}],
  ['429', {status: 429}],
  ['302', {status: 302}],
  ['200 of another type', {status: 200, headers: ['Content-Type', 'text/html']}],
  [
    'a coding that is not known',
    {status: 200, headers: [...STREAM, 'Content-Encoding', 'zz'], body: new ServiceBody()},
  ],
  ['no head in time', 'timeout-response'],
  ['no HTTP', 'malformed'],
]
for (const [name, deed] of failures)
  test(`${name} is a failure: the next is asked`, async t => {
    const {bodies, lose, turn, client, asked} = await open(['stream', deed, 'stream'])
    bodies[0]?.send(one)
    await lose()
    await turn(200)
    bodies[1]?.send(two)
    t.deepEqual(asked(), ['h1 -', 'h2 1', 'h3 1'])
    t.is(client.text, one + two)
  })

test('a stale connection is no attempt', async t => {
  const {bodies, lose, client, asked} = await open(['stream', 'stale', 'stale', 'stream'], {
    stream: {resumeAttempts: 0},
  })
  bodies[0]?.send(one)
  await lose()
  bodies[1]?.send(two)
  t.deepEqual(asked(), ['h1 -', 'h2 1', 'h2 1', 'h2 1'])
  t.is(client.text, one + two)
})

test('a client that leaves while others are asked ends it', async t => {
  const gone = goneSource()
  const {bodies, lose, turn, clock, asked, streams} = await open(['stream', 'connect'], {gone})
  bodies[0]?.send(one)
  await lose()
  gone.set()
  await turn(60_000)
  t.is(asked().length, 2)
  t.is(clock.pending, 0)
  t.is(streams.count, 0)
})

for (const method of ['POST', 'PUT', 'PATCH'])
  test(`${method} is never sent again: its stream is broken off`, async t => {
    const {bodies, lose, client, asked} = await open(['stream', 'stream'], {method, body: 'x'})
    bodies[0]?.send(`${one}data: ha`)
    await lose()
    t.true(client.ended instanceof Error)
    t.is(client.text, `${one}data: ha`)
    t.is(asked().length, 1)
  })

test('POST ends with the last event of sse.on.loss', async t => {
  const stream: Partial<StreamPolicy> = {onLoss: 'event', lossEvent: {type: '', data: '{"error":"lost"}'}}
  const {bodies, lose, client, asked} = await open(['stream'], {method: 'POST', body: 'x', stream})
  bodies[0]?.send(`${one}data: ha`)
  await lose()
  t.is(client.text, `${one}data: {"error":"lost"}\n\n`)
  t.is(client.ended, 'whole')
  t.is(asked().length, 1)
})

test('a stream that goes on has no known length', async t => {
  const body = new ServiceBody()
  const {response} = await open([{status: 200, headers: [...STREAM, 'Content-Length', '99'], body}])
  t.is(valueOf(response.headers, 'content-length'), undefined)
})

test('each lost stream is told of once', async t => {
  const records: unknown[] = []
  const {bodies, lose} = await open(['stream', 'stream'], {
    stream: {idOrder: 'consecutive'},
    making: {told: record => records.push(record)},
  })
  bodies[0]?.send(one)
  await lose()
  bodies[1]?.send(one + two)
  const [record] = records
  t.is(records.length, 1)
  t.like(record, {
    outcome: 'whole',
    id: 'id-1',
    topology: 'sandbox',
    service: 'ROLE',
    from: 'http://h1:1',
    to: 'http://h2:2',
    cause: 'reset',
    attempts: 1,
    skipped: 1,
  })
})
