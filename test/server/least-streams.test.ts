import {readFileSync} from 'node:fs'
import {createServer, get, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {definition, site, startGateway} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {xTopology} from './through.js'

assertNoLeaks(test)

const SERVICES = 5

/** 1,000, or as many as the four sockets of each may be open here. */
function streamCount(): number {
  const [, limit = '1024'] = /Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  return Math.min(1000, SERVICES * Math.floor((Number(limit) - 500) / 4 / SERVICES))
}

/** Told when streams begin or end anywhere. */
class Changes {
  #waiting: (() => void)[] = []

  told(): void {
    for (const look of this.#waiting.splice(0)) look()
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>(resolve => this.#waiting.push(resolve))
  }
}

/** A service of streams of one event, which is well as long as it runs. */
class StreamService {
  readonly streams = new Set<ServerResponse>()
  port = 0
  #server: Server | undefined
  readonly #changes: Changes

  constructor(changes: Changes) {
    this.#changes = changes
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const server = createServer((req, res) => {
      if (req.url === '/health') return res.end()
      res.writeHead(200, {'Content-Type': 'text/event-stream'})
      res.write('id: 1\ndata: 1\n\n')
      this.streams.add(res)
      this.#changes.told()
      return res.on('close', () => {
        this.streams.delete(res)
        this.#changes.told()
      })
    })
    this.#server = server
    await new Promise<void>(resolve => server.listen({port: this.port, host: '127.0.0.1', backlog: 4096}, resolve))
    this.port = (server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
  }
}

/** A client that comes back at once, whenever its stream ends. */
function returning(t: ExecutionContext, url: string): Promise<void> {
  let over = false
  let leave = () => {}
  const open = (opened: () => void, lastEventId?: string): void => {
    const headers = {Accept: 'text/event-stream', ...(lastEventId && {'Last-Event-ID': lastEventId})}
    const request = get(url, {agent: false, headers}, response => {
      response.once('data', opened).on('error', () => {})
      response.on('close', () => !over && open(() => {}, '1'))
    })
    request.on('error', () => {})
    leave = () => request.destroy()
  }
  t.teardown(() => {
    over = true
    leave()
  })
  return new Promise(resolve => open(resolve))
}

test('least streams: long streams are shared evenly, also after an endpoint was lost and came back', async t => {
  t.timeout(240_000)
  const changes = new Changes()
  const services = Array.from({length: SERVICES}, () => new StreamService(changes))
  for (const service of services) {
    await service.start()
    t.teardown(() => service.stop())
  }
  const ha =
    'loadBalancing=least-streams;failoverSleep=10;slowStart=3s;healthCheckPath=/health;healthCheckInterval=200ms;healthCheckTimeout=10s'
  const {url} = await startGateway(t, {
    ...definition('X', 'sse'),
    'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true', 'gateway.streams.max.address': '0'}),
    'conf/topologies/t.xml': xTopology(
      services.map(each => each.url),
      {ha},
    ),
  })
  const total = streamCount()
  const share = total / SERVICES
  const counts = () => services.map(({streams}) => streams.size)
  const isEven = (among: readonly number[], part: number) => among.every(count => Math.abs(count - part) <= part / 10)
  for (let i = 0; i < total; i += 100)
    await Promise.all(Array.from({length: Math.min(100, total - i)}, () => returning(t, `${url}/t/x/events`)))
  t.true(isEven(counts(), share), String(counts()))

  const [first, ...others] = services
  if (first === undefined) return t.fail()
  await first.stop()
  const open = () => counts().reduce((sum, count) => sum + count, 0)
  await changes.until(() => open() === total && first.streams.size === 0)
  t.true(
    isEven(
      others.map(({streams}) => streams.size),
      total / (SERVICES - 1),
    ),
    String(counts()),
  )

  await first.start()
  // Its part grows for three seconds, and others end what they have too much of.
  await changes.until(() => open() === total && isEven(counts(), share))
  t.pass()
})
