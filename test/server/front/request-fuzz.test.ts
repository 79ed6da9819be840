import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import {Duplex} from 'node:stream'
import test from 'ava'
import {cutTarget} from '../../../gateway/server/front/request.js'
import {cutAt} from '../../dispatch/transport/read-answers.js'
import {Random} from '../../helpers/random.js'
import {type Reading, type ReadRequest, readRequests} from './read-requests.js'

const HOST = 'Host: h\r\n'
const REQUESTS = [
  `GET /a?b HTTP/1.1\r\n${HOST}X: y\r\n\r\n`,
  `POST /p HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhello`,
  `PUT /c HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1A;x=y\r\n${'x'.repeat(26)}\r\n0\r\nX: 1\r\n\r\n`,
  `GET http://h:1/ HTTP/1.1\r\n${HOST}Connection: close\r\nAccept: */*\r\n\r\n`,
  'GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
  `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`,
  `POST /e HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 2\r\n\r\nhi`,
] as const
/** Bytes and pieces that matter to a parser. */
const PIECES = [
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  '\0',
  ' ',
  '\t',
  '\x0b',
  '\x7f',
  '\xa0',
  '\xff',
  ':',
  ';',
  ',',
  '/',
  '*',
  '#',
  '"',
  '-',
  '+',
  '0',
  '5',
  'f',
  '0x',
  '1.0',
  '2.0',
  'HTTP/',
  'chunked',
  '0\r\n\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip\r\n',
  'Connection: close\r\n',
  'Trailer: X\r\n',
  ' folded\r\n',
  'X\r\n',
] as const

function mutated(random: Random): string {
  let text = Array.from({length: random.int(1, 3)}, () => random.pick(REQUESTS)).join('')
  for (let changes = random.int(0, 3); changes > 0; changes--) {
    const at = random.int(0, text.length)
    const piece = random.chance(0.8) ? random.pick(PIECES) : String.fromCharCode(random.int(0, 255))
    text = text.slice(0, at) + piece + text.slice(at + random.pick([0, 0, 1, 2, 9]))
  }
  return text
}

/** What Node's own server read of the same bytes. */
interface Judged {
  readonly requests: readonly Omit<ReadRequest, 'version'>[]
  /** It read no further, since the connection became something else or was to end. */
  readonly over: boolean
}

/** Bytes that come, and then their end; what is written is dropped. */
function incoming(pieces: readonly Uint8Array[]): Duplex {
  const left = [...pieces]
  return new Duplex({
    read() {
      this.push(left.shift() ?? null)
    },
    write: (_chunk, _encoding, done) => done(),
  })
}

/** Node's server as a judge. */
function judge(server: Server, pieces: readonly Uint8Array[]): Promise<Judged> {
  const found: {head: IncomingMessage; body: string; whole: boolean}[] = []
  let over = false
  const take = (head: IncomingMessage, res?: ServerResponse) => {
    const each = {head, body: '', whole: false}
    found.push(each)
    if (res?.shouldKeepAlive !== true) over = true
    head.on('data', (chunk: Buffer) => {
      each.body += chunk.toString('latin1')
    })
    head.on('end', () => {
      each.whole = true
    })
    res?.writeHead(204)
    res?.end()
  }
  for (const name of ['request', 'checkContinue', 'checkExpectation', 'upgrade', 'connect'])
    server.removeAllListeners(name)
  for (const name of ['request', 'checkContinue', 'checkExpectation']) server.on(name, take)
  for (const name of ['upgrade', 'connect']) server.on(name, (req: IncomingMessage) => take(req))
  const socket = incoming(pieces)
  server.emit('connection', socket)
  return new Promise(resolve =>
    socket.on('close', () => {
      const requests = found
        .filter(({whole, head}) => whole || head.complete)
        .map(({head, body}) => ({
          method: head.method ?? '',
          target: head.url ?? '',
          headers: head.rawHeaders.map(each => each.trim()),
          body,
        }))
      resolve({requests, over})
    }),
  )
}

const told = ({method, target, headers, body}: Omit<ReadRequest, 'version'>) =>
  JSON.stringify({method, target, headers: headers.map(each => each.trim()), body})

/** Those that come before one that is refused for its target or version, which ends the connection. */
function served({requests, end}: Reading): Reading {
  const first = requests.findIndex(({target, version}) => {
    if (version !== '1.0' && version !== '1.1') return true
    try {
      cutTarget(target, 'http', 'h')
      return false
    } catch {
      return true
    }
  })
  return first < 0 ? {requests, end} : {requests: requests.slice(0, first), end: 400}
}

/** What RFC 9112 §7.1.1 wants passed over, and Node refuses. */
const BAD_WHITESPACE = /[\t ][;=]|[;=][\t ]/

/** Ours that Node did not read, or read as something else: none may be. */
function laxer(ours: Reading, theirs: Judged): string | undefined {
  for (const [i, each] of ours.requests.entries()) {
    const other = theirs.requests[i]
    if (other === undefined) return theirs.over ? undefined : told(each)
    if (told(each) !== told(other)) return `${told(each)} is ${told(other)}`
  }
  return undefined
}

test('what is a request here is the same one for Node; what Node reads besides is refused here', async t => {
  t.timeout(300_000)
  const seed = Number(process.env['SEED'] ?? 1)
  const random = new Random(seed)
  const server = createServer({requireHostHeader: false})
  server.on('clientError', (_error, socket) => socket.destroy())
  const stricter: Record<string, number> = {}
  let whole = 0
  for (let n = 0; n < Number(process.env['RUNS'] ?? 10_000); n++) {
    const text = mutated(random)
    const bytes = Buffer.from(text, 'latin1')
    const places = Array.from({length: random.int(0, 4)}, () => random.int(0, bytes.length))
    const pieces = cutAt(bytes, places)
    t.deepEqual(readRequests(pieces), readRequests([bytes]))
    const ours = served(readRequests(pieces))
    const theirs = await judge(
      server,
      pieces.filter(piece => piece.length > 0),
    )
    const fault = BAD_WHITESPACE.test(text) ? undefined : laxer(ours, theirs)
    if (fault !== undefined) t.fail(`seed ${seed}, ${n}: ${JSON.stringify(text)}: ${fault}`)
    whole += ours.requests.length
    const more = theirs.requests.length - ours.requests.length
    if (more > 0) stricter[String(ours.end)] = (stricter[String(ours.end)] ?? 0) + 1
  }
  t.true(whole > 10, `${whole} requests`)
  t.log(`${whole} requests; Node read more where ours ended so: ${JSON.stringify(stricter)}`)
  t.false('clean' in stricter)
})
