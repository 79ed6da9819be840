import test from 'ava'
import {editedEvents} from '../../gateway/providers/edited-events.js'
import type {ChangeEvent} from '../../gateway/sse/changed-block.js'
import {eventsOf, flowing, texts} from '../streams/harness.js'

/** A stream with a keepalive each second, of a client that may take nothing for two, whose events pass so many filters. */
const edited = (change: ChangeEvent, filters = 1) =>
  flowing({
    policy: {keepaliveInterval: 1000, writeTimeout: 2000},
    through: given =>
      Array.from({length: filters}).reduce<typeof given>(body => editedEvents(body, change, 1000, () => {}), given),
  })

for (const text of texts)
  test(`${JSON.stringify(text)}: a client is kept alive wherever the service stalls`, t => {
    const whole = Buffer.from(text)
    for (let i = 0; i <= whole.length; i++)
      for (const filters of [1, 2]) {
        const {service, client, clock} = edited(event => event, filters)
        service.send(whole.subarray(0, i))
        const before = client.text
        clock.turn(1200)
        t.is(client.text, `${before}:keepalive\n\n`)
        service.send(whole.subarray(i))
        service.into?.end()
        t.deepEqual(eventsOf(client.text), eventsOf(text), JSON.stringify(client.text))
      }
  })

for (const filters of [1, 2])
  test(`so is one of whose events none passes ${filters} filters`, t => {
    const {service, client, clock} = edited(() => 'drop', filters)
    for (let i = 0; i < 100; i++) {
      service.send('event: debug\ndata: x\n\n')
      clock.turn(100)
    }
    t.is(client.text, ':keepalive\n\n'.repeat(client.text.length / 12))
    t.true(client.chunks.length >= 8 && client.chunks.length <= 10, String(client.chunks.length))
  })

test('what passes puts it off', t => {
  const {service, client, clock} = edited(event => event)
  for (let i = 0; i < 100; i++) {
    service.send('data: x\n\n')
    clock.turn(100)
  }
  t.is(client.text, 'data: x\n\n'.repeat(100))
})

test('a client that takes nothing gets no more of them, and is given up though the service goes on', t => {
  const {service, client, clock} = edited(event => (event.type === 'debug' ? 'drop' : event))
  client.full = true
  service.send('data: x\n\n')
  for (let i = 0; i < 30 && client.ended === 'no'; i++) {
    service.send('event: debug\ndata: x\n\n')
    clock.turn(100)
  }
  t.true(client.ended instanceof Error)
  t.is(client.text, 'data: x\n\n')
})
