import test, {type ExecutionContext} from 'ava'
import fc from 'fast-check'
import {Agent} from 'undici'
import {systemClock} from '../../../gateway/common/clock.js'
import {wireTransport} from '../../../gateway/dispatch/transport/wire-transport.js'
import {EndpointError} from '../../../gateway/pipeline/endpoint-error.js'
import {goneSource} from '../../../gateway/pipeline/gone.js'
import type {Transport} from '../../../gateway/pipeline/transport.js'
import {assertNoLeaks} from '../../helpers/leaks.js'
import {testLookup} from '../../helpers/lookup.js'
import {type Message, readMessage} from '../../helpers/message.js'
import {scriptedService} from '../../helpers/scripted-service.js'
import {TestSink} from '../../helpers/sinks.js'
import {cutAt, type Outcome, readAnswer} from './read-answers.js'

assertNoLeaks(test)

const OK = 'HTTP/1.1 200 OK\r\n'

const ANSWERS = [
  `${OK}Content-Length: 12\r\nX-A: b\r\n\r\nhello, world`,
  `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\n\r\n`,
  `${OK}Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\n1A\r\n${'x'.repeat(26)}\r\n0\r\nX: 1\r\nY: 2\r\n\r\n`,
  `${OK}Content-Type: text/event-stream\r\n\r\ndata: 1\n\ndata: 2\r\n\r\n`,
  `HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok`,
  `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n`,
  `HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 7\r\n\r\n`,
  `${OK}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
  `${OK}Content-Length: 2\r\n\r\nok${OK}Content-Length: 3\r\n\r\nbad`,
]

/** Bytes and pieces that matter to a parser, besides any. */
const PIECES = [
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  '\0',
  ' ',
  '\t',
  ':',
  ';',
  '0',
  '5',
  'f',
  'chunked',
  '0\r\n\r\n',
  ',',
  '-',
]
const FIELDS = ['Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n', 'Connection: close\r\n', ' folded\r\n']
const piece = fc.oneof(
  fc.constantFrom(...PIECES, ...FIELDS),
  fc.integer({min: 0, max: 255}).map(code => String.fromCharCode(code)),
)

const change = fc.record({at: fc.nat(300), takes: fc.constantFrom(0, 0, 1, 1, 2, 9), piece})
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

function changed(answer: string, changes: readonly Change[]): string {
  let text = answer
  for (const {at, takes, piece} of changes) {
    const place = at % (text.length + 1)
    text = text.slice(0, place) + piece + text.slice(place + takes)
  }
  return text
}

const answers = fc
  .tuple(fc.constantFrom(...ANSWERS), fc.array(change, {maxLength: 3}))
  .map(([answer, changes]) => changed(answer, changes))
const places = fc.array(fc.nat(400), {maxLength: 12})

/** What a reader that believes everything makes of an answer whose connection then ends. */
function believed(text: string): Message | undefined {
  let rest = text
  for (;;) {
    const message = readMessage(rest, {kind: 'response', ended: true})
    if (!message || !/^HTTP\/1\.1 1/.test(message.startLine)) return message
    rest = rest.slice(message.size)
  }
}

const isWhole = ({end}: Outcome) => end === 'whole' || end === 'clean'

test('any answer, cut anywhere, gives the same; whole ones mean what they say', t => {
  let whole = 0
  fc.assert(
    fc.property(answers, places, (answer, cuts) => {
      const bytes = Buffer.from(answer, 'latin1')
      const outcome = readAnswer([bytes], 'GET', true)
      const pieces = readAnswer(cutAt(bytes, cuts), 'GET', true)
      if (isWhole(outcome) !== isWhole(pieces)) throw new Error(`${outcome.end}, in pieces ${pieces.end}`)
      if (outcome.body !== pieces.body && isWhole(outcome)) throw new Error('other bytes in pieces')
      if (!isWhole(outcome)) return
      whole++
      const {startLine = '', body, trailers, framing} = believed(answer) ?? {}
      if (!startLine.startsWith(`HTTP/1.${startLine[7]} ${outcome.status}`)) throw new Error(`not ${startLine}`)
      if (body !== outcome.body) throw new Error(`${JSON.stringify(outcome.body)} is not ${JSON.stringify(body)}`)
      if (framing === 'chunked')
        t.deepEqual(
          outcome.trailers?.map(each => each.trim()),
          trailers,
        )
    }),
    {numRuns: 20_000},
  )
  t.true(whole > 2000, `${whole} were whole`)
})

/** What a client of a transport sees of an answer; `failed` also for a body that breaks off. */
async function seen(transport: Transport, port: number, path: string): Promise<{body: string; failed: boolean}> {
  const url = {scheme: 'http', host: 'service.test', port: String(port), path, query: undefined}
  const timeouts = {connectTimeout: 5000, responseTimeout: 5000, idleTimeout: 5000}
  const request = {method: 'GET', url, headers: ['Host', 'a'], body: undefined, ...timeouts}
  try {
    const response = await transport.send(request, goneSource())
    const sink = new TestSink(response.body)
    await sink.done
    return {body: sink.text, failed: sink.failure !== undefined}
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error
    // The service had ended a connection that was kept: any client asks again.
    if (error.failure === 'stale') return seen(transport, port, path)
    return {body: '', failed: true}
  }
}

/** The same of undici, another client that knows nothing of ours. */
async function seenByUndici(agent: Agent, port: number, path: string): Promise<{body: string; failed: boolean}> {
  try {
    const {body} = await agent.request({origin: `http://127.0.0.1:${port}`, path, method: 'GET'})
    return {body: Buffer.from(await body.arrayBuffer()).toString('latin1'), failed: false}
  } catch {
    return {body: '', failed: true}
  }
}

