import test from 'ava'
import fc from 'fast-check'
import {goneSource} from '../../gateway/pipeline/gone.js'
import {encodeEvent} from '../../gateway/sse/encode-event.js'
import type {IdOrder, Wholeness} from '../../gateway/sse/id-order.js'
import type {Sequel, Source} from '../../gateway/streams/sequel.js'
import {TimerWheel} from '../../gateway/streams/timer-wheel.js'
import {WholeStream} from '../../gateway/streams/whole-stream.js'
import {testClock} from '../helpers/clock.js'
import {Client, eventsOf, ServiceBody, testExchange} from './harness.js'

interface Options {
  readonly order?: IdOrder
  readonly gap?: Sequel['gap']
  readonly limit?: number
  readonly idleTimeout?: number
  readonly lastEventId?: string
  /** Without it the stream does not go on. */
  readonly resumes?: boolean
  readonly farewell?: Uint8Array
}

/** A service's stream, and whether it was broken off. */
class Leg implements Source {
  readonly body = new ServiceBody()
  stopped = false
  stop(): void {
    this.stopped = true
  }
}

class ScriptedSequel implements Sequel {
  readonly order: IdOrder
  readonly gap: Sequel['gap']
  readonly asked: string[] = []
  readonly told: [Wholeness, number][] = []
  newEvents = 0
  readonly #answers: {resolve(next: Source | undefined): void; reject(error: Error): void}[] = []

  constructor({order = 'none', gap = 'none'}: Options) {
    this.order = order
    this.gap = gap
  }

