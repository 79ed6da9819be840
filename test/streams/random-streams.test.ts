import test from 'ava'
import fc from 'fast-check'
import {eventsOf, flowing, type Opened} from './harness.js'

const pieces = fc.array(
  fc.constantFrom(
    'data: x',
    'id: 7',
    ':c',
    'event: é',
    'retry: 9',
    '\n',
    '\r',
    '\r\n',
    '\n\n',
    '\r\r',
    '\r\n\r\n',
    'data: €',
  ),
  {maxLength: 20},
)
const streams = fc.tuple(fc.boolean(), pieces).map(([marked, all]) => (marked ? '\uFEFF' : '') + all.join(''))

/** What may happen between two chunks. */
type Happening = {readonly pass: number} | {readonly full: boolean} | {readonly bytes: number}
const happenings = fc.array(
  fc.oneof(
    fc.record({pass: fc.integer({min: 0, max: 400})}),
    fc.record({full: fc.boolean()}),
    fc.record({bytes: fc.integer({min: 0, max: 6})}),
  ),
  {maxLength: 40},
)

/** A service that heeds backpressure: sends what is left when there is room. */
function play(opened: Opened, text: string, script: readonly Happening[]): void {
  const {service, client, clock} = opened
  const bytes = Buffer.from(text)
  let sent = 0
  let free = true
  const send = (count: number) => {
    if (!free || sent >= bytes.length || client.ended !== 'no') return
    const chunk = bytes.subarray(sent, sent + count)
    sent += chunk.length
    free = service.send(chunk)
    if (!free)
      service.into?.drained(() => {
        free = true
      })
  }
  const drain = () => {
    client.full = false
    client.waiting = 0
    const {again} = client
    client.again = undefined
    again?.()
  }
  for (const each of script) {
    if ('pass' in each) clock.turn(each.pass)
    else if ('bytes' in each) send(each.bytes)
    else if (each.full) client.full = true
    else drain()
  }
  drain()
  while (sent < bytes.length && client.ended === 'no') send(7)
  if (client.ended === 'no') service.into?.end()
}

test('whatever the chunks, the pauses and the pace, a client reads the events that were sent', t => {
  fc.assert(
    fc.property(streams, happenings, fc.boolean(), (text, script, retries) => {
      const opened = flowing({policy: {keepaliveInterval: 100, writeTimeout: 60_000, retry: retries ? 5 : 0}})
      play(opened, text, script)
      t.is(opened.client.ended, 'whole')
      t.deepEqual(eventsOf(opened.client.text), [...(retries ? [5] : []), ...eventsOf(text)])
      t.is(opened.streams.count, 0)
      opened.clock.turn(100)
      t.is(opened.clock.pending, 0)
    }),
    {numRuns: 500},
  )
})

test('a stream that is drained meanwhile has given whole events, and the first of those sent', t => {
  fc.assert(
    fc.property(streams, happenings, (text, script) => {
      const opened = flowing({policy: {keepaliveInterval: 100, returnable: true}})
      void opened.streams.drain(300)
      play(opened, text, script)
      const read = eventsOf(opened.client.text)
      const sent = eventsOf(text)
      const whole = read.at(-1) === 1750 ? read.slice(0, -1) : read
      t.deepEqual(whole, sent.slice(0, whole.length))
      opened.gone.set()
      t.is(opened.streams.count, 0)
    }),
    {numRuns: 500},
  )
})
