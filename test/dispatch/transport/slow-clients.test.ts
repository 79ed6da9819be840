import test, {type ExecutionContext} from 'ava'
import {wireTransport} from '../../../gateway/dispatch/transport/wire-transport.js'
import type {Body, Sink} from '../../../gateway/http/body.js'
import {goneSource} from '../../../gateway/pipeline/gone.js'
import type {ServiceRequest} from '../../../gateway/pipeline/transport.js'
import {testClock} from '../../helpers/clock.js'
import {assertNoLeaks} from '../../helpers/leaks.js'
import {type Script, scriptedService} from '../../helpers/scripted-service.js'
import {FedBody, TestSink, textOf} from '../../helpers/sinks.js'

assertNoLeaks(test)

const small = {lookup: undefined, tls: undefined, maxConnections: 2, keepAlive: 15_000, maxHeaderSize: 16_384}

/** A transport with two places at a service, and its clock. */
async function twoPlaces(t: ExecutionContext, script: Script) {
  const service = await scriptedService(script)
  const clock = testClock()
  const transport = wireTransport({...small, clock})
  t.teardown(async () => {
    await transport.close()
    await service.close()
  })
  const send = (body?: Body) => transport.send(requestTo(service.port, body), goneSource())
  return {service, clock, send}
}

const requestTo = (port: number, body: Body | undefined): ServiceRequest => ({
  method: body ? 'POST' : 'GET',
  url: {scheme: 'http', host: '127.0.0.1', port: String(port), path: '/', query: undefined},
  headers: ['Host', 'h', ...(body ? ['Content-Length', '4'] : [])],
  body,
  connectTimeout: 0,
  responseTimeout: 0,
  idleTimeout: 0,
})

test('uploads that stall keep nobody from the service, and are served when they go on', async t => {
  const {service, send} = await twoPlaces(t, async each => {
    for (;;) await each.answer(String(each.index))
  })
  const sinks: Sink[] = []
  const sendings: ReturnType<typeof send>[] = []
  for (const index of [0, 1, 2]) {
    const body = new FedBody()
    sendings.push(send(body))
    const sink = await body.wanted
    sink.write(Buffer.from('ab'))
    await (await service.connection(index)).until('ab')
    sinks.push(sink)
  }
  t.is(await textOf((await send()).body), '3')
  for (const sink of sinks) {
    sink.write(Buffer.from('cd'))
    sink.end()
  }
  for (const sending of sendings) t.regex(await textOf((await sending).body), /^[012]$/)
})

test('an upload that stalls later gives its place to one that waits', async t => {
  const {service, clock, send} = await twoPlaces(t, async each => {
    await each.until('\r\n\r\n')
    if (!each.received.startsWith('POST')) await each.answer('ok')
  })
  const bodies = [new FedBody(), new FedBody()]
  for (const body of bodies) void send(body).catch(() => {})
  const waiting = send()
  const sinks = await Promise.all(bodies.map(body => body.wanted))
  for (const sink of sinks) sink.write(Buffer.from('ab'))
  await (await service.connection(1)).until('ab')
  clock.turn(60)
  t.is(await textOf((await waiting).body), 'ok')
})

test('answers that nobody reads keep nobody from the service', async t => {
  const {send} = await twoPlaces(t, async each => {
    await each.request()
    await each.send(`HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(1_000_000)}`)
  })
  const sinks: TestSink[] = []
  for (let n = 0; n < 4; n++) {
    const sink = new TestSink()
    sink.room = () => false
    ;(await send()).body.flow(sink)
    await sink.until(each => each.full)
    sinks.push(sink)
  }
  for (const sink of sinks) {
    sink.open()
    await sink.done
    t.is(sink.bytes, 1_000_000)
  }
})
