import {Agent, createServer, type IncomingMessage, request, type ServerResponse} from 'node:http'
import type {AddressInfo, Socket} from 'node:net'
import test from 'ava'
import {bytesInUse} from '../helpers/bytes-in-use.js'
import {definition, site, startGateway, topology} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {Random} from '../helpers/random.js'

assertNoLeaks(test)

const COUNT = 10_000
const AT_ONCE = 40
const SEED = Number(process.env['RANDOM_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

const generator = new Random(SEED)
const random = () => generator.next()
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
const LARGEST = 1 << 20
const POOL = Buffer.from(Array.from({length: 2 * LARGEST}, () => Math.floor(random() * 256)))
const bytesOf = (offset: number, size: number) => POOL.subarray(offset, offset + size)

/** Mostly small, now and then large. */
const someSize = () => Math.floor(random() < 0.02 ? random() * LARGEST : 2 ** (random() * 15)) - 1

/** What the service does. `sound` ones must arrive whole; after `dead` ones there is no whole answer of the service. */
const SOUND = ['length', 'chunked', 'close', 'stall', 'events', 'early', 'bodiless'] as const
const DEAD = ['die', 'reset', 'nonsense', 'status', 'twoLengths', 'short', 'cut', 'badChunk', 'cutEvents'] as const
type Kind = (typeof SOUND)[number] | (typeof DEAD)[number]

interface Plan {
  readonly kind: Kind
  readonly method: string
  /** Of the answer. */
  readonly offset: number
  readonly size: number
  /** Of the request's body; -1: none. */
  readonly sent: number
  readonly chunked: boolean
  /** The client leaves after so many bytes of the answer; -1: it stays. */
  readonly leaves: number
}

function somePlan(): Plan {
  const kind: Kind = random() < 0.7 ? pick(SOUND) : pick(DEAD)
  const method = pick(['GET', 'GET', 'POST', 'PUT', 'DELETE', 'PATCH'])
  const sent = method === 'GET' && random() < 0.9 ? -1 : someSize()
  const leaves = random() < 0.05 ? someSize() : -1
  return {
    kind,
    method,
    offset: Math.floor(random() * LARGEST),
    size: Math.max(0, someSize()),
    sent,
    chunked: random() < 0.5,
    leaves,
  }
}

/** The service: what is asked for stands in the path. */
function serveRandomly(req: IncomingMessage, res: ServerResponse): void {
  const [, , kind = '', offset, size] = (req.url ?? '').split('/')
  const body = bytesOf(Number(offset), Number(size))
  const socket = req.socket
  req.on('error', () => {})
  res.on('error', () => {})
  if (kind === 'early') answer(kind, res, socket, body)
  else {
    let received = 0
    req.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    req.on('end', () => {
      res.setHeader('X-Received', received)
      answer(kind as Kind, res, socket, body)
    })
  }
}

function answer(kind: Kind, res: ServerResponse, socket: Socket, body: Buffer): void {
  const half = body.subarray(0, body.length >> 1)
  const raw = (text: string, rest: Buffer = half) => {
    socket.write(text)
    socket.end(rest)
  }
  const chunk = `${half.length.toString(16)}\r\n`
  switch (kind) {
    case 'length':
    case 'early':
      res.writeHead(200, {'Content-Length': body.length}).end(body)
      break
    case 'chunked':
      res.write(half)
      res.end(body.subarray(half.length))
      break
    case 'close':
      res.shouldKeepAlive = false
      res.useChunkedEncodingByDefault = false
      res.writeHead(200, {Connection: 'close'}).end(body)
      break
    case 'stall':
      res.writeHead(200, {'Content-Length': body.length}).write(half)
      setTimeout(() => res.end(body.subarray(half.length)), 20)
      break
    case 'events':
      res.writeHead(200, {'Content-Type': 'text/event-stream'}).write(half)
      setImmediate(() => res.end(body.subarray(half.length)))
      break
    case 'bodiless':
      res.writeHead(204).end()
      break
    case 'die':
      socket.end()
      break
    case 'reset':
      socket.resetAndDestroy()
      break
    case 'nonsense':
      raw('nonsense\r\n\r\n')
      break
    case 'status':
      raw('HTTP/1.1 007 Bond\r\nContent-Length: 0\r\n\r\n')
      break
    case 'twoLengths':
      raw('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n')
      break
    case 'short':
      raw(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length + 1}\r\n\r\n`, body)
      break
    case 'cut':
      raw(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`)
      break
    case 'badChunk':
      raw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n')
      break
    case 'cutEvents':
      raw(`HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`)
      break
  }
}

/** What a client saw. */
interface Seen {
  readonly status: number
  readonly body: Buffer
  /** `whole`, `broken`, `left` (by the client itself). */
  readonly end: 'whole' | 'broken' | 'left'
  readonly received: string | undefined
}

function ask(plan: Plan, port: number, agent: Agent): Promise<Seen> {
  const {kind, method, offset, size, sent, chunked, leaves} = plan
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    let status = 0
    let received: string | undefined
    const done = (end: Seen['end']) => resolve({status, body: Buffer.concat(chunks), end, received})
    const path = `/gateway/t/x/${kind}/${offset}/${size}`
    const framing = chunked ? {'Transfer-Encoding': 'chunked'} : {'Content-Length': sent}
    const headers = sent >= 0 ? framing : {}
    const req = request({host: '127.0.0.1', port, path, method, headers, agent}, res => {
      status = res.statusCode ?? 0
      received = res.headers['x-received'] as string | undefined
      let bytes = 0
      res.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        bytes += chunk.length
        if (leaves >= 0 && bytes > leaves) {
          done('left')
          req.destroy()
        }
      })
      res.on('end', () => done(res.complete ? 'whole' : 'broken'))
      res.on('error', () => done('broken'))
    })
    req.on('error', () => done('broken'))
    if (sent < 0) req.end()
    else {
      const body = bytesOf(offset, sent)
      if (chunked) req.write(body.subarray(0, sent >> 2))
      req.end(chunked ? body.subarray(sent >> 2) : body)
    }
  })
}

