import test from 'ava'
import {type GoneSource, goneSource} from '../../gateway/pipeline/gone.js'
import {type PlaceLimits, Places} from '../../gateway/streams/places.js'
import {exchange} from '../dispatch/fakes.js'
import {testClock} from '../helpers/clock.js'
import {Random} from '../helpers/random.js'

const none: PlaceLimits = {gateway: 0, address: 0, principal: 0, rate: 0}

interface Visitor {
  readonly address?: string
  readonly principal?: string
  readonly service?: string
}

function opened(limits: Partial<PlaceLimits>, ofService = 0) {
  const clock = testClock()
  const random = new Random(1)
  const places = new Places(clock, {...none, ...limits}, () => random.next())
  /** `undefined`: it has a place until the source is set; else the status of the refusal. */
  const take = ({address = '10.0.0.1', principal = 'ann', service = 'A'}: Visitor = {}): GoneSource | number => {
    const gone = goneSource()
    const asked = exchange({gone, principal})
    const refusal = places.take({...asked, clientAddress: address, notes: {...asked.notes, service}}, ofService)
    return refusal?.status ?? gone
  }
  return {places, clock, take}
}

const leave = (place: GoneSource | number) => (typeof place === 'number' ? undefined : place.set())

/** Limits, of the service, who is refused with what after one of ann's at 10.0.0.1, who is not. */
const caps = test.macro({
  exec(
    t,
    limits: Partial<PlaceLimits>,
    ofService: number,
    refused: Visitor,
    status: number,
    other: Visitor | undefined,
  ) {
    const {take} = opened(limits, ofService)
    const first = take()
    t.is(take(refused), status)
    if (other) t.not(typeof take(other), 'number')
    leave(first)
    t.not(typeof take(refused), 'number')
  },
  title: (_, limits, ofService) => `${JSON.stringify(limits)} and ${ofService} of the service`,
})

test(caps, {gateway: 1}, 0, {address: '::2', principal: 'bob', service: 'B'}, 503, undefined)
test(caps, {}, 1, {address: '::2', principal: 'bob'}, 503, {service: 'B'})
test(caps, {address: 1}, 0, {principal: 'bob', service: 'B'}, 429, {address: '::2'})
test(caps, {principal: 1}, 0, {address: '::2', service: 'B'}, 429, {principal: 'bob'})

test('anonymous is nobody', t => {
  const {take} = opened({principal: 1})
  for (let i = 0; i < 5; i++) t.not(typeof take({principal: 'anonymous'}), 'number')
})

test('so many may begin in a second', t => {
  const {take, clock} = opened({rate: 10})
  const begun = () => Array.from({length: 30}, () => take()).filter(place => typeof place !== 'number').length
  t.is(begun(), 10)
  clock.turn(500)
  t.is(begun(), 5)
  clock.turn(60_000)
  t.is(begun(), 10)
})

test('one that is refused takes no place', t => {
  const {take} = opened({gateway: 2, address: 1})
  take()
  for (let i = 0; i < 5; i++) t.is(take(), 429)
  t.not(typeof take({address: '::2'}), 'number')
  t.is(take({address: '::3'}), 503)
})

test('to check takes no place, and refuses what there is none for', t => {
  const {places, take} = opened({gateway: 1, rate: 2})
  const asked = exchange({gone: goneSource()})
  for (let i = 0; i < 5; i++) t.is(places.check(asked, 0), undefined)
  const place = take()
  t.is(places.check(asked, 0)?.code, 'streams-full')
  leave(place)
  t.is(places.check(asked, 0), undefined)
})

test('those who are refused are not told the same', t => {
  const {places, take} = opened({gateway: 1})
  take()
  const told = Array.from({length: 100}, () => places.take(exchange({}), 0))
  t.true(new Set(told.map(refusal => refusal?.retryAfter)).size > 90)
  t.deepEqual([...new Set(told.map(refusal => refusal?.headers.join(' ')))].sort(), [
    'Retry-After 2',
    'Retry-After 3',
    'Retry-After 4',
    'Retry-After 5',
  ])
})
