import type {TLSSocket} from 'node:tls'
import type {ExecutionContext, TestFn} from 'ava'
import {type Clock, systemClock} from '../../../gateway/common/clock.js'
import {textBody} from '../../../gateway/http/body.js'
import {EndpointError, type EndpointFailure} from '../../../gateway/pipeline/endpoint-error.js'
import {goneSource} from '../../../gateway/pipeline/gone.js'
import type {ServiceRequest, Transport} from '../../../gateway/pipeline/transport.js'
import {testClock} from '../../helpers/clock.js'
import {testCredentials} from '../../helpers/credentials.js'
import {assertNoLeaks} from '../../helpers/leaks.js'
import {testLookup} from '../../helpers/lookup.js'
import {fieldOf} from '../../helpers/message.js'
import {
  type Script,
  type ScriptedService,
  type ServiceConnection,
  scriptedService,
} from '../../helpers/scripted-service.js'
import {FedBody, TestSink, textOf} from '../../helpers/sinks.js'

/** What a transport is made of in these tests. */
export interface ContractOptions {
  readonly clock: Clock
  readonly lookup: typeof testLookup
  readonly tls: {readonly ca?: string} | undefined
  readonly maxConnections: number
  readonly keepAlive: number
  readonly maxHeaderSize: number
}

const OPTIONS: ContractOptions = {
  clock: systemClock,
  lookup: testLookup,
  tls: undefined,
  maxConnections: 0,
  keepAlive: 15_000,
  maxHeaderSize: 16_384,
}

/** A service, a transport and a way to ask; closed after the test. */
interface Scene {
  readonly service: ScriptedService
  readonly transport: Transport
  request(changes?: Partial<ServiceRequest>): ServiceRequest
}

/** What each Transport must do; run once for each implementation. */
export function transportContract(test: TestFn, make: (options: ContractOptions) => Transport): void {
  assertNoLeaks(test)

  async function scene(t: ExecutionContext, script: Script, changes: Partial<ContractOptions> = {}): Promise<Scene> {
    const service = await scriptedService(script)
    const transport = make({...OPTIONS, ...changes})
    t.teardown(async () => {
      await transport.close()
      await service.close()
    })
    return {service, transport, request: more => ({...requestTo(service.port), ...more})}
  }

  test('sends the request as given and gives the response', async t => {
    const {transport, request, service} = await scene(t, each =>
      each.answer('hello', 'HTTP/1.1 201 Made\r\nX-A: 1\r\nx-a: 2\r\nX-Latin: \xe9\xff\r\n'),
    )
    const headers = ['Host', 'name:1', 'X-Twice', 'a', 'x-twice', 'b', 'X-Latin', '\xe9\xff', 'X-Empty', '']
    const response = await transport.send(request({headers}), goneSource())
    t.is(response.status, 201)
    t.deepEqual(response.headers, ['X-A', '1', 'x-a', '2', 'X-Latin', '\xe9\xff', 'Content-Length', '5'])
    t.is(await textOf(response.body), 'hello')
    const raw = await service.connection(0)
    t.is(raw.bytes > 0, true)
  })

  test('adds nothing to a request but what concerns the connection', async t => {
    const seen: string[] = []
    const {transport, request} = await scene(t, async each => {
      const {startLine, headers} = await each.answer()
      seen.push(startLine, ...headers)
    })
    await textOf((await transport.send(request({headers: ['Host', 'h:9', 'X-A', '1']}), goneSource())).body)
    const [startLine, ...headers] = seen
    t.is(startLine, 'GET /a//b/../c?x=%2F HTTP/1.1')
    t.is(fieldOf(headers, 'host'), 'h:9')
    t.is(fieldOf(headers, 'x-a'), '1')
    const names = headers.filter((_, i) => i % 2 === 0).map(name => name.toLowerCase())
    t.deepEqual(
      names.filter(name => !['host', 'connection', 'x-a'].includes(name)),
      [],
    )
  })

  test('gives the head before the body', async t => {
    const {transport, request, service} = await scene(t, async each => {
      await each.request()
      await each.send('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n')
    })
    const response = await transport.send(request(), goneSource())
    t.is(response.status, 200)
    const sink = new TestSink(response.body)
    const raw = await service.connection(0)
    await raw.send('8\r\ndata: 1\n\r\n')
    await sink.until(({text}) => text === 'data: 1\n')
    t.is(sink.text, 'data: 1\n')
    await raw.send('0\r\n\r\n')
    await sink.done
    t.is(sink.failure, undefined)
  })

  test('response headers end at this hop where they must', async t => {
    const {transport, request} = await scene(t, each =>
      each.answer('', 'HTTP/1.1 200 OK\r\nConnection: X-Drop\r\nKeep-Alive: timeout=9\r\nX-Drop: 1\r\nX-Keep: 1\r\n'),
    )
    const response = await transport.send(request(), goneSource())
    t.deepEqual(response.headers, ['X-Keep', '1', 'Content-Length', '0'])
    await textOf(response.body)
  })

  test('a connection is used again', async t => {
    const {transport, request, service} = await scene(t, answers)
    for (let i = 0; i < 3; i++) t.is(await textOf((await transport.send(request(), goneSource())).body), 'ok')
    t.is(service.connections.length, 1)
  })

  test('requests at the same time have connections of their own', async t => {
    const {transport, request, service} = await scene(t, each => each.answer())
    const responses = await Promise.all([1, 2, 3].map(() => transport.send(request(), goneSource())))
    for (const response of responses) t.is(await textOf(response.body), 'ok')
    t.is(service.connections.length, 3)
  })

  test('more than maxConnections wait for their turn, event streams are not counted', async t => {
    const {transport, request, service} = await scene(
      t,
      async each => {
        const {startLine} = await each.request()
        if (startLine.includes('/stream'))
          await each.send('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n')
      },
      {maxConnections: 1},
    )
    const gone = goneSource()
    const at = (path: string) => ({...request().url, path})
    const streams = await Promise.all([1, 2, 3].map(() => transport.send(request({url: at('/stream')}), gone)))
    t.is(streams.length, 3)
    const first = transport.send(request({url: at('/first')}), gone)
    const second = transport.send(request({url: at('/second')}), gone)
    const named = await transport.send(request({url: at('/stream'), stream: true}), gone)
    t.is(named.status, 200)
    const raw = await service.connection(3)
    await raw.send('HTTP/1.1 204 No Content\r\n\r\n')
    t.is((await first).status, 204)
    await raw.until('/second')
    await raw.send('HTTP/1.1 204 No Content\r\n\r\n')
    t.is((await second).status, 204)
    gone.set()
  })

  test('who gives up while waiting for a turn lets the others have it', async t => {
    const {transport, request, service} = await scene(t, each => each.request(), {maxConnections: 1})
    const first = transport.send(request(), goneSource())
    const gone = goneSource()
    const second = transport.send(request(), gone)
    const third = transport.send(request(), goneSource())
    gone.set()
    await t.throwsAsync(second)
    const raw = await service.connection(0)
    await raw.send('HTTP/1.1 204 No Content\r\n\r\n')
    await first
    await raw.until('GET')
    await raw.send('HTTP/1.1 204 No Content\r\n\r\n')
    t.is((await third).status, 204)
  })

  test('names are resolved by the lookup; one that is not found is a failed connection', async t => {
    const {transport, request} = await scene(t, each => each.answer())
    const at = (host: string) => ({...request().url, host})
    t.is(await textOf((await transport.send(request({url: at('a.b.test')}), goneSource())).body), 'ok')
    await fails(t, transport, request({url: at('nowhere.invalid')}), 'connect')
  })

  test('a refused connection', async t => {
    const {transport, request, service} = await scene(t, each => each.answer())
    await service.close()
    const body = new FedBody()
    await fails(t, transport, request({method: 'POST', body}), 'connect')
    t.is(body.flows, 0)
  })

  test('what HTTP cannot carry is not sent', async t => {
    const {transport, request, service} = await scene(t, each => each.answer())
    for (const headers of [
      ['X', 'a\r\nb: c'],
      ['X', '\u0100'],
      ['X y', '1'],
    ])
      await t.throwsAsync(transport.send(request({headers}), goneSource()), {message: /cannot be sent/})
    for (const path of ['/a b', '/a\r\nHost: x', '/\u0100'])
      await t.throwsAsync(transport.send(request({url: {...request().url, path}}), goneSource()), {
        message: /cannot be sent/,
      })
    t.is(service.connections.filter(({bytes}) => bytes > 0).length, 0)
  })

  bodiesOfRequests(test, scene)
  bodiesOfResponses(test, scene)
  endings(test, scene)
  malformed(test, scene)
  timeouts(test, scene)
  secured(test, make)
}

