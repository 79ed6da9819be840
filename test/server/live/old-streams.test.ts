import test from 'ava'
import {GatewayError} from '../../../gateway/common/errors.js'
import {addressRanges} from '../../../gateway/http/address-ranges.js'
import {type Headers, valueOf} from '../../../gateway/http/headers.js'
import type {Exchange} from '../../../gateway/pipeline/exchange.js'
import type {Filter} from '../../../gateway/pipeline/filter.js'
import {goneSource} from '../../../gateway/pipeline/gone.js'
import type {Principal} from '../../../gateway/pipeline/principal.js'
import {xForwarded} from '../../../gateway/providers/x-forwarded.js'
import {answer} from '../../../gateway/server/answers.js'
import {refusalOf} from '../../../gateway/server/live/judge.js'
import type {Live, LiveRoute, LiveTopology} from '../../../gateway/server/live/live.js'
import {OldStreams} from '../../../gateway/server/live/old-streams.js'
import type {Settings} from '../../../gateway/site/settings.js'
import {OpenStreams} from '../../../gateway/streams/open-streams.js'
import {buildMatcher} from '../../../gateway/template/matcher.js'
import {parseTemplate} from '../../../gateway/template/parse.js'
import {exchange} from '../../dispatch/fakes.js'
import {type TestClock, testClock} from '../../helpers/clock.js'
import {flowing} from '../../streams/harness.js'

const userOf = (name = 'nobody'): Principal => ({name, groups: []})

/** Everybody is who the header says. */
const named: Filter = {
  name: 'named',
  enter: each => ({...each, principal: userOf(valueOf(each.request.headers, 'user'))}),
}

/** Asks another, who takes a while. */
const only = (name: string): Filter => ({
  name: 'only',
  async enter(each) {
    await new Promise(resolve => setImmediate(resolve))
    if (each.principal?.name !== name) throw new GatewayError(403, 'forbidden', 'Not for you.')
    return each
  },
})

/** A topology `sandbox` with one route, made with the plan of that generation. */
function sandbox(generation: number, filters: readonly Filter[], path = '/x'): LiveTopology {
  const route = {service: {role: 'ROLE'}, filters} as unknown as LiveRoute
  const routes = buildMatcher([[parseTemplate(path), route] as const])
  const plan = {name: 'sandbox'} as LiveTopology['plan']
  return {
    plan,
    path: '/gateway/sandbox',
    generation,
    pools: new Map(),
    forwarding: xForwarded({enabled: false, trusted: addressRanges([]), frontend: undefined}),
    ticketed: false,
    gone: goneSource(),
    routes: () => routes,
  }
}

function live(...topologies: readonly LiveTopology[]): Live {
  return {
    generation: 9,
    path: 'gateway',
    defaultTopology: '',
    topologies: new Map(topologies.map(each => [each.plan.name, each])),
    close() {},
  }
}

const asked = (user: string, generation = 1): Exchange => {
  const made = exchange({headers: ['User', user], principal: user})
  return {...made, arrival: {...made.arrival, generation}}
}

const judges = test.macro({
  async exec(t, filters: readonly Filter[], expected: string | undefined, path: string = '/x') {
    t.is(await refusalOf(live(sandbox(2, filters, path)), asked('ann')), expected)
  },
  title: title => `a request is judged again: ${title}`,
})

const throwing = (error: Error): Filter => ({
  name: 'throwing',
  enter: () => {
    throw error
  },
})

test('who is let through', judges, [named, only('ann')], undefined)
test('who is refused', judges, [named, only('bob')], 'forbidden')
test('who is nobody now', judges, [], 'another-principal')
test(
  'who is another now',
  judges,
  [named, {name: 'map', enter: each => ({...each, principal: userOf('eve')})}],
  'another-principal',
)
test('a request is judged with the certificate of its client', async t => {
  const certified: Filter = {
    name: 'certified',
    enter: each => ({...each, principal: userOf(each.certificateSubject?.())}),
  }
  const came = {...asked('ann'), certificateSubject: () => 'ann'}
  t.is(await refusalOf(live(sandbox(2, [certified])), came), undefined)
})

test('without a route', judges, [named], 'no-route', '/y')
test('by a filter that fails', judges, [named, throwing(new Error('?'))], 'internal')
test('by one that cannot ask', judges, [named, throwing(new GatewayError(503, 'directory', 'No answer.'))], 'directory')
test('by one that is about this moment', judges, [{...throwing(new Error('full')), momentary: true}, named], undefined)
test('too often', judges, [named, throwing(new GatewayError(429, 'too-many', 'Later.'))], undefined)
test(
  'where a filter answers itself',
  judges,
  [{name: 'login', enter: () => ({answer: answer(302, 'text/plain', '')})}],
  'another-principal',
)

test('a request is judged as it came, not as filters changed it', async t => {
  const looks: Exchange[] = []
  const look: Filter = {
    name: 'look',
    enter(each) {
      looks.push(each)
      return each
    },
  }
  const came = asked('ann')
  const changed = {...came, clientAddress: '10.0.0.1', request: {...came.request, headers: ['User', 'eve']}}
  t.is(await refusalOf(live(sandbox(2, [look, named])), changed), undefined)
  t.is(looks[0]?.clientAddress, '127.0.0.1')
  t.is(looks[0]?.request.body, undefined)
  t.is(looks[0]?.frontend.path, '/gateway/sandbox')
  t.deepEqual(looks[0]?.notes.service, 'ROLE')
})