  ask(lastEventId: string): Promise<Source | undefined> {
    this.asked.push(lastEventId)
    return new Promise((resolve, reject) => this.#answers.push({resolve, reject}))
  }

  wentOn(): void {
    this.newEvents++
  }

  tell(wholeness: Wholeness, skipped: number): void {
    this.told.push([wholeness, skipped])
  }

  /** Answers what was asked last, and lets that be heard. */
  async answer(next: Source | undefined | Error): Promise<void> {
    const answer = this.#answers.shift()
    if (next instanceof Error) answer?.reject(next)
    else answer?.resolve(next)
    await new Promise(resolve => setImmediate(resolve))
  }
}

function flowing(options: Options = {}) {
  const {limit = 1000, idleTimeout = 0, lastEventId = '', resumes = true, farewell} = options
  const clock = testClock()
  const wheel = new TimerWheel(clock)
  const gone = goneSource()
  const sequel = new ScriptedSequel(options)
  const first = new Leg()
  const client = new Client()
  const exchange = testExchange({gone})
  const facts = {
    limit,
    idleTimeout,
    lastEventId,
    exchange,
    clock,
    wheel,
    sequel: resumes ? sequel : undefined,
    farewell,
  }
  new WholeStream(first, facts).flow(client)
  return {
    first,
    client,
    clock,
    gone,
    sequel,
    service: first.body,
    /** Another stream takes the place of the one that was lost. */
    async goOn(...chunks: (string | Uint8Array)[]): Promise<Leg> {
      const leg = new Leg()
      await sequel.answer(leg)
      for (const chunk of chunks) leg.body.send(chunk)
      return leg
    },
  }
}

const lost = new Error('reset')
const event = (id: number) => `id: ${id}\ndata: ${id}\n\n`
const range = (from: number, to: number) => Array.from({length: to - from + 1}, (_, i) => event(from + i)).join('')

test('half an event is thrown away, and the stream goes on after the last whole one', async t => {
  const {service, client, sequel, goOn} = flowing()
  service.send(`${range(1, 3)}id: 4\ndata: ha`)
  t.is(client.text, range(1, 3))
  service.into?.fail(lost)
  t.deepEqual(sequel.asked, ['3'])
  const {body} = await goOn(range(4, 5))
  body.into?.end()
  t.is(client.text, range(1, 5))
  t.is(client.ended, 'whole')
  t.deepEqual(sequel.told, [['unverified', 0]])
})

test('lost at every byte, and gone on from the last whole event: the same events', async t => {
  const text =
    '\uFEFFid: 1\r\ndata: a\r\n\r\ndata: b\r\n\r\nid: 2\rdata: c\r\rid: 3\n\nevent: é\ndata: d\ndata: e\n\n: c\n\nid: 4\ndata: f\n\n'
  const whole = Buffer.from(text)
  // What the service still holds after an ID.
  const after: Record<string, string> = {
    '': text,
    1: text.slice(text.indexOf('data: b')),
    2: text.slice(text.indexOf('id: 3')),
    3: text.slice(text.indexOf('event: é')),
    4: '',
  }
  for (let i = 0; i <= whole.length; i++) {
    const {service, client, sequel, goOn} = flowing()
    service.send(whole.subarray(0, i))
    service.into?.fail(lost)
    const [asked = ''] = sequel.asked
    const rest = Buffer.from(`\uFEFF${(after[asked] ?? '').replace(/^\uFEFF/, '')}`)
    const {body} = await goOn(...Array.from(rest, byte => Uint8Array.of(byte)))
    body.into?.end()
    t.deepEqual(eventsOf(client.text), eventsOf(text), `lost after ${i} bytes: ${JSON.stringify(client.text)}`)
    t.is(client.text.lastIndexOf('\uFEFF'), client.text.indexOf('\uFEFF'))
    t.is(client.ended, 'whole')
  }
})

/** First stream, what the ID is after it. */
const idAfter = test.macro({
  exec(t, text: string, expected: string | undefined, lastEventId: string = '') {
    const {service, client, sequel} = flowing({lastEventId})
    service.send(text)
    service.into?.fail(lost)
    t.deepEqual(sequel.asked, expected === undefined ? [] : [expected])
    t.is(client.ended instanceof Error, expected === undefined)
  },
  title: (_, text: string, expected: string | undefined, before?: string) =>
    `after ${JSON.stringify(text.slice(0, 60))}${before ? ` and ${before} before` : ''} ${expected === undefined ? 'nothing is asked' : `the ID is "${expected.slice(0, 9)}"`}`,
})

test(idAfter, '', '')
test(idAfter, '', '7', '7')
test(idAfter, ': c\n\nretry: 3\n\n', '')
test(idAfter, 'data: a\n\n', undefined)
test(idAfter, 'data: a\n\n', '7', '7')
test(idAfter, 'id: 1\n\n', '1')
test(idAfter, 'id: 1\ndata: a\n\ndata: b\n\n', '1')
test(idAfter, 'id: 1\ndata: a\n\nid: 2\n\n', '2')
test(idAfter, 'id: 1\ndata: a\n\nid: 2\ndata: b\n', '1')
test(idAfter, 'id: 1\ndata: a\n\nid\ndata: b\n\n', undefined)
test(idAfter, 'id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n', '1')
test(idAfter, 'id: 1\ndata: a\n\nid:  2\ndata: b\n\n', undefined)
test(idAfter, 'id: 1\ndata: a\n\nid: 2 \ndata: b\n\n', undefined)
test(idAfter, `id: 1\ndata: a\n\nid: ${'x'.repeat(400)}\ndata: b\n\n`, 'x'.repeat(400))
test(idAfter, 'id: é\ndata: b\n\n', Buffer.from('é').toString('latin1'))

/** What was given, what the stream that goes on sends, what of it is given. */
const goesOn = test.macro({
  async exec(t, given: string, sent: string, expected: string) {
    for (const chunks of [[sent], [...sent].map(each => Buffer.from(each))]) {
      const {service, client, clock, goOn} = flowing()
      service.send(given)
      service.into?.fail(lost)
      await goOn(...chunks)
      clock.turn(2000)
      t.is(client.text, given + expected)
      t.is(clock.pending, 0)
    }
  },
  title: (_, given, sent, expected) =>
    `after ${JSON.stringify(given)}, of ${JSON.stringify(sent)} ${JSON.stringify(expected)} is new`,
})

const [x, y] = ['data: x\n\n', 'data: y\n\n']
test(goesOn, range(1, 3), range(4, 6), range(4, 6))
test(goesOn, range(1, 3), range(3, 5), range(4, 5))
test(goesOn, range(1, 3), range(1, 5), range(4, 5))
test(goesOn, range(2, 4), range(1, 5), range(1, 5))
test(goesOn, `${event(1)}${x}${y}`, `${x}${y}${event(2)}`, event(2))
test(goesOn, `${event(1)}${x}${y}`, `${y}${event(2)}`, event(2))
test(goesOn, `${event(1)}${x}${y}`, `${x}${event(2)}`, `${x}${event(2)}`)
test(goesOn, `${event(1)}${x}${y}`, x, x)
test(goesOn, `${event(1)}${x}`, `${event(1)}${x}${event(2)}`, event(2))
test(goesOn, range(1, 3), `: hello\n\nretry: 5\n\n${range(2, 4)}`, `: hello\n\nretry: 5\n\n${event(4)}`)
test(goesOn, range(1, 3), `id: 3\nretry: 9\ndata: 3\n\n${event(4)}`, event(4))
// Another counter of IDs: the same ID, another event.
test(goesOn, range(1, 3), 'id: 2\ndata: other\n\nid: 3\ndata: 3\n\n', 'id: 2\ndata: other\n\nid: 3\ndata: 3\n\n')
// An ID that all events share.
test(goesOn, 'id: a\ndata: 1\n\nid: a\ndata: 2\n\n', 'id: a\ndata: 2\n\nid: a\ndata: 3\n\n', 'id: a\ndata: 3\n\n')
// The first difference ends it for good.
test(goesOn, range(1, 3), `${event(3)}${event(4)}${event(2)}${event(3)}`, `${event(4)}${event(2)}${event(3)}`)

test('what is held since it may be a repeat is given when the service goes silent', async t => {
  const {service, client, clock, goOn} = flowing()
  service.send(`${event(1)}${x}${y}`)
  service.into?.fail(lost)
  const {body} = await goOn(x)
  clock.turn(900)
  t.is(client.text, `${event(1)}${x}${y}`)
  clock.turn(200)
  t.is(client.text, `${event(1)}${x}${y}${x}`)
  body.send(y)
  t.is(client.text, `${event(1)}${x}${y}${x}${y}`)
})

test('a repeat that is slow to come is still a repeat', async t => {
  const {service, client, clock, goOn} = flowing()
  service.send(range(1, 3))
  service.into?.fail(lost)
  const {body} = await goOn(event(1))
  clock.turn(5000)
  body.send(range(2, 4))
  t.is(client.text, range(1, 4))
  t.is(clock.pending, 0)
})

/** Order, gap, first new ID after 3; what is told and given. */
const tells = test.macro({
  async exec(t, order: IdOrder, gap: Sequel['gap'], next: number, wholeness: Wholeness, added: string) {
    const {service, client, sequel, goOn} = flowing({order, gap})
    service.send(range(1, 3))
    service.into?.fail(lost)
    const leg = await goOn(event(3), x, event(next))
    t.deepEqual(sequel.told, [[wholeness, 1]])
    t.is(client.text, `${range(1, 3)}${x}${added}`)
    t.is(client.ended, gap === 'end' && wholeness === 'gap' ? 'whole' : 'no')
    t.is(leg.stopped, client.ended === 'whole')
  },
  title: (_, order, gap, next, wholeness) => `${order}, ${gap}: ${next} after 3 is ${wholeness}`,
})

test(tells, 'none', 'event', 9, 'unverified', event(9))
test(tells, 'increasing', 'event', 9, 'whole', event(9))
test(tells, 'increasing', 'event', 2, 'unverified', event(2))
test(tells, 'consecutive', 'event', 4, 'whole', event(4))
test(tells, 'consecutive', 'none', 9, 'gap', event(9))
test(tells, 'consecutive', 'event', 9, 'gap', `event: gateway-gap\ndata: {"after":"3","before":"9"}\n\n${event(9)}`)
test(tells, 'consecutive', 'end', 9, 'gap', '')

test('an answer is a proper end; a failure is told as one', async t => {
  const answered = flowing()
  answered.service.send(event(1))
  answered.service.into?.fail(lost)
  await answered.sequel.answer(undefined)
  t.is(answered.client.ended, 'whole')
  t.is(answered.client.text, event(1))

  const failed = flowing()
  failed.service.send(`${event(1)}data: ha`)
  failed.service.into?.fail(lost)
  const reason = new Error('nobody')
  await failed.sequel.answer(reason)
  t.is(failed.client.ended, reason)
  t.is(failed.client.text, event(1))
})

test('a stream without sequel ends with its last event, or is broken off', t => {
  const farewell = encodeEvent({type: 'error', data: '{}'})
  const told = flowing({resumes: false, farewell})
  told.service.send('data: a\n\ndata: ha')
  told.service.into?.fail(lost)
  t.is(told.client.text, 'data: a\n\nevent: error\ndata: {}\n\n')
  t.is(told.client.ended, 'whole')
  const broken = flowing({resumes: false})
  broken.service.into?.fail(lost)
  t.is(broken.client.ended, lost)
})

test('a proper end passes the unfinished last block on, and is no loss', t => {
  const {service, client, sequel} = flowing()
  service.send('data: a\n\ndata: [DONE]\n')
  service.into?.end()
  t.is(client.text, 'data: a\n\ndata: [DONE]\n')
  t.is(client.ended, 'whole')
  t.deepEqual(sequel.asked, [])
})

test('an event longer than the limit breaks the stream off; it does not go on', t => {
  const {first, service, client, sequel} = flowing({limit: 50})
  service.send(event(1))
  t.false(service.send(`data: ${'x'.repeat(60)}`))
  t.true(client.ended instanceof Error)
  t.true(first.stopped)
  t.is(client.text, event(1))
  t.deepEqual(sequel.asked, [])
})

test('silence past the idle timeout is a loss; half an event that comes is not silence', t => {
  const {first, service, sequel, clock} = flowing({idleTimeout: 1000})
  service.send(event(1))
  for (const byte of 'data: slow') {
    clock.turn(900)
    service.send(byte)
  }
  t.false(first.stopped)
  clock.turn(1100)
  t.true(first.stopped)
  t.deepEqual(sequel.asked, ['1'])
  t.false(service.send('\n\n'))
})

test('a service that is not read is not silent', t => {
  const {first, service, client, clock} = flowing({idleTimeout: 1000})
  client.full = true
  t.false(service.send(event(1)))
  service.into?.drained(() => service.send(event(2)))
  clock.turn(10_000)
  t.false(first.stopped)
  client.full = false
  client.again?.()
  t.is(client.text, range(1, 2))
})

test('the stream that goes on waits for a client that is full', async t => {
  const {service, client, goOn} = flowing()
  client.full = true
  service.send(event(1))
  service.into?.fail(lost)
  const {body} = await goOn()
  t.is(body.into, undefined)
  client.full = false
  client.again?.()
  body.send(event(2))
  t.is(client.text, range(1, 2))
})

test('when the client leaves nothing is left: while it flows, and while another is asked', async t => {
  const open = flowing({idleTimeout: 1000})
  open.service.send(event(1))
  open.gone.set()
  t.true(open.first.stopped)
  open.clock.turn(100)
  t.is(open.clock.pending, 0)
  const asking = flowing({idleTimeout: 1000})
  asking.service.send(event(1))
  asking.service.into?.fail(lost)
  asking.gone.set()
  const leg = await asking.goOn()
  t.true(leg.body.discarded)
  asking.clock.turn(100)
  t.is(asking.clock.pending, 0)
})

test('a service that sends after it was given up is not heard', async t => {
  const {service, client, goOn} = flowing()
  service.send(event(1))
  const {into} = service
  into?.fail(lost)
  await goOn(event(2))
  into?.write(Buffer.from(event(9)))
  into?.end()
  t.is(client.text, range(1, 2))
  t.is(client.ended, 'no')
})

/** A history of events, some without an ID of their own, all different. */
const history = fc
  .array(fc.boolean(), {minLength: 1, maxLength: 30})
  .map(owns =>
    owns.map((own, i) => ({own: own || i === 0, text: `${own || i === 0 ? `id: ${i}\n` : ''}data: d${i}\n\n`})),
  )

test('whatever is lost wherever, and however far back the service begins again, each event is given once, in order', async t => {
  await fc.assert(
    fc.asyncProperty(
      history,
      fc.array(fc.tuple(fc.nat(400), fc.nat(5)), {maxLength: 6}),
      fc.integer({min: 1, max: 40}),
      async (events, losses, size) => {
        const {service, client, sequel, goOn} = flowing()
        let from = service
        let sent = events.map(({text}) => text).join('')
        for (const [length, back] of losses) {
          for (let i = 0; i < Math.min(length, sent.length); i += size)
            from.send(sent.slice(i, Math.min(i + size, length)))
          from.into?.fail(lost)
          const asked = sequel.asked.at(-1) ?? ''
          const at = asked === '' ? 0 : events.findIndex(({text}) => text.startsWith(`id: ${asked}\n`)) + 1
          sent = events
            .slice(Math.max(0, at - back))
            .map(({text}) => text)
            .join('')
          from = (await goOn()).body
        }
        from.send(sent)
        from.into?.end()
        t.is(client.text, events.map(({text}) => text).join(''))
      },
    ),
    {numRuns: 500},
  )
})