type MakeScene = (t: ExecutionContext, script: Script, changes?: Partial<ContractOptions>) => Promise<Scene>

function bodiesOfRequests(test: TestFn, scene: MakeScene): void {
  const sends = test.macro({
    async exec(t, method: string, headers: readonly string[], body: string, framing: string) {
      const seen: unknown[] = []
      const {transport, request} = await scene(t, async each => {
        for (;;) {
          const got = await each.answer()
          seen.push([got.startLine.split(' ')[0], got.body, got.framing])
        }
      })
      const bodied = {method, headers: ['Host', 'h', ...headers], body: textBody(body)}
      await textOf((await transport.send(request(bodied), goneSource())).body)
      await textOf((await transport.send(request(), goneSource())).body)
      t.deepEqual(seen, [
        [method, body, framing],
        ['GET', '', 'none'],
      ])
    },
    title: (_, method: string, headers: readonly string[], body: string) =>
      `${method} ${headers.join(': ') || 'chunked'} with ${body.length} bytes`,
  })

  test(sends, 'POST', ['Content-Length', '5'], 'hello', 'length')
  test(sends, 'POST', [], 'hello', 'chunked')
  test(sends, 'POST', [], '', 'length')
  test(sends, 'PUT', ['Content-Length', '0'], '', 'length')
  test(sends, 'DELETE', [], 'hello', 'chunked')
  test(sends, 'DELETE', ['Content-Length', '5'], 'hello', 'length')
  test(sends, 'GET', [], 'hello', 'chunked')
  test(sends, 'GET', ['content-length', '5'], 'hello', 'length')
  test(sends, 'OPTIONS', [], 'hello', 'chunked')
  test(sends, 'PURGE', [], 'hello', 'chunked')
  test(sends, 'POST', [], 'x'.repeat(300_000), 'chunked')
  test(sends, 'POST', ['Content-Length', '300000'], 'x'.repeat(300_000), 'length')

  test('a POST without a body', async t => {
    const {transport, request, service} = await scene(t, each => each.answer())
    await textOf((await transport.send(request({method: 'POST'}), goneSource())).body)
    t.is((await service.connection(0)).received, '')
  })

  test('a body flows when it is wanted, at the pace of the service', async t => {
    const {transport, request, service} = await scene(t, async each => {
      each.socket.pause()
    })
    const body = new FedBody()
    const sending = transport.send(request({method: 'POST', body}), goneSource())
    const sink = await body.wanted
    let sent = 0
    while (sink.write(Buffer.alloc(65_536))) sent++
    t.true(sent < 500, `${sent} chunks of 64 KiB went before the sink was full`)
    const drained = new Promise<void>(resolve => sink.drained(resolve))
    const raw = await service.connection(0)
    raw.socket.resume()
    await drained
    sink.end()
    const got = await raw.request()
    t.is(got.body.length, 65_536 * (sent + 1))
    await raw.send('HTTP/1.1 204 No Content\r\n\r\n')
    t.is((await sending).status, 204)
  })

  const breaks = test.macro({
    async exec(t, headers: readonly string[], finish: 'fail' | 'end') {
      const {transport, request, service} = await scene(t, each => each.request())
      const body = new FedBody()
      const sending = transport.send(request({method: 'POST', headers: ['Host', 'h', ...headers], body}), goneSource())
      const sink = await body.wanted
      sink.write(Buffer.from('hel'))
      const raw = await service.connection(0)
      await raw.until('hel')
      if (finish === 'fail') sink.fail(new Error('left'))
      else sink.end()
      const error = await t.throwsAsync(sending)
      t.false(error instanceof EndpointError)
      await raw.closed
      t.false(raw.received.endsWith('0\r\n\r\n'))
    },
    title: (_, headers: readonly string[], finish) =>
      `a body that breaks off is never completed: ${headers.join(': ')} ${finish}`,
  })

  test(breaks, [], 'fail')
  test(breaks, ['Content-Length', '5'], 'fail')
  test(breaks, ['Content-Length', '5'], 'end')

  test('a body longer than its length is never completed', async t => {
    const {transport, request, service} = await scene(t, each => each.request())
    const headers = ['Host', 'h', 'Content-Length', '4']
    await t.throwsAsync(transport.send(request({method: 'POST', headers, body: textBody('hello')}), goneSource()))
    await (await service.connection(0)).closed
    t.is(service.connections.length, 1)
  })

  test('an answer before the request is whole ends the request', async t => {
    const {transport, request, service} = await scene(t, async each => {
      await each.until('hel')
      await each.send('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno')
    })
    const body = new FedBody()
    const sending = transport.send(request({method: 'POST', body}), goneSource())
    const sink = await body.wanted
    sink.write(Buffer.from('hel'))
    const response = await sending
    t.is(response.status, 413)
    t.is(await textOf(response.body), 'no')
    await (await service.connection(0)).closed
    sink.write(Buffer.from('lo'))
    sink.end()
    t.is(service.open, 0)
  })
}

