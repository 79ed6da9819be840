import type {AddressInfo} from 'node:net'
import {createServer} from 'node:net'
import test from 'ava'
import {createDispatch} from '../../gateway/dispatch/dispatch.js'
import {wireTransport} from '../../gateway/dispatch/transport/wire-transport.js'
import {endpointPool} from '../../gateway/ha/endpoint-pool.js'
import type {FailoverPolicy} from '../../gateway/ha/failover-policy.js'
import type {DispatchPlan} from '../../gateway/pipeline/dispatch-plan.js'
import {EndpointError} from '../../gateway/pipeline/endpoint-error.js'
import {goneSource} from '../../gateway/pipeline/gone.js'
import {OpenStreams} from '../../gateway/streams/open-streams.js'
import {testClock} from '../helpers/clock.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {type Script, type ScriptedService, scriptedService} from '../helpers/scripted-service.js'
import {TestSink} from '../helpers/sinks.js'
import {exchange, failover, plan, textOf} from './fakes.js'

assertNoLeaks(test)

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`

/** The URL of a port that nobody listens on. */
async function refusing(): Promise<string> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

interface Setting {
  readonly scripts: readonly Script[]
  readonly plan?: Partial<DispatchPlan>
  readonly policy?: Partial<FailoverPolicy>
  /** The first URL refuses connections. */
  readonly refuses?: boolean
}

async function setUp({scripts, plan: planned, policy, refuses = false}: Setting) {
  const services = await Promise.all(scripts.map(script => scriptedService(script)))
  const clock = testClock()
  const transport = wireTransport({
    clock,
    lookup: undefined,
    tls: undefined,
    maxConnections: 0,
    keepAlive: 60_000,
    maxHeaderSize: 16_384,
  })
  const streams = new OpenStreams(clock)
  const urls = [...(refuses ? [await refusing()] : []), ...services.map(({port}) => `http://127.0.0.1:${port}`)]
  const pool = endpointPool(urls, policy && {...failover, ...policy})
  const dispatch = createDispatch({plan: {...plan, ...planned}, pool, clock, whitelist: undefined}, transport, streams)
  return {dispatch, services, clock, streams, pool, close: () => closeAll(transport, services)}
}

async function closeAll(transport: {close(): Promise<void>}, services: readonly ScriptedService[]): Promise<void> {
  await transport.close()
  await Promise.all(services.map(service => service.close()))
}

/** Goes on with real waiting until the wanted is so: what sockets report cannot be turned by the clock. */
async function eventually(wanted: () => boolean): Promise<void> {
  while (!wanted()) await new Promise(resolve => setImmediate(resolve))
}

test('a refused connection is failed over, a POST with its body too', async t => {
  const {dispatch, services, close} = await setUp({refuses: true, policy: {}, scripts: [each => each.answer('two')]})
  const asked = exchange({method: 'POST', headers: ['Content-Length', '3'], body: 'abc'})
  const response = await dispatch.dispatch(asked)
  t.is(await textOf(response.body), 'two')
  t.is(asked.notes.attempts, 2)
  t.is(services[0]?.connections.length, 1)
  await close()
})

test('a service that closes without an answer is failed over by GET, not by POST', async t => {
  const silent: Script = async connection => {
    await connection.request()
    connection.socket.destroy()
  }
  const {dispatch, services, close, pool} = await setUp({policy: {}, scripts: [silent, each => each.answer('two')]})
  t.is(await textOf((await dispatch.dispatch(exchange())).body), 'two')
  const other = await setUp({policy: {}, scripts: [silent, each => each.answer('two')]})
  const posting = other.dispatch.dispatch(exchange({method: 'POST', headers: ['Content-Length', '1'], body: 'x'}))
  await t.throwsAsync(posting, {instanceOf: EndpointError})
  t.is(other.services[1]?.connections.length, 0)
  t.is(services[0]?.connections.length, 1)
  t.is(pool.active?.url, `http://127.0.0.1:${services[1]?.port}`)
  await close()
  await other.close()
})

