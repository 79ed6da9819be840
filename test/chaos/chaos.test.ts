import test from 'ava'
import {Random} from '../helpers/random.js'
import {stormOf} from './actions.js'
import {type EndFacts, lieOf} from './ends.js'
import {encoded, HISTORY_KINDS, History} from './history.js'
import type {LegState} from './ledger.js'
import {TOPOLOGIES} from './topologies.js'

test('what happens hangs on the seed alone', t => {
  const names = (seed: number) => stormOf(new Random(seed).fork('round 1')).map(({after, name}) => [after, name])
  t.deepEqual(names(7), names(7))
  t.notDeepEqual(names(7), names(8))
})

for (const kind of HISTORY_KINDS)
  test(`${kind}: after an ID comes what follows the first event that has it`, t => {
    const history = new History(kind, new Random(1))
    const first = new Map<string, number>()
    for (let n = 0; n < 40; n++) {
      const event = history.at(n)
      t.deepEqual(event, history.at(n))
      const {id} = event
      if (id === undefined || first.has(id)) continue
      first.set(id, n)
      t.is(history.after(id), n + 1)
    }
    t.true(first.size >= 10)
  })

test('services spell events with line ends of their own', t => {
  const event = new History('plain', new Random(1)).at(3)
  const spellings = new Set(Array.from({length: 50}, (_, seed) => encoded(event, new Random(seed)).toString()))
  t.true(spellings.size > 3)
})

interface Case {
  readonly ended: EndFacts['ended']
  readonly leg?: LegState
  readonly silence?: number
  readonly answers?: readonly number[]
  readonly more?: Partial<EndFacts>
}

const judged = test.macro({
  exec(t, name: string, given: Case, expected: string | undefined) {
    const {ended, leg, silence = 0, answers = [], more} = given
    const topology = TOPOLOGIES.find(each => each.name === name) ?? TOPOLOGIES[0]
    const trail = {legs: leg ? [{from: 0, state: leg, silence, standing: ''}] : [], answers: [...answers]}
    const facts = {ended, topology, trail, stopped: false, removed: false, farewell: false, soft: false, ...more}
    t.is(lieOf(facts), expected)
  },
  title: (_, name, given, expected) => `${name}: ${JSON.stringify(given)} is ${expected ?? 'true'}`,
})

for (const {name} of TOPOLOGIES) {
  test(judged, name, {ended: 'whole', leg: 'ended'}, undefined)
  test(judged, name, {ended: 'whole', leg: 'lost'}, 'a false proper end')
  test(judged, name, {ended: 'whole', leg: 'open'}, 'a false proper end')
  test(judged, name, {ended: 'whole', more: {soft: true}}, undefined)
  test(judged, name, {ended: 'broken', leg: 'open'}, 'a false break')
  test(judged, name, {ended: 'broken', leg: 'ended'}, 'a false break')
  test(judged, name, {ended: 'broken', leg: 'open', more: {stopped: true}}, undefined)
  test(judged, name, {ended: 'whole', leg: 'open', more: {removed: true}}, undefined)
}
test(judged, 'abort', {ended: 'broken', leg: 'lost'}, undefined)
test(judged, 'abort', {ended: 'broken', leg: 'closed', silence: 5000}, undefined)
test(judged, 'abort', {ended: 'whole', leg: 'lost', answers: [404]}, 'a false proper end')
test(judged, 'resume', {ended: 'broken', leg: 'lost'}, 'a false break')
test(judged, 'resume', {ended: 'whole', leg: 'lost', answers: [404]}, undefined)
test(judged, 'resume', {ended: 'whole', leg: 'lost', answers: [503]}, 'a false proper end')
test(judged, 'single', {ended: 'broken', leg: 'lost'}, undefined)
test(judged, 'event', {ended: 'whole', leg: 'lost', more: {farewell: true}}, undefined)
test(judged, 'event', {ended: 'whole', leg: 'open', more: {farewell: true}}, 'a farewell of a stream that was not lost')
test(judged, 'event', {ended: 'broken', leg: 'lost'}, 'a false break')
test(judged, 'abort', {ended: 'whole', leg: 'lost', more: {farewell: true}}, 'a farewell that the policy does not know')