function bodiesOfResponses(test: TestFn, scene: MakeScene): void {
  const gives = test.macro({
    async exec(t, answer: string, expected: string, ended: 'kept' | 'ended') {
      const {transport, request} = await scene(t, async each => {
        await each.request()
        await each.send(answer)
        if (ended === 'ended') each.end()
      })
      t.is(await textOf((await transport.send(request(), goneSource())).body), expected)
    },
    title: (_, answer: string, _body, ended) => `body of ${JSON.stringify(answer.slice(0, 90))} ${ended}`,
  })

  test(gives, 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 'hello', 'kept')
  test(gives, 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 'hello', 'ended')
  test(gives, 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', '', 'kept')
  test(
    gives,
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n',
    'hello',
    'kept',
  )
  test(gives, 'HTTP/1.1 200 OK\r\n\r\nhello', 'hello', 'ended')
  test(gives, 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello', 'hello', 'ended')
  test(gives, 'HTTP/1.0 200 OK\r\n\r\nhello', 'hello', 'ended')
  test(gives, 'HTTP/1.1 204 No Content\r\n\r\n', '', 'kept')
  test(gives, 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', '', 'kept')
  test(gives, 'HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello', 'hello', 'kept')

  test('HEAD has no body, whatever its length says', async t => {
    const {transport, request} = await scene(t, async each => {
      await each.request()
      await each.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n')
    })
    const response = await transport.send(request({method: 'HEAD'}), goneSource())
    t.deepEqual(response.headers, ['Content-Length', '5'])
    t.is(await textOf(response.body), '')
  })

  test('trailers come at the end', async t => {
    const {transport, request} = await scene(t, async each => {
      await each.request()
      await each.send(
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n',
      )
    })
    const sink = new TestSink((await transport.send(request(), goneSource())).body)
    await sink.done
    t.deepEqual(sink.trailers, ['X-Sum', '7'])
  })

  test('interim responses are told', async t => {
    const {transport, request} = await scene(t, async each => {
      await each.request()
      await each.send(
        'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nLink: </b>\r\n\r\nHTTP/1.1 102 Processing\r\nContent-Length: 0\r\n\r\n',
      )
      await each.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
    const told: unknown[] = []
    const response = await transport.send(request(), goneSource(), (status, headers) => told.push([status, headers]))
    t.deepEqual(told, [
      [103, ['Link', '</a>', 'Link', '</b>']],
      [102, []],
    ])
    t.is(await textOf(response.body), 'ok')
  })

  test('a length where there can be no body is not told', async t => {
    const {transport, request} = await scene(t, async each => {
      await each.request()
      await each.send('HTTP/1.1 204 No Content\r\nContent-Length: 5\r\nX: 1\r\n\r\n')
    })
    t.deepEqual((await transport.send(request(), goneSource())).headers, ['X', '1'])
  })

  test('bytes that come before the body is wanted are kept', async t => {
    const {transport, request, service} = await scene(t, each => each.answer('hello'))
    const response = await transport.send(request(), goneSource())
    const raw = await service.connection(0)
    raw.end()
    await raw.closed
    t.is(await textOf(response.body), 'hello')
  })

  const slow = test.macro({
    async exec(t, head: string, tail: string) {
      const chunk = Buffer.alloc(65_536, 'x')
      let sent = 0
      const {transport, request, service} = await scene(t, async each => {
        await each.request()
        await each.send(head)
        while (sent < 1000 && !each.socket.destroyed) {
          await each.send(
            head.includes('chunked') ? Buffer.concat([Buffer.from('10000\r\n'), chunk, Buffer.from('\r\n')]) : chunk,
          )
          sent++
        }
        await each.send(tail)
        each.end()
      })
      const response = await transport.send(request(), goneSource())
      const sink = new TestSink()
      sink.room = () => false
      response.body.flow(sink)
      await sink.until(({full}) => full)
      const raw = await service.connection(0)
      await quiet(() => raw.socket.bytesWritten)
      const held = raw.socket.bytesWritten - sink.bytes
      t.true(held < 16 * 1024 * 1024, `${held} bytes were taken from the service and not wanted`)
      t.true(sent < 1000)
      sink.open()
      await sink.done
      t.is(sink.failure, undefined)
      t.is(sink.bytes, 65_536 * 1000)
    },
    title: (_, head) => `a slow sink slows the service: ${JSON.stringify(head)}`,
  })

  test(slow, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '0\r\n\r\n')
  test(slow, `HTTP/1.1 200 OK\r\nContent-Length: ${65_536 * 1000}\r\n\r\n`, '')
  test(slow, 'HTTP/1.1 200 OK\r\n\r\n', '')

  const paused = test.macro({
    async exec(t, head: string, body: string, ends: 'ends' | 'resets', whole: boolean) {
      const {transport, request, service} = await scene(t, async each => {
        await each.request()
        await each.send(head)
      })
      const response = await transport.send(request(), goneSource())
      const sink = new TestSink()
      sink.room = () => false
      response.body.flow(sink)
      const raw = await service.connection(0)
      await raw.send(body)
      await sink.until(({full}) => full)
      if (ends === 'ends') raw.end()
      else raw.reset()
      await turns(50)
      sink.open()
      await sink.done
      t.is(sink.failure === undefined, whole)
      t.is(sink.text, 'hello')
      await raw.closed
    },
    title: (_, head, _body, ends) => `a service that ${ends} while the sink is full: ${JSON.stringify(head)}`,
  })

  const CHUNKED = 'HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n'
  test(paused, 'HTTP/1.1 200 OK\r\n\r\n', 'hello', 'ends', true)
  test(paused, 'HTTP/1.1 200 OK\r\n\r\n', 'hello', 'resets', false)
  test(paused, 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 'hello', 'ends', true)
  test(paused, 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', 'hello', 'ends', false)
  test(paused, 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', 'hello', 'resets', false)
  test(paused, CHUNKED, '5\r\nhello', 'ends', false)
  test(paused, CHUNKED, '5\r\nhello', 'resets', false)

  test('a sink that has room again at once', async t => {
    const {transport, request} = await scene(t, async each => {
      await each.request()
      await each.send(`HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(1_000_000)}`)
    })
    const response = await transport.send(request(), goneSource())
    let bytes = 0
    await new Promise<void>((resolve, reject) =>
      response.body.flow({
        write(chunk) {
          bytes += chunk.length
          return false
        },
        drained: again => again(),
        end: () => resolve(),
        fail: reject,
      }),
    )
    t.is(bytes, 1_000_000)
  })
}

function endings(test: TestFn, scene: MakeScene): void {
  const leaves = test.macro({
    async exec(t, answer: string, when: string) {
      const {transport, request, service} = await scene(t, async each => {
        await each.request()
        await each.send(answer)
      })
      const gone = goneSource()
      const sending = transport.send(request(), gone)
      const raw = await service.connection(0)
      if (answer === '') {
        gone.set()
        const error = await t.throwsAsync(sending)
        t.false(error instanceof EndpointError)
      } else {
        const response = await sending
        const sink = new TestSink()
        if (when === 'flowing') response.body.flow(sink)
        if (when === 'full') {
          sink.room = () => false
          response.body.flow(sink)
          await sink.until(({full}) => full)
        }
        gone.set()
      }
      await raw.closed
      t.is(service.open, 0)
    },
    title: (_, answer: string, when) =>
      `a client that leaves frees the socket: ${JSON.stringify(answer.slice(0, 60))} ${when}`,
  })

  const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n'
  test(leaves, '', 'before the head')
  test(leaves, STREAM, 'held')
  test(leaves, STREAM, 'flowing')
  test(leaves, `${STREAM}data: 1\n\n`, 'flowing')
  test(leaves, `${STREAM}data: 1\n\n`, 'full')

  test('a client that left before', async t => {
    const {transport, request, service} = await scene(t, each => each.answer())
    const gone = goneSource()
    gone.set()
    await t.throwsAsync(transport.send(request(), gone))
    t.is(service.connections.length, 0)
  })

  test('a client that leaves while its body flows', async t => {
    const {transport, request, service} = await scene(t, each => each.request())
    const gone = goneSource()
    const body = new FedBody()
    const sending = transport.send(request({method: 'POST', body}), gone)
    const sink = await body.wanted
    sink.write(Buffer.from('hel'))
    await (await service.connection(0)).until('hel')
    gone.set()
    await t.throwsAsync(sending)
    await (await service.connection(0)).closed
    t.false(sink.write(Buffer.from('lo')))
    sink.fail(new Error('left'))
  })

  const discards = test.macro({
    async exec(t, head: string, body: string, kept: boolean) {
      const {transport, request, service} = await scene(t, async each => {
        for (;;) {
          await each.request()
          await each.send(head + body.slice(0, 3))
          await each.send(body.slice(3))
        }
      })
      const response = await transport.send(request(), goneSource())
      response.body.discard()
      const raw = await service.connection(0)
      if (kept) {
        await until(async () => {
          const next = await transport.send(request(), goneSource())
          next.body.discard()
          return service.connections.length === 1
        })
      } else await raw.closed
      t.pass()
    },
    title: (_, head, _body, kept) =>
      `a dropped body ${kept ? 'frees' : 'closes'} the connection: ${JSON.stringify(head)}`,
  })

  test(discards, 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 'hello', true)
  test(discards, 'HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n', 'hello', false)
  test(discards, STREAM, 'hello', false)

  const stale = test.macro({
    async exec(t, method: string, how: 'ends' | 'resets' | 'says 408' | 'says nonsense') {
      const {transport, request, service} = await scene(t, async each => {
        await each.answer()
        if (each.index > 0) return
        await each.request()
        if (how === 'ends') each.socket.destroy()
        else if (how === 'resets') each.reset()
        else await each.send(how === 'says 408' ? 'HTTP/1.1 408 Request Timeout\r\n\r\n' : '\r\n')
      })
      t.is(await textOf((await transport.send(request(), goneSource())).body), 'ok')
      await fails(t, transport, request({method, ...(method === 'POST' && {body: textBody('x')})}), 'stale')
      t.is(await textOf((await transport.send(request(), goneSource())).body), 'ok')
      t.is(service.connections.length, 2)
    },
    title: (_, method, how) => `a kept connection that ${how} when ${method} comes is stale`,
  })

  test('what must be fresh goes on a connection that has carried nothing', async t => {
    const answers = async (each: ServiceConnection) => {
      for (;;) await each.answer()
    }
    const {transport, request, service} = await scene(t, answers)
    for (const [fresh, connections] of [
      [false, 1],
      [false, 1],
      [true, 2],
    ] as const) {
      t.is(await textOf((await transport.send(request({fresh}), goneSource())).body), 'ok')
      t.is(service.connections.length, connections)
    }
  })

  test(stale, 'GET', 'ends')
  test(stale, 'GET', 'resets')
  test(stale, 'GET', 'says 408')
  test(stale, 'GET', 'says nonsense')
  test(stale, 'POST', 'ends')
  test(stale, 'POST', 'resets')

  const continued = test.macro({
    async exec(t, pieces: readonly string[]) {
      const {transport, request} = await scene(t, async each => {
        await each.request()
        for (const piece of pieces) {
          await each.send(piece)
          await turns(3)
        }
        await each.answer('next')
      })
      const body = textBody('hi')
      const answer = await transport.send(request({method: 'POST', body}), goneSource())
      t.is(await textOf(answer.body), 'HTTP/1.1 100')
      t.is(await textOf((await transport.send(request(), goneSource())).body), 'next')
    },
    title: (_, pieces) => `100 Continue that was not asked for is passed over: ${JSON.stringify(pieces)}`,
  })
  const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'
  const FINAL = 'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nHTTP/1.1 100'
  test(continued, [CONTINUE + FINAL])
  test(continued, [CONTINUE, FINAL])
  test(continued, [CONTINUE + CONTINUE, FINAL])
  test(continued, ['HTTP/1', '.1 100 Continue\r\nX: 1', '\r\n\r\nHT', FINAL.slice(2)])
  test(continued, [FINAL.slice(0, -12), FINAL.slice(-12)])

  test('what may not be sent twice goes on a connection that was used a moment ago, or on a new one', async t => {
    const clock = testClock()
    const answering = async (each: ServiceConnection) => {
      for (;;) await each.answer(String(each.index))
    }
    const {transport, request, service} = await scene(t, answering, {clock})
    const by = async (method: string) => textOf((await transport.send(request({method}), goneSource())).body)
    t.is(await by('GET'), '0')
    clock.turn(900)
    t.is(await by('POST'), '0')
    clock.turn(1100)
    t.is(await by('POST'), '1')
    await (await service.connection(0)).closed
    clock.turn(1100)
    t.is(await by('GET'), '1')
  })

  const idle = test.macro({
    async exec(t, act: (raw: Awaited<ReturnType<ScriptedService['connection']>>) => unknown) {
      const {transport, request, service} = await scene(t, each => each.answer())
      t.is(await textOf((await transport.send(request(), goneSource())).body), 'ok')
      const raw = await service.connection(0)
      await act(raw)
      await turns(10)
      t.is(await textOf((await transport.send(request({method: 'POST'}), goneSource())).body), 'ok')
      t.is(service.connections.length, 2)
    },
    title: (title = '') => `an idle connection is not used again: ${title}`,
  })

  test('it ended', idle, async raw => {
    raw.end()
    await raw.closed
  })
  test('it was reset', idle, raw => raw.reset())
  test('bytes came on it', idle, async raw => {
    await raw.send('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad')
    await raw.closed
  })
  test('garbage came on it', idle, async raw => {
    await raw.send('\0\0\0\0')
    await raw.closed
  })

  test('bytes after a response never answer the next request', async t => {
    const {transport, request} = await scene(t, async each => {
      await each.request()
      await each.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad')
    })
    for (let i = 0; i < 3; i++) t.is(await textOf((await transport.send(request(), goneSource())).body), 'ok')
  })

  test('a body sent to HEAD, 204 or 304 never answers the next request', async t => {
    const heads = [
      'HTTP/1.1 204 No Content\r\n\r\n',
      'HTTP/1.1 304 Not Modified\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n',
    ]
    const odd = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad'
    const {transport, request} = await scene(t, async each => {
      for (;;) {
        const {startLine} = await each.request()
        const head = heads[Number(/^\w+ \/(\d)/.exec(startLine)?.[1])]
        await each.send(head ? `${head}${odd}` : 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      }
    })
    for (const [i] of heads.entries()) {
      const method = i === 2 ? 'HEAD' : 'GET'
      const bodiless = await transport.send(request({method, url: {...request().url, path: `/${i}`}}), goneSource())
      t.is(await textOf(bodiless.body), '')
      t.is(await textOf((await transport.send(request(), goneSource())).body), 'ok')
    }
  })

  test('close ends what is open', async t => {
    const {transport, request, service} = await scene(t, async each => {
      await each.request()
      if (each.index === 0) await each.send(STREAM)
    })
    const response = await transport.send(request(), goneSource())
    const sink = new TestSink(response.body)
    const waiting = transport.send(request(), goneSource())
    await (await service.connection(1)).until('').catch(() => {})
    const closing = transport.close()
    await t.throwsAsync(waiting)
    await sink.done
    t.truthy(sink.failure)
    await closing
    await t.throwsAsync(transport.send(request(), goneSource()))
    await Promise.all(service.connections.map(({closed}) => closed))
    t.is(service.open, 0)
  })
}

function malformed(test: TestFn, scene: MakeScene): void {
  const HEAD = 'HTTP/1.1 200 OK\r\n'
  const rejects = test.macro({
    async exec(t, answer: string, ...failures: EndpointFailure[]) {
      const {transport, request, service} = await scene(t, async each => {
        await each.request()
        await each.send(answer)
        each.end()
      })
      const error = await t.throwsAsync(transport.send(request(), goneSource()), {instanceOf: EndpointError})
      t.true(failures.includes(error?.failure as EndpointFailure), error?.failure)
      await (await service.connection(0)).closed
    },
    title: (_, answer: string, ..._failures: EndpointFailure[]) => `no answer: ${JSON.stringify(answer.slice(0, 80))}`,
  })

  test(rejects, '', 'sent')
  test(rejects, 'HTT', 'sent')
  test(rejects, HEAD, 'sent', 'malformed')
  test(rejects, 'SSH-2.0-OpenSSH_9\r\n', 'malformed')
  test(rejects, '\0\0\0\0\r\n\r\n', 'malformed')
  test(rejects, '<html></html>', 'malformed')
  test(rejects, 'HTTP/1.1 OK\r\n\r\n', 'malformed')
  test(rejects, 'HTTP/1.1 000 None\r\nContent-Length: 0\r\n\r\n', 'malformed')
  test(rejects, 'HTTP/1.1 99 Low\r\nContent-Length: 0\r\n\r\n', 'malformed')
  test(rejects, 'HTTP/1.1 2000 High\r\nContent-Length: 0\r\n\r\n', 'malformed')
  test(rejects, 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n', 'malformed')
  test(rejects, 'HTTP/1.1 101 Switching Protocols\r\n\r\n', 'malformed')
  test(rejects, `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 'malformed')
  test(rejects, `${HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`, 'malformed')
  test(rejects, `${HEAD}Content-Length: -5\r\n\r\nhello`, 'malformed')
  test(rejects, `${HEAD}Content-Length: 5x\r\n\r\nhello`, 'malformed')
  test(rejects, `${HEAD}Content-Length: 99999999999999999999999\r\n\r\nhello`, 'malformed')
  test(rejects, `${HEAD}X-Nul: a\0b\r\nContent-Length: 0\r\n\r\n`, 'malformed')
  test(rejects, `${HEAD}X Y: 1\r\nContent-Length: 0\r\n\r\n`, 'malformed')
  test(rejects, `${HEAD}No colon\r\nContent-Length: 0\r\n\r\n`, 'malformed')
  test(rejects, `${HEAD}X-Big: ${'x'.repeat(20_000)}\r\nContent-Length: 0\r\n\r\n`, 'malformed')
  test(rejects, `${HEAD}${'X-Many: 1\r\n'.repeat(5000)}Content-Length: 0\r\n\r\n`, 'malformed')

  const breaks = test.macro({
    async exec(t, answer: string, ends: 'ends' | 'resets' | 'stays') {
      const {transport, request, service} = await scene(t, async each => {
        await each.request()
        await each.send(answer)
        if (ends === 'ends') each.end()
      })
      const response = await transport.send(request(), goneSource())
      const sink = new TestSink(response.body)
      const raw = await service.connection(0)
      if (ends === 'resets') {
        await sink.until(({bytes}) => bytes > 0)
        raw.reset()
      }
      await sink.done
      t.truthy(sink.failure, `ended well with ${JSON.stringify(sink.text)}`)
      await raw.closed
    },
    title: (_, answer: string, ends) => `a body that breaks off: ${JSON.stringify(answer.slice(0, 90))} ${ends}`,
  })

  test(breaks, `${HEAD}Content-Length: 9\r\n\r\nhello`, 'ends')
  test(breaks, `${HEAD}Content-Length: 9\r\n\r\nhello`, 'resets')
  test(breaks, `${HEAD}Connection: close\r\nContent-Length: 9\r\n\r\nhello`, 'ends')
  test(breaks, `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`, 'ends')
  test(breaks, `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`, 'resets')
  test(breaks, `${HEAD}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`, 'ends')
  test(breaks, `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n`, 'ends')
  test(breaks, `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n`, 'stays')
  test(breaks, `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhelloo\r\n0\r\n\r\n`, 'stays')
  test(breaks, `${HEAD}Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n`, 'stays')
  test(breaks, `${HEAD}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n`, 'stays')
  test(breaks, `${HEAD}\r\nhello`, 'resets')
  test(breaks, `HTTP/1.0 200 OK\r\n\r\nhello`, 'resets')

  test('a Trailer field that lies', async t => {
    const {transport, request} = await scene(t, each => each.answer('ok', `${HEAD}Trailer: X-Sum\r\n`))
    const response = await transport.send(request(), goneSource())
    t.deepEqual(response.headers, ['Content-Length', '2'])
    t.is(await textOf(response.body), 'ok')
  })
}

function timeouts(test: TestFn, scene: MakeScene): void {
  test('no response head in time', async t => {
    const clock = testClock()
    const {transport, request, service} = await scene(t, each => each.request(), {clock})
    const sending = transport.send(request({responseTimeout: 1000}), goneSource())
    const raw = await service.connection(0)
    await raw.until('').catch(() => {})
    await until(async () => raw.bytes > 0)
    clock.turn(900)
    await turns(5)
    clock.turn(200)
    await failed(t, sending, 'timeout-response')
    await raw.closed
  })

  test('a body that is being sent is not the silence of the service', async t => {
    const clock = testClock()
    const {transport, request, service} = await scene(t, each => each.request(), {clock})
    const body = new FedBody()
    const sending = transport.send(request({method: 'POST', body, responseTimeout: 1000}), goneSource())
    const sink = await body.wanted
    const raw = await service.connection(0)
    for (const chunk of ['a', 'b', 'c']) {
      clock.turn(900)
      sink.write(Buffer.from(chunk))
      await raw.until(chunk)
    }
    sink.end()
    clock.turn(1100)
    await failed(t, sending, 'timeout-response')
  })

  test('a body that the service does not take', async t => {
    const clock = testClock()
    const {transport, request} = await scene(t, async each => each.socket.pause(), {clock})
    const body = new FedBody()
    const sending = transport.send(request({method: 'POST', body, responseTimeout: 1000}), goneSource())
    const sink = await body.wanted
    while (sink.write(Buffer.alloc(65_536)));
    clock.turn(1100)
    await failed(t, sending, 'timeout-response')
  })

  test('a body that falls silent', async t => {
    const clock = testClock()
    const {transport, request, service} = await scene(
      t,
      async each => {
        await each.request()
        await each.send('HTTP/1.1 200 OK\r\n\r\na')
      },
      {clock},
    )
    const response = await transport.send(request({idleTimeout: 1000}), goneSource())
    const sink = new TestSink(response.body)
    await sink.until(({text}) => text === 'a')
    clock.turn(900)
    const raw = await service.connection(0)
    await raw.send('b')
    await sink.until(({text}) => text === 'ab')
    clock.turn(900)
    t.is(sink.failure, undefined)
    clock.turn(200)
    await sink.done
    t.is((sink.failure as EndpointError).failure, 'timeout-response')
    await raw.closed
  })

  test('a client that is slow is not the silence of the service', async t => {
    const clock = testClock()
    const {transport, request} = await scene(
      t,
      async each => {
        await each.request()
        await each.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')
      },
      {clock},
    )
    const response = await transport.send(request({idleTimeout: 1000}), goneSource())
    const sink = new TestSink()
    sink.room = () => false
    response.body.flow(sink)
    await sink.until(({full}) => full)
    clock.turn(5000)
    await turns(5)
    sink.open()
    await sink.done
    t.is(sink.failure, undefined)
    t.is(sink.text, 'hello')
  })

  test('without timeouts no time is watched', async t => {
    const clock = testClock()
    const {transport, request} = await scene(
      t,
      async each => {
        await each.request()
        await each.send('HTTP/1.1 200 OK\r\n\r\n')
      },
      {clock},
    )
    const response = await transport.send(request({connectTimeout: 0}), goneSource())
    t.is(clock.pending, 0)
    response.body.discard()
  })

  test('no turn in time', async t => {
    const clock = testClock()
    const {transport, request, service} = await scene(t, each => each.request(), {clock, maxConnections: 1})
    const gone = goneSource()
    const first = transport.send(request(), gone)
    await service.connection(0)
    const second = transport.send(request({connectTimeout: 1000}), goneSource())
    clock.turn(1100)
    await failed(t, second, 'timeout-connect')
    gone.set()
    await t.throwsAsync(first)
  })
}

function secured(test: TestFn, make: (options: ContractOptions) => Transport): void {
  async function secure(t: ExecutionContext, script: Script, tls: ContractOptions['tls']) {
    const service = await scriptedService(script, testCredentials)
    const transport = make({...OPTIONS, tls})
    t.teardown(async () => {
      await transport.close()
      await service.close()
    })
    const plain = requestTo(service.port)
    return {service, transport, request: {...plain, url: {...plain.url, scheme: 'https'}}}
  }

  test('over TLS', async t => {
    const {transport, request, service} = await secure(t, each => answers(each), {ca: testCredentials.cert})
    // The name that is asked for and checked is that of the URL, whatever Host says.
    const hosts = ['a.invalid', 'b.invalid']
    for (const host of hosts)
      t.is(await textOf((await transport.send({...request, headers: ['Host', host]}, goneSource())).body), 'ok')
    t.is(service.connections.length, 1)
    const {socket} = await service.connection(0)
    t.is((socket as TLSSocket & {servername: string}).servername, 'service.test')
  })

  test('a certificate that is not trusted is a failed connection', async t => {
    const {transport, request, service} = await secure(t, each => each.answer(), undefined)
    await fails(t, transport, request, 'connect')
    t.is(service.connections.length, 0)
  })

  test('a certificate for another name is a failed connection', async t => {
    const {transport, request} = await secure(t, each => each.answer(), {ca: testCredentials.cert})
    await fails(t, transport, {...request, url: {...request.url, host: 'test'}}, 'connect')
  })

  test('a service that does not speak TLS is a failed connection', async t => {
    const service = await scriptedService(each => each.send('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const transport = make(OPTIONS)
    t.teardown(async () => {
      await transport.close()
      await service.close()
    })
    const plain = requestTo(service.port)
    await fails(t, transport, {...plain, url: {...plain.url, scheme: 'https'}}, 'connect')
  })

  test('a connection that is being made when its time is over', async t => {
    const clock = testClock()
    const service = await scriptedService(each => each.until(text => text.length > 5))
    const transport = make({...OPTIONS, clock})
    t.teardown(async () => {
      await transport.close()
      await service.close()
    })
    const plain = requestTo(service.port)
    const url = {...plain.url, scheme: 'https'}
    const sending = transport.send({...plain, url, connectTimeout: 1000}, goneSource())
    const raw = await service.connection(0)
    await raw.until(text => text.length > 5)
    clock.turn(1100)
    await failed(t, sending, 'timeout-connect')
    await raw.closed
  })

  test('a client that leaves while the connection is being made', async t => {
    const service = await scriptedService(each => each.until(text => text.length > 5))
    const transport = make(OPTIONS)
    t.teardown(async () => {
      await transport.close()
      await service.close()
    })
    const plain = requestTo(service.port)
    const gone = goneSource()
    const sending = transport.send({...plain, url: {...plain.url, scheme: 'https'}}, gone)
    const raw = await service.connection(0)
    gone.set()
    await t.throwsAsync(sending)
    await raw.closed
  })
}

/** Answers every request. */
async function answers(connection: ServiceConnection): Promise<never> {
  for (;;) await connection.answer()
}

function requestTo(port: number): ServiceRequest {
  return {
    method: 'GET',
    url: {scheme: 'http', host: 'service.test', port: String(port), path: '/a//b/../c', query: 'x=%2F'},
    headers: ['Host', `service.test:${port}`],
    body: undefined,
    connectTimeout: 0,
    responseTimeout: 0,
    idleTimeout: 0,
  }
}

async function fails(t: ExecutionContext, transport: Transport, request: ServiceRequest, failure: EndpointFailure) {
  await failed(t, transport.send(request, goneSource()), failure)
}

async function failed(t: ExecutionContext, sending: Promise<unknown>, failure: EndpointFailure): Promise<void> {
  const error = await t.throwsAsync(sending, {instanceOf: EndpointError})
  t.is(error?.failure, failure)
}

/** Lets the event loop turn. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(resolve => setImmediate(resolve))
}

/** Turns the event loop until it is so. */
async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) await turns(1)
}

/** Turns the event loop until a number stands still. */
async function quiet(number: () => number): Promise<void> {
  for (let still = 0, last = number(); still < 50; still = number() === last ? still + 1 : 0) {
    last = number()
    await turns(1)
  }
}