test('a service that hangs is left for another after the response timeout', async t => {
  const hang: Script = connection => connection.request()
  const stream: Script = async connection => {
    await connection.request()
    await connection.send(HEAD)
  }
  const {dispatch, services, clock, close} = await setUp({
    policy: {},
    plan: {kind: 'sse'},
    scripts: [hang, stream],
  })
  const asked = dispatch.dispatch(exchange())
  const first = await services[0]?.connection(0)
  await eventually(() => (first?.bytes ?? 0) > 0)
  clock.turn(15_100)
  const response = await asked
  t.is(response.status, 200)
  await first?.closed
  response.body.discard()
  await close()
})

test('a kept-alive connection that the service closed is no failure', async t => {
  const script: Script = async connection => {
    await connection.answer(`answer ${connection.index}`)
    await connection.request()
    connection.socket.destroy()
  }
  const {dispatch, close} = await setUp({scripts: [script]})
  t.is(await textOf((await dispatch.dispatch(exchange())).body), 'answer 0')
  const asked = exchange()
  t.is(await textOf((await dispatch.dispatch(asked)).body), 'answer 1')
  t.is(asked.notes.attempts, 1)
  await close()
})

test('a stream on a plain dispatch is not cut by the socket timeout, and gets keepalives', async t => {
  const script: Script = async connection => {
    await connection.request()
    await connection.send(HEAD + chunk('data: a\n\n'))
  }
  const stream = {...plan.stream, keepaliveInterval: 15_000}
  const {dispatch, clock, services, streams, close} = await setUp({scripts: [script], plan: {stream}})
  const gone = goneSource()
  const response = await dispatch.dispatch(exchange({gone}))
  const sink = new TestSink(response.body)
  await eventually(() => sink.text !== '')
  for (let i = 0; i < 200; i++) clock.turn(1000)
  t.is(sink.failure, undefined)
  t.is(sink.text, `data: a\n\n${':keepalive\n\n'.repeat(13)}`)
  t.is(streams.count, 1)
  gone.set()
  await (await services[0]?.connection(0))?.closed
  t.is(streams.count, 0)
  await close()
})

test('a stream tells how it ended: properly, cut short, or reset', async t => {
  const ends: readonly Script[] = [
    async connection => {
      await connection.request()
      await connection.send(`${HEAD}${chunk('data: a\n')}0\r\n\r\n`)
    },
    async connection => {
      await connection.request()
      await connection.send(HEAD + chunk('data: a\n'))
      connection.socket.end()
    },
    async connection => {
      await connection.request()
      await connection.send(HEAD + chunk('data: a\n'))
      connection.socket.resetAndDestroy()
    },
  ]
  const broken: boolean[] = []
  for (const script of ends) {
    const {dispatch, streams, close} = await setUp({scripts: [script], plan: {kind: 'sse'}})
    const sink = new TestSink((await dispatch.dispatch(exchange())).body)
    await sink.done
    broken.push(sink.failure !== undefined)
    t.is(streams.count, 0)
    await close()
  }
  t.deepEqual(broken, [false, true, true])
})

test('the head is there before the first byte', async t => {
  const script: Script = async connection => {
    await connection.request()
    await connection.send(HEAD)
  }
  const {dispatch, close} = await setUp({scripts: [script], plan: {kind: 'sse'}})
  const response = await dispatch.dispatch(exchange())
  t.is(response.status, 200)
  response.body.discard()
  await close()
})

test('a client that leaves between attempts leaves nothing behind', async t => {
  const {dispatch, clock, close} = await setUp({refuses: true, policy: {failoverSleep: 5000}, scripts: []})
  const gone = goneSource()
  const asked = dispatch.dispatch(exchange({gone}))
  await eventually(() => clock.pending > 0)
  gone.set()
  await t.throwsAsync(asked)
  await close()
})
