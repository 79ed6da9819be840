import test from 'ava'
import {OpenStreams} from '../../gateway/streams/open-streams.js'
import {testClock} from '../helpers/clock.js'
import {Client, eventsOf, flowing, opened, texts} from './harness.js'

/** Every way to cut a text in two chunks of bytes, and into single bytes. */
function* cuts(text: string): Generator<readonly Uint8Array[]> {
  const whole = Buffer.from(text)
  for (let i = 0; i <= whole.length; i++) yield [whole.subarray(0, i), whole.subarray(i)]
  yield Array.from(whole, byte => Uint8Array.of(byte))
}

/** What is legal after these bytes: a whole comment between events, its line alone between lines, nothing within one. */
function keepaliveAfter(bytes: string): string {
  const lines = bytes.replace(/^\u00EF\u00BB\u00BF/, '').split(/\r\n|\r|\n/)
  if (lines.at(-1) !== '') return ''
  return lines.length === 1 || lines.at(-2) === '' ? ':keepalive\n\n' : ':keepalive\n'
}

/** Text with one kind of line end, without byte order mark and without what stands for a keepalive. */
const linesOf = (text: string) =>
  text
    .replace(/^\u00EF\u00BB\u00BF/, '')
    .replace(/\r\n|\r/g, '\n')
    .replaceAll('\0', '')

const withoutKeepalive = (chunk: Uint8Array) =>
  Buffer.from(chunk)
    .toString('latin1')
    .replace(/^:keepalive\n\n?$/, '\0')

for (const text of texts) {
  const title = JSON.stringify(text)

  test(`${title} passes byte by byte as it is`, t => {
    for (const chunks of cuts(text)) {
      const {service, client} = flowing()
      for (const chunk of chunks) t.true(service.send(chunk))
      service.into?.end()
      t.is(client.text, text)
      t.is(client.ended, 'whole')
    }
  })

  test(`${title} with a keepalive wherever one is due has the same events`, t => {
    for (const chunks of cuts(text)) {
      const {service, client, clock} = flowing({policy: {keepaliveInterval: 1000}})
      for (const chunk of chunks) {
        service.send(chunk)
        clock.turn(1200)
      }
      service.into?.end()
      t.deepEqual(eventsOf(client.text), eventsOf(text), JSON.stringify(client.text))
      t.is(linesOf(client.chunks.map(withoutKeepalive).join('')), linesOf(Buffer.from(text).toString('latin1')))
    }
  })

  test(`${title}: a keepalive is what may stand where it is due`, t => {
    const whole = Buffer.from(text)
    for (let i = 0; i <= whole.length; i++) {
      const {service, client, clock} = flowing({policy: {keepaliveInterval: 1000}})
      const before = whole.subarray(0, i)
      service.send(before)
      clock.turn(1200)
      t.is(
        client.text.slice(before.toString().length),
        keepaliveAfter(before.toString('latin1')),
        JSON.stringify(client.text),
      )
    }
  })

  test(`${title} after a retry has the same events, and no byte order mark`, t => {
    for (const chunks of cuts(text)) {
      const {service, client} = flowing({policy: {retry: 3000}})
      for (const chunk of chunks) service.send(chunk)
      service.into?.end()
      t.is(client.text, `retry: 3000\n\n${text.replace(/^\uFEFF/, '')}`)
    }
  })

  test(`${title} that is drained ends between two events, at every chunk boundary`, t => {
    for (const chunks of cuts(text)) {
      const {service, client, clock, streams} = flowing({policy: {returnable: true}})
      const [first = Buffer.of(), ...others] = chunks
      service.send(first)
      void streams.drain(1000)
      clock.turn(100)
      for (const chunk of others) if (client.ended === 'no') service.send(chunk)
      if (client.ended === 'no') {
        clock.turn(1000)
        t.true((client.ended as unknown) instanceof Error)
        t.regex(text, /[^\r\n][\r\n]?$/)
      } else {
        const given = client.text.replace(/retry: 1750\n\n$/, '')
        t.not(given, client.text)
        t.true(text.startsWith(given) || text.replace(/^\uFEFF/, '').startsWith(given))
        t.true(
          given === '' || given === '\uFEFF' || /(\r\n|\r|\n)(\r\n|\r|\n)$/.test(given) || /^:?[\r\n]+$/.test(given),
          JSON.stringify(given),
        )
        t.deepEqual(eventsOf(text).slice(0, eventsOf(given).length), eventsOf(given))
      }
    }
  })
}

test('a keepalive is a whole comment between events, a line between lines, nothing in a line', t => {
  const {service, client, clock} = flowing({policy: {keepaliveInterval: 15_000}})
  clock.turn(14_900)
  t.is(client.text, '')
  clock.turn(200)
  t.is(client.text, ':keepalive\n\n')
  service.send('event: a\n')
  clock.turn(15_100)
  t.is(client.text, ':keepalive\n\nevent: a\n:keepalive\n')
  service.send('data: ')
  clock.turn(60_000)
  t.is(client.text, ':keepalive\n\nevent: a\n:keepalive\ndata: ')
  service.send('b\n\n')
  clock.turn(30_200)
  t.is(client.text, ':keepalive\n\nevent: a\n:keepalive\ndata: b\n\n:keepalive\n\n:keepalive\n\n')
})

