import {createServer, type Server, type Socket} from 'node:net'
import type {Random} from '../helpers/random.js'
import {encoded, type History, type HistoryKind} from './history.js'
import type {Ledger, Leg, LegState, Trail} from './ledger.js'

/** What a service does with a request. */
export type Mood = 'good' | 'stalled' | 'failing' | 'answering' | 'wrong-type' | 'malformed'

/** Milliseconds between two looks at what there is to send. */
const LOOK = 20

/** Milliseconds, at most, between the halves of a torn event: longer than the gateway's keepalive interval, shorter than its patience. */
const TEAR_MOST = 500

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const BYTE_ORDER_MARK = Buffer.from('\uFEFF')

/** What the services of one world share. */
export interface ServiceFacts {
  readonly histories: ReadonlyMap<HistoryKind, History>
  readonly ledger: Ledger
  readonly random: Random
}

/** A service of event streams on bare sockets, which dies, stalls, lies and comes back as it is told. */
export class Service {
  mood: Mood = 'good'
  port = 0
  readonly sockets = new Set<Socket>()
  readonly #facts: ServiceFacts
  readonly #random: Random
  readonly #streams = new Map<Socket, Stream>()
  readonly #timer: NodeJS.Timeout
  #server: Server | undefined

  constructor(name: string, facts: ServiceFacts) {
    this.#facts = facts
    this.#random = facts.random.fork(name)
    this.#timer = setInterval(() => this.#pump(), LOOK)
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Listens, unless it does, at the port it had. */
  async start(): Promise<void> {
    this.mood = 'good'
    if (this.#server) return
    const server = createServer({noDelay: true}, socket => this.#accept(socket))
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({port: this.port, host: '127.0.0.1', backlog: 1024}, resolve)
    })
    const address = server.address()
    if (address !== null && typeof address === 'object') this.port = address.port
  }

  /** Listens no more, and every connection is closed: with an end that is none, or a reset. */
  async kill(reset: boolean): Promise<void> {
    const server = this.#server
    this.#server = undefined
    const closed = new Promise<void>(resolve => (server ? server.close(() => resolve()) : resolve()))
    this.breakOff(reset)
    await closed
  }

  /** Breaks every connection off. */
  breakOff(reset: boolean): void {
    for (const stream of this.#streams.values()) stream.over('lost')
    for (const socket of this.sockets) reset ? socket.resetAndDestroy() : socket.destroy()
  }

  /** Half an event to everybody, then the end of all. */
  tear(reset: boolean): void {
    for (const stream of this.#streams.values()) if (stream.state === 'open') stream.half()
    this.breakOff(reset)
  }

  /** Every stream ends properly. */
  end(): void {
    for (const stream of this.#streams.values()) if (stream.state === 'open') stream.end()
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.kill(false)
  }

  #accept(socket: Socket): void {
    this.sockets.add(socket)
    let head = ''
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      head += text
      if (!head.endsWith('\r\n\r\n')) return
      this.#answer(socket, head)
      head = ''
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.sockets.delete(socket)
      this.#streams.get(socket)?.over('closed')
      this.#streams.delete(socket)
    })
  }

  #answer(socket: Socket, head: string): void {
    const [, kind = '', token = ''] = /^GET \/(\w+)\?client=(\S+) /.exec(head) ?? []
    const [, lastEventId] = /^last-event-id: *(.*?)\r$/im.exec(head) ?? []
    const history = this.#facts.histories.get(kind as HistoryKind)
    if (history === undefined) throw new Error(`nobody asks so: ${head}`)
    const trail = this.#facts.ledger.of(token)
    if (this.mood !== 'good') this.#disappoint(socket, trail)
    else this.#streams.set(socket, new Stream(socket, history, trail, history.from(lastEventId), this.#random))
  }

