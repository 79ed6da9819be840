import {type AddressInfo, createServer, type Server, type Socket} from 'node:net'
import {USERS} from './credentials.js'

/** A request as it came to the service; text is Latin-1. */
export interface Arrival {
  readonly start: string
  /** As sent: `Name: value`. */
  readonly lines: readonly string[]
  readonly body: string
  /** What is wrong with it as a message; undefined: nothing. */
  readonly fault: string | undefined
}

/** The service behind all topologies, on bare sockets: tells of what comes, and gives every user an event of their own. */
export class Service {
  readonly sockets = new Set<Socket>()
  readonly #server: Server
  readonly #told: (arrival: Arrival) => void

  constructor(told: (arrival: Arrival) => void) {
    this.#told = told
    this.#server = createServer({noDelay: true}, socket => this.#accept(socket))
  }

  async start(): Promise<number> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise<void>(resolve => this.#server.close(() => resolve()))
  }

  #accept(socket: Socket): void {
    this.sockets.add(socket)
    let came = ''
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      came += text
      for (let read = readRequest(came); read !== undefined; read = readRequest(came)) {
        came = came.slice(read.size)
        this.#told(read)
        socket.write(answerTo(read))
      }
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.sockets.delete(socket)
      // Its client left in the middle of its body: it came here all the same.
      if (came.includes('\r\n\r\n')) this.#told({...headOf(came), body: '', fault: undefined})
    })
  }
}

const EVENTS = USERS.map(owner => `data: {"owner":"${owner}","text":"for-${owner}"}\n\n`).join('')

function answerTo({start}: Arrival): string {
  const head = start.startsWith('HEAD ')
  if (/^\w+ \/events\//.test(start))
    return `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: ${EVENTS.length}\r\n\r\n${head ? '' : EVENTS}`
  return `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n${head ? '' : 'ok'}`
}

const START = /^[A-Z]+ \/[!-~]* HTTP\/1\.1$/
const LINE = /^[!#$%&'*+.^`|~\w-]+: ?[\t\x20-\x7E\x80-\xFF]*$/

function headOf(text: string): Pick<Arrival, 'start' | 'lines'> {
  const [start = '', ...lines] = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n')
  return {start, lines}
}

/** The request at the beginning, if it is whole; strict, since what the gateway sends should be beyond doubt. */
function readRequest(text: string): (Arrival & {readonly size: number}) | undefined {
  const end = text.indexOf('\r\n\r\n') + 4
  if (end < 4) return undefined
  const {start, lines} = headOf(text)
  const fault = faultOf(start, lines)
  const values = (name: string) =>
    lines.flatMap(line => (line.toLowerCase().startsWith(`${name}:`) ? [line.slice(name.length + 1).trim()] : []))
  if (fault !== undefined) return {start, lines, body: '', fault, size: text.length}
  if (values('transfer-encoding').length > 0) {
    const body = chunksAt(text, end)
    return body && {start, lines, body: body.text, fault: body.fault, size: body.end}
  }
  const size = Number(values('content-length')[0] ?? 0)
  if (text.length < end + size) return undefined
  return {start, lines, body: text.slice(end, end + size), fault: undefined, size: end + size}
}

function faultOf(start: string, lines: readonly string[]): string | undefined {
  if (!START.test(start)) return `no request line: ${JSON.stringify(start)}`
  const wrong = lines.find(line => !LINE.test(line))
  if (wrong !== undefined) return `no header line: ${JSON.stringify(wrong)}`
  const framing = lines.filter(line => /^(?:content-length|transfer-encoding):/i.test(line))
  if (framing.length > 1) return `framed twice: ${framing.join(' | ')}`
  if (framing[0] !== undefined && !/^(?:content-length: \d+|transfer-encoding: chunked)$/i.test(framing[0]))
    return `framed by ${framing[0]}`
  if (lines.filter(line => /^host:/i.test(line)).length !== 1) return 'not one Host'
  return undefined
}

function chunksAt(text: string, start: number): {text: string; end: number; fault: string | undefined} | undefined {
  let body = ''
  for (let at = start; ; ) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const line = text.slice(at, lineEnd)
    if (!/^[0-9a-f]{1,8}$/i.test(line))
      return {text: body, end: text.length, fault: `no chunk: ${JSON.stringify(line)}`}
    const size = Number.parseInt(line, 16)
    const next = lineEnd + 2 + size + 2
    if (size === 0) return endOfTrailers(text, lineEnd + 2, body)
    if (text.length < next) return undefined
    body += text.slice(lineEnd + 2, next - 2)
    at = next
  }
}

function endOfTrailers(text: string, at: number, body: string): ReturnType<typeof chunksAt> {
  if (text.startsWith('\r\n', at)) return {text: body, end: at + 2, fault: undefined}
  const end = text.indexOf('\r\n\r\n', at)
  return end < 0 ? undefined : {text: body, end: end + 4, fault: undefined}
}