interface Scene {
  readonly clock: TestClock
  readonly streams: OpenStreams
  readonly old: OldStreams
  readonly told: object[]
  /** A stream that a user began under the plan of that generation. */
  open(user: string, generation: number, request?: Headers): ReturnType<typeof flowing>
}

function scene(first: Live, settings: Partial<Settings> = {}): Scene {
  const clock = testClock()
  const streams = new OpenStreams(clock, () => 0.5)
  const told: object[] = []
  const tell = (_: string, fields?: object) => told.push(fields ?? {})
  const all = {
    'gateway.reload.streams': 'keep',
    'gateway.reload.generations': 10,
    'gateway.drain.timeout': 10_000,
    ...settings,
  } as Settings
  const old = new OldStreams(first, streams, all, {info: tell, warn: tell, error: tell})
  const returning = ['Last-Event-ID', '1']
  const open = (user: string, generation: number, request: Headers = returning) => {
    const {gone, ...rest} = asked(user, generation)
    return flowing({clock, streams, exchange: {...rest, request: {...rest.request, headers: request}}})
  }
  return {clock, streams, old, told, open}
}

test('a stream stays while it would be let through; else it ends within a second', async t => {
  const {clock, old, open, told} = scene(live(sandbox(1, [named])))
  const ann = open('ann', 1)
  const bob = open('bob', 1)
  const half = open('bob', 1)
  const answers = open('bob', 1, [])
  half.service.send('data: half')
  await old.take(live(sandbox(2, [named, only('ann')])))
  clock.turn(100)
  t.is(ann.client.ended, 'no')
  t.is(bob.client.text, 'retry: 1750\n\n')
  t.is(bob.client.ended, 'whole')
  t.true(answers.client.ended instanceof Error)
  t.is(half.client.ended, 'no')
  clock.turn(900)
  t.true((half.client.ended as unknown) instanceof Error)
  clock.turn(60_000)
  t.is(ann.client.ended, 'no')
  t.is(told.length, 3)
  t.like(told[0], {topology: 'sandbox', service: 'ROLE', refusal: 'forbidden'})
})

test('what did not change concerns nobody', async t => {
  const first = sandbox(1, [named])
  const {clock, old, open} = scene(live(first))
  const stream = open('ann', 1)
  first.routes = () => t.fail('judged') as never
  await old.take(live(first))
  clock.turn(60_000)
  t.is(stream.client.ended, 'no')
})

test('a verdict that comes after another plan is dropped', async t => {
  const {clock, old, open} = scene(live(sandbox(1, [named])))
  const stream = open('ann', 1)
  const refused = old.take(live(sandbox(2, [named, only('bob')])))
  await old.take(live(sandbox(3, [named, only('ann')])))
  await refused
  clock.turn(60_000)
  t.is(stream.client.ended, 'no')
})

test('a stream that begins after its plan was changed is judged too', async t => {
  const {clock, old, open} = scene(live(sandbox(1, [named])))
  await old.take(live(sandbox(2, [named, only('bob')])))
  const late = open('ann', 1)
  await new Promise(resolve => setImmediate(() => setImmediate(resolve)))
  clock.turn(100)
  t.is(late.client.ended, 'whole')
})

test('streams of a removed topology end one after the other; the others are broken off then', async t => {
  const {clock, old, open} = scene(live(sandbox(1, [named])))
  const all = Array.from({length: 10}, () => open('ann', 1))
  const answers = open('ann', 1, [])
  await old.take(live())
  const ended = () => all.filter(({client}) => client.ended === 'whole').length
  clock.turn(500)
  const counts = Array.from({length: 10}, () => {
    const count = ended()
    clock.turn(1000)
    return count
  })
  t.deepEqual(counts, [1, 2, 3, 4, 5, 6, 8, 9, 10, 10])
  t.true(answers.client.ended instanceof Error)
})

test('move: those who come back end one after the other, others run on', async t => {
  const {clock, old, open} = scene(live(sandbox(1, [named])), {'gateway.reload.streams': 'move'})
  const all = Array.from({length: 4}, () => open('ann', 1))
  const answers = open('ann', 1, [])
  await old.take(live(sandbox(2, [named])))
  clock.turn(5100)
  t.is(all.filter(({client}) => client.ended === 'whole').length, 3)
  clock.turn(60_000)
  t.is(all.filter(({client}) => client.ended === 'whole').length, 4)
  t.is(answers.client.ended, 'no')
})

test('when streams hold too many plans, those of the oldest end', async t => {
  const {clock, old, open} = scene(live(sandbox(1, [named])), {'gateway.reload.generations': 2})
  const streams = []
  for (let generation = 1; generation <= 4; generation++) {
    streams.push(open('ann', generation))
    await old.take(live(sandbox(generation + 1, [named])))
    clock.turn(60_000)
  }
  t.deepEqual(
    streams.map(({client}) => client.ended),
    ['whole', 'whole', 'no', 'no'],
  )
  t.is(old.generations.length, 2)
})