/** What is wrong with what a client saw; undefined: nothing. */
function faultOf(plan: Plan, seen: Seen): string | undefined {
  const {kind, method, offset, size, sent} = plan
  if (seen.end === 'left') return undefined
  const dead = (DEAD as readonly string[]).includes(kind)
  if (seen.status === 502 && seen.end === 'whole') {
    // Sent on a connection that the service was closing: what must not happen twice is not tried again.
    return dead || method === 'POST' || method === 'PATCH' || sent > 0 ? undefined : 'a sound answer became 502'
  }
  // A service that answers and closes without reading may reset what it answered.
  if (seen.end === 'broken') return dead || kind === 'early' ? undefined : 'a sound answer was broken off'
  if (dead) return `a broken answer looks whole: ${seen.status}`
  if (seen.status !== (kind === 'bodiless' ? 204 : 200)) return `status ${seen.status}`
  if (!seen.body.equals(kind === 'bodiless' ? Buffer.alloc(0) : bytesOf(offset, size))) return 'bytes differ'
  if (kind !== 'early' && Number(seen.received) !== Math.max(0, sent)) return `the service got ${seen.received} bytes`
  return undefined
}

test('random requests to a service that misbehaves are answered byte for byte, or seen to be broken', async t => {
  t.timeout(120_000)
  t.log(`RANDOM_SEED=${SEED}`)
  const service = createServer({keepAliveTimeout: 0}, serveRandomly)
  service.on('clientError', (_error, socket) => socket.destroy())
  await new Promise<void>(resolve => service.listen({host: '127.0.0.1', port: 0}, () => resolve()))
  t.teardown(() => {
    service.closeAllConnections()
    return new Promise<void>(resolve => service.close(() => resolve()))
  })
  const {port} = await startGateway(
    t,
    {
      ...definition('X'),
      'conf/gateway-site.xml': site({'gateway.access.log.format': 'off'}),
      'conf/topologies/t.xml': topology([
        {role: 'X', urls: [`http://127.0.0.1:${(service.address() as AddressInfo).port}/base`]},
      ]),
    },
    {log: {info() {}, warn() {}, error() {}}},
  )
  const agent = new Agent({keepAlive: true, maxSockets: AT_ONCE})
  t.teardown(() => agent.destroy())
  const faults: string[] = []
  const counts: Record<string, number> = {}
  const run = async (count: number) => {
    let left = count
    const worker = async () => {
      while (left-- > 0) {
        const plan = somePlan()
        const seen = await ask(plan, port, agent)
        const fault = faultOf(plan, seen)
        const outcome = seen.end === 'whole' ? String(seen.status) : seen.end
        counts[outcome] = (counts[outcome] ?? 0) + 1
        if (fault !== undefined) faults.push(`${fault}: ${JSON.stringify(plan)} ${seen.status} ${seen.end}`)
      }
    }
    await Promise.all(Array.from({length: AT_ONCE}, worker))
  }
  await run(COUNT / 4)
  const before = bytesInUse()
  await run((COUNT * 3) / 4)
  const grown = bytesInUse() - before
  t.log(counts, `${Math.round(grown / 1024)} KiB more in use`)
  t.deepEqual(faults.slice(0, 5), [], `${faults.length} of ${COUNT}, RANDOM_SEED=${SEED}`)
  t.true(grown < 8 * 1024 * 1024, `memory grew by ${grown} bytes`)
})