test('what flows puts a keepalive off', t => {
  const {service, client, clock} = flowing({policy: {keepaliveInterval: 1000}})
  for (let i = 0; i < 20; i++) {
    service.send(`data: ${i}\n\n`)
    clock.turn(700)
  }
  t.false(client.text.includes('keepalive'))
})

test('after a CR a keepalive waits for its LF, and takes out one that comes later', t => {
  const {service, client, clock} = flowing({policy: {keepaliveInterval: 50}})
  service.send('data: a\r')
  clock.turn(50)
  service.send('\n\r\n')
  t.is(client.text, 'data: a\r\n\r\n')
  service.send('data: b\r')
  clock.turn(150)
  t.regex(client.text, /data: b\r(:keepalive\n)+$/)
  service.send('\n')
  service.send('data: c\n\n')
  t.regex(client.text, /data: b\r(:keepalive\n)+data: c\n\n$/)
})

test('a keepalive before the first byte takes the byte order mark that follows', t => {
  const {service, client, clock} = flowing({policy: {keepaliveInterval: 100}})
  clock.turn(200)
  service.send('\uFEFFdata: a\n\n')
  t.regex(client.text, /^(:keepalive\n\n)+data: a\n\n$/)
})

test('bytes that only begin like a byte order mark are kept', t => {
  const {service, client} = flowing({policy: {retry: 1}})
  service.send(Uint8Array.of(0xef, 0xbb))
  service.send('x\n\n')
  t.deepEqual(client.bytes.subarray(10), Buffer.from([0xef, 0xbb, 0x78, 10, 10]))
  const other = flowing({policy: {retry: 1}})
  other.service.send(Uint8Array.of(0xef))
  other.service.into?.end()
  t.deepEqual(other.client.bytes.subarray(10), Buffer.from([0xef]))
})

test('an unfinished last block and trailers are passed on at a proper end', t => {
  const {service, client, streams} = flowing()
  service.send('data: [DONE]\n')
  service.into?.end(['X-Sum', '1'])
  t.is(client.text, 'data: [DONE]\n')
  t.is(client.ended, 'whole')
  t.deepEqual(client.trailers, ['X-Sum', '1'])
  t.is(streams.count, 0)
})

test('a service that is lost breaks the stream off', t => {
  const {service, client, streams} = flowing()
  const error = new Error('reset')
  service.send('data: a\n\n')
  service.into?.fail(error)
  t.is(client.ended, error)
  t.is(streams.count, 0)
})

test('a service silent past the idle timeout counts as lost', t => {
  const {service, client, clock} = flowing({policy: {idleTimeout: 5000, keepaliveInterval: 1000}})
  service.send('data: a\n\n')
  clock.turn(4900)
  t.is(client.ended, 'no')
  clock.turn(200)
  t.true((client.ended as unknown) instanceof Error)
  t.false(service.send('data: late\n\n'))
})

test('a service that the client keeps waiting is not silent', t => {
  const {service, client, clock} = flowing({policy: {idleTimeout: 5000}})
  client.full = true
  t.false(service.send('data: a\n\n'))
  service.into?.drained(() => {})
  clock.turn(20_000)
  t.is(client.ended, 'no')
  client.full = false
  client.again?.()
  clock.turn(4000)
  t.is(client.ended, 'no')
  clock.turn(6100)
  t.true((client.ended as unknown) instanceof Error)
})

test('a client that takes nothing for the write timeout is given up, one that takes slowly is not', t => {
  const {service, client, clock} = flowing({policy: {writeTimeout: 60_000}})
  client.full = true
  service.send('data: a\n\n')
  for (let i = 0; i < 10; i++) {
    clock.turn(30_000)
    t.is(client.ended, 'no')
    client.waiting -= 0.5
  }
  clock.turn(59_000)
  t.is(client.ended, 'no')
  clock.turn(20_000)
  t.true((client.ended as unknown) instanceof Error)
})

test('a client with room again lets the service go on', t => {
  const {service, client} = flowing()
  client.full = true
  t.false(service.send('data: a\n\n'))
  let went = false
  service.into?.drained(() => {
    went = true
  })
  t.false(went)
  client.full = false
  client.again?.()
  t.true(went)
  t.true(service.send('data: b\n\n'))
})

test('a service is held up once sse.buffer.limit waits for its client, and goes on when all was taken', t => {
  const {service, client} = flowing({policy: {bufferLimit: 20}})
  client.full = true
  t.true(service.send('data: a\n\n'))
  t.true(service.send('data: b\n\n'))
  t.false(service.send('data: c\n\n'))
  let went = false
  service.into?.drained(() => {
    went = true
  })
  client.full = false
  client.waiting = 0
  client.again?.()
  t.true(went)
  t.true(service.send('data: d\n\n'))
})