  #disappoint(socket: Socket, {answers}: Trail): void {
    if (this.mood === 'stalled') return
    const status =
      this.mood === 'failing' ? this.#random.pick([503, 502, 504]) : this.#random.pick([204, 401, 404, 410])
    answers.push(this.mood === 'wrong-type' ? 200 : this.mood === 'malformed' ? 0 : status)
    if (this.mood === 'malformed') socket.write(this.#random.pick(MALFORMED))
    else if (this.mood === 'wrong-type')
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi')
    else socket.write(`HTTP/1.1 ${status} So\r\n${status === 204 ? '' : 'Content-Length: 0\r\n'}\r\n`)
  }

  #pump(): void {
    for (const stream of this.#streams.values()) if (stream.state === 'open') stream.pump(this.mood === 'stalled')
  }
}

const MALFORMED: readonly [string, ...string[]] = [
  'HTTP/1.1 2OO OK\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Type : text/event-stream\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
  'hello\r\n\r\n',
]

/** One stream on its way to the gateway, cut into pieces as chance will have it. */
class Stream implements Leg {
  readonly from: number
  state: LegState = 'open'
  readonly #socket: Socket
  readonly #history: History
  readonly #random: Random
  #next: number
  /** The second half of a torn event, and when it is sent. */
  #rest: Buffer | undefined
  #restAt = 0
  #wrote = performance.now()
  #silence = 0

  constructor(socket: Socket, history: History, trail: Trail, from: number, random: Random) {
    this.#socket = socket
    this.#history = history
    this.#random = random
    this.from = from
    this.#next = from
    trail.legs.push(this)
    socket.write(HEAD)
    if (random.chance(0.1)) this.#write(BYTE_ORDER_MARK)
  }

  pump(stalled: boolean): void {
    if (this.#socket.writableNeedDrain) this.#heard()
    if (stalled || this.#socket.writableNeedDrain || performance.now() < this.#restAt) return
    while (this.#next <= this.#history.newest && !this.#socket.writableNeedDrain && this.#sendNext());
  }

  /** False: only a half of it was sent. */
  #sendNext(): boolean {
    const rest = this.#rest
    const bytes = rest ?? encoded(this.#history.at(this.#next), this.#random)
    const cut = rest === undefined && this.#random.chance(0.03) ? this.#random.int(1, bytes.length - 1) : bytes.length
    this.#write(bytes.subarray(0, cut))
    this.#rest = cut < bytes.length ? bytes.subarray(cut) : undefined
    if (this.#rest) this.#restAt = performance.now() + this.#random.int(0, TEAR_MOST)
    else this.#next++
    return this.#rest === undefined
  }

  half(): void {
    const bytes = this.#rest ?? encoded(this.#history.at(this.#next), this.#random)
    this.#write(bytes.subarray(0, this.#random.int(1, bytes.length - 1)))
  }

  end(): void {
    if (this.#rest) this.#write(this.#rest)
    this.#socket.write('0\r\n\r\n')
    this.over('ended')
  }

  /** What came first holds, but for an end that the loss of its connection may have overtaken. */
  over(state: 'ended' | 'lost' | 'closed'): void {
    if (this.state === 'open') {
      this.#heard()
      this.state = state
    } else if (this.state === 'ended' && state === 'lost') this.state = 'either'
  }

  get silence(): number {
    return this.state === 'open' ? Math.max(this.#silence, performance.now() - this.#wrote) : this.#silence
  }

  get standing(): string {
    const ago = Math.round(performance.now() - this.#wrote)
    const room = this.#socket.writableNeedDrain ? 'has no room' : 'has room'
    return `${this.state} from ${this.from} at ${this.#next}, ${room}, wrote ${ago} ms ago`
  }

  /** What was written, or could not be, is no silence. */
  #heard(): void {
    this.#silence = this.silence
    this.#wrote = performance.now()
  }

  #write(bytes: Uint8Array): void {
    this.#heard()
    this.#socket.cork()
    this.#socket.write(`${bytes.length.toString(16)}\r\n`)
    this.#socket.write(bytes)
    this.#socket.write('\r\n')
    this.#socket.uncork()
  }
}
