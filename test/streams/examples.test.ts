import test from 'ava'
import type {Sink} from '../../gateway/http/body.js'
import {TimerWheel} from '../../gateway/streams/timer-wheel.js'
import {WholeStream} from '../../gateway/streams/whole-stream.js'
import {testClock} from '../helpers/clock.js'
import {Client, eventsOf, examples, flowing, ServiceBody, testExchange, withEnds} from './harness.js'

/** Data and IDs as an independent parser reads them. */
const read = (text: string) =>
  eventsOf(text).map(event => {
    const {data, id = ''} = event as {readonly data: string; readonly id?: string}
    return [data, id]
  })

/** A stream of whole events. */
function whole(): {readonly client: Client; readonly into: Sink | undefined; send(bytes: Uint8Array): void} {
  const clock = testClock()
  const body = new ServiceBody()
  const client = new Client()
  const facts = {
    limit: 1000,
    idleTimeout: 0,
    lastEventId: '',
    exchange: testExchange({}),
    clock,
    wheel: new TimerWheel(clock),
  }
  new WholeStream({body, stop: () => {}}, {...facts, sequel: undefined, farewell: undefined}).flow(client)
  return {client, into: body.into, send: bytes => body.send(bytes)}
}

for (const [text, events] of examples)
  for (const end of ['\n', '\r\n', '\r']) {
    const bytes = Buffer.from(withEnds(text, end))
    const title = JSON.stringify(bytes.toString())

    test(`${title} is what the standard says, with a keepalive at every chunk boundary`, t => {
      t.deepEqual(read(bytes.toString()), events)
      for (let cut = 0; cut <= bytes.length; cut++) {
        const {service, client, clock} = flowing({policy: {keepaliveInterval: 100}})
        service.send(bytes.subarray(0, cut))
        clock.turn(400)
        service.send(bytes.subarray(cut))
        service.into?.end()
        t.deepEqual(read(client.text), events, `cut at ${cut}`)
      }
    })

    test(`${title} in whole events: a loss at any chunk boundary leaves the first of them`, t => {
      for (let cut = 0; cut <= bytes.length; cut++) {
        const {client, into, send} = whole()
        send(bytes.subarray(0, cut))
        into?.fail(new Error('lost'))
        const given = client.text
        t.true(bytes.toString().startsWith(given))
        // The CR at its end may be that of a CRLF.
        t.deepEqual(read(given), read(bytes.subarray(0, cut).toString()), `cut at ${cut}`)
        t.deepEqual(read(given), events.slice(0, read(given).length))
      }
    })
  }