test('a client that has not taken the end of its stream is still given up', t => {
  const {service, client, clock, streams} = flowing({policy: {writeTimeout: 60_000}})
  client.full = true
  service.send('data: a\n\n')
  service.into?.end()
  t.is(client.ended, 'whole')
  t.is(streams.count, 1)
  clock.turn(75_000)
  t.true((client.ended as unknown) instanceof Error)
  t.is(streams.count, 0)
  t.is(streams.ends.slow, 1)
})

test('one that takes it is not', t => {
  const {service, client, clock, streams, gone} = flowing({policy: {writeTimeout: 60_000}})
  client.full = true
  service.send('data: a\n\n')
  service.into?.end()
  client.waiting = 0
  gone.set()
  clock.turn(75_000)
  t.is(client.ended, 'whole')
  t.is(streams.ends.service, 1)
})

test('no keepalive goes to a client that has bytes waiting', t => {
  const {service, client, clock} = flowing({policy: {keepaliveInterval: 1000}})
  client.full = true
  service.send('data: a\n\n')
  clock.turn(10_000)
  t.is(client.text, 'data: a\n\n')
})

test('a client that leaves is forgotten at once, also when nothing flows', t => {
  const {gone, streams, clock, service} = flowing({policy: {keepaliveInterval: 1000}})
  t.is(streams.count, 1)
  gone.set()
  t.is(streams.count, 0)
  t.false(service.send('data: a\n\n'))
  clock.turn(100)
  t.is(clock.pending, 0)
})

test('a client that leaves is no loss of the service, though the transport hears of it first', t => {
  const {gone, streams, start, service} = opened()
  gone.on(() => service.into?.fail(new Error('the client left')))
  start()
  gone.set()
  t.like(streams.ends, {client: 1, loss: 0})
})

test('a returnable stream ends between two events after its longest time, another goes on', t => {
  const ended = flowing({policy: {maxDuration: 10_000}, request: ['Last-Event-ID', '7']})
  ended.service.send('data: a\n')
  ended.clock.turn(11_000)
  t.is(ended.client.ended, 'no')
  ended.service.send('\ndata: b\n\n')
  t.is(ended.client.text, 'data: a\n\n')
  t.is(ended.client.ended, 'whole')
  const given = flowing({policy: {maxDuration: 10_000}})
  given.service.send('id: 1\ndata: a\n\n')
  given.clock.turn(11_000)
  t.is(given.client.ended, 'whole')
  const unnamed = flowing({policy: {maxDuration: 10_000}})
  unnamed.service.send('data: a\n\n')
  unnamed.clock.turn(11_000)
  t.is(unnamed.client.ended, 'no')
  const post = flowing({policy: {maxDuration: 10_000}, method: 'POST', request: ['Last-Event-ID', '7']})
  post.service.send('id: 1\ndata: a\n\n')
  post.clock.turn(11_000)
  t.is(post.client.ended, 'no')
})

test('draining ends returnable streams spread over its time, and breaks off the others at the deadline', async t => {
  const clock = testClock()
  const streams = new OpenStreams(clock, () => 0)
  const ends: number[] = []
  const all = Array.from({length: 4}, (_, i) => {
    const one = opened({clock, streams, request: i < 3 ? ['Last-Event-ID', '1'] : []})
    const end = one.client.end.bind(one.client)
    one.client.end = () => {
      ends.push(clock.now())
      end()
    }
    one.start()
    return one
  })
  const drained = streams.drain(3000)
  clock.turn(2999)
  t.deepEqual(
    ends.map(at => Math.floor(at / 100) * 100),
    [0, 900, 1800],
  )
  t.is(all[0]?.client.text, 'retry: 500\n\n')
  t.is(all[3]?.client.ended, 'no')
  clock.turn(1)
  t.true(all[3]?.client.ended instanceof Error)
  await drained
  t.is(streams.count, 0)
})

test('draining is over when the last stream is, and a stream that begins meanwhile ends too', async t => {
  const {streams, service, clock} = flowing()
  const drained = streams.drain(60_000)
  const late = flowing({clock, streams, request: ['Last-Event-ID', '1']})
  clock.turn(31_000)
  t.is(late.client.ended, 'whole')
  service.into?.end()
  await drained
  clock.turn(100)
  t.is(clock.pending, 0)
  await new OpenStreams(clock).drain(1000)
})

test('no timer runs when no stream is open', t => {
  const {service, clock} = flowing({policy: {keepaliveInterval: 1000}})
  t.is(clock.pending, 1)
  service.into?.end()
  clock.turn(100)
  t.is(clock.pending, 0)
})

test('many streams are looked after by one timer', t => {
  const clock = testClock()
  const streams = new OpenStreams(clock)
  const all = Array.from({length: 100}, () => flowing({clock, streams, policy: {keepaliveInterval: 40_000}}))
  t.is(clock.pending, 1)
  clock.turn(40_200)
  t.true(all.every(({client}) => client.text === ':keepalive\n\n'))
  t.is(clock.pending, 1)
})

test('a body that is dropped drops the service', t => {
  const {service, start} = opened()
  t.false(service.discarded)
  start()
  t.truthy(service.into)
  t.is(new Client().ended, 'no')
})