interface Fuzzed {
  readonly answer: string
  readonly cuts: readonly number[]
}

/** A service that gives the present answer in pieces at /fuzz, and is sound elsewhere. */
async function fuzzedService(t: ExecutionContext, present: () => Fuzzed) {
  const service = await scriptedService(async each => {
    for (;;) {
      const {startLine} = await each.request()
      if (!startLine.startsWith('GET /fuzz')) {
        await each.send(`${OK}Content-Length: 4\r\n\r\ngood`)
        continue
      }
      const {answer, cuts} = present()
      for (const piece of cutAt(Buffer.from(answer, 'latin1'), cuts)) await each.send(piece)
      // What is not whole must not wait for a timeout; what is may be followed by another request.
      if (startLine.startsWith('GET /fuzz/ends')) each.end()
    }
  })
  t.teardown(() => service.close())
  return service
}

test('no answer throws, or answers the next request; what is whole here is whole for undici, or refused', async t => {
  let present: Fuzzed = {answer: '', cuts: []}
  const service = await fuzzedService(t, () => present)
  const options = {lookup: testLookup, tls: undefined, maxConnections: 0, keepAlive: 5000, maxHeaderSize: 16_384}
  const wire = wireTransport({clock: systemClock, ...options})
  const undici = new Agent({pipelining: 0})
  t.teardown(() => Promise.all([wire.close(), undici.close()]))
  let whole = 0
  await fc.assert(
    fc.asyncProperty(answers, places, async (answer, cuts) => {
      present = {answer, cuts}
      const ours = await seen(wire, service.port, '/fuzz/ends')
      const next = await seen(wire, service.port, '/sound')
      if (next.failed || next.body !== 'good') throw new Error(`then ${JSON.stringify(next)}`)
      const theirs = await seenByUndici(undici, service.port, '/fuzz/ends')
      if (ours.failed) return
      whole++
      if (!theirs.failed && theirs.body !== ours.body) throw new Error(`${JSON.stringify([ours, theirs])}`)
    }),
    {numRuns: 600},
  )
  t.true(whole > 60, `${whole} were whole`)
})

test('a connection that is kept stands behind its response', async t => {
  let present: Fuzzed = {answer: '', cuts: []}
  const service = await fuzzedService(t, () => present)
  const options = {lookup: testLookup, tls: undefined, maxConnections: 0, keepAlive: 5000, maxHeaderSize: 16_384}
  const wire = wireTransport({clock: systemClock, ...options})
  t.teardown(() => wire.close())
  const kept = answers.filter(answer => isWhole(readAnswer([Buffer.from(answer, 'latin1')], 'GET', false)))
  await fc.assert(
    fc.asyncProperty(kept, places, async (answer, cuts) => {
      present = {answer, cuts}
      const {body} = readAnswer([Buffer.from(answer, 'latin1')], 'GET', false)
      t.deepEqual(await seen(wire, service.port, '/fuzz/stays'), {body, failed: false})
      const next = await seen(wire, service.port, '/sound')
      if (next.failed || next.body !== 'good') throw new Error(`then ${JSON.stringify(next)}`)
    }),
    {numRuns: 400},
  )
})
