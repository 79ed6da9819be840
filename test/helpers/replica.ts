import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo, Socket} from 'node:net'
import type {ExecutionContext} from 'ava'

/** What a replica sends to one that asks for what comes after an ID. */
export type History = (lastEventId: string | undefined) => string

/** A service of event streams that dies, stalls and comes back as a test says. */
export class Replica {
  /** Open streams, and the last event IDs that were asked for. */
  readonly streams = new Set<ServerResponse>()
  readonly asked: (string | undefined)[] = []
  port = 0
  /** Answers with this status instead of a stream. */
  status = 200
  #server: Server | undefined
  readonly #sockets = new Set<Socket>()
  readonly #history: History
  #waiting: (() => void)[] = []

  constructor(history: History) {
    this.#history = history
  }

  async start(): Promise<void> {
    const server = createServer((req, res) => this.#serve(req, res))
    server.on('connection', socket => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      socket.on('error', () => {})
    })
    this.#server = server
    await new Promise<void>(resolve => server.listen({port: this.port, host: '127.0.0.1', backlog: 4096}, resolve))
    this.port = (server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** To every open stream. */
  send(text: string): void {
    for (const stream of this.streams) stream.write(text)
  }

  end(): void {
    for (const stream of this.streams) stream.end()
  }

  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  /** Listens no more, and every connection is closed without an end. */
  async kill(): Promise<void> {
    const closed = new Promise<void>(resolve => (this.#server ? this.#server.close(() => resolve()) : resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
    this.#server = undefined
  }

  /** Waits until so many streams are open. */
  async open(count: number): Promise<void> {
    while (this.streams.size < count) await new Promise<void>(resolve => this.#waiting.push(resolve))
  }

  #serve(req: IncomingMessage, res: ServerResponse): void {
    const lastEventId = req.headers['last-event-id']
    this.asked.push(typeof lastEventId === 'string' ? lastEventId : undefined)
    if (this.status !== 200) {
      res.writeHead(this.status).end()
      return
    }
    res.writeHead(200, {'Content-Type': 'text/event-stream'})
    res.flushHeaders()
    res.write(this.#history(this.asked.at(-1)) || ': open\n\n')
    this.streams.add(res)
    res.on('close', () => this.streams.delete(res))
    for (const look of this.#waiting.splice(0)) look()
  }
}

/** A replica that listens until the end of the test. */
export async function replica(t: ExecutionContext, history: History = () => ''): Promise<Replica> {
  const made = new Replica(history)
  await made.start()
  t.teardown(() => made.kill())
  return made
}
