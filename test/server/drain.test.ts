import {readFileSync} from 'node:fs'
import {get} from 'node:http'
import test, {type ExecutionContext} from 'ava'
import {createParser} from 'eventsource-parser'
import {testClock} from '../helpers/clock.js'
import {definition, site, startGateway, topology} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {numberedService} from '../helpers/numbered-service.js'
import {rawClient} from '../helpers/raw-client.js'
import {ask} from './through.js'

assertNoLeaks(test)

const SECONDS = 60

/** As many as asked for by `STREAMS`, each of which takes three sockets of this process. */
function streamCount(): number {
  const [, limit = '1024'] = /Max open files\s+(\d+)/.exec(readLimits()) ?? []
  return Math.min(Number(process.env['STREAMS'] ?? 1000), Math.floor((Number(limit) - 500) / 3))
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8')
  } catch {
    return ''
  }
}

/** A client that comes back at once, to another gateway, with the last id it was given. */
class ReturningClient {
  readonly ids: string[] = []
  /** Told when its stream ends properly. */
  readonly ended: (client: ReturningClient) => void
  retry = 0
  #waiting: (() => void) | undefined
  broken = 0

  constructor(ended: (client: ReturningClient) => void) {
    this.ended = ended
  }

  open(t: ExecutionContext, url: string): void {
    const last = this.ids.at(-1)
    const request = get(url, {
      agent: false,
      headers: {Accept: 'text/event-stream', ...(last && {'Last-Event-ID': last})},
    })
    t.teardown(() => request.destroy())
    const parser = createParser({
      onEvent: ({id}) => {
        this.ids.push(id ?? '')
        this.#waiting?.()
      },
      onRetry: ms => {
        this.retry = ms
      },
    })
    request.on('error', () => this.broken++)
    request.on('response', response => {
      response.setEncoding('utf8')
      response.on('data', (text: string) => parser.feed(text))
      response.on('end', () => this.ended(this))
      response.on('error', () => this.broken++)
    })
  }

  /** Waits for the event of that id. */
  async until(id: string): Promise<void> {
    while (this.ids.at(-1) !== id)
      await new Promise<void>(resolve => {
        this.#waiting = resolve
      })
  }
}

test('streams are drained evenly, and clients that come back lose no event', async t => {
  t.timeout(300_000)
  const count = streamCount()
  const service = await numberedService(t)
  const clock = testClock()
  const files = {
    ...definition('X', 'sse'),
    'conf/gateway-site.xml': site({
      'gateway.servlet.async.supported': 'true',
      'gateway.access.log.format': 'off',
      'gateway.sse.keepalive.interval': '0',
      'gateway.drain.timeout': `${SECONDS}s`,
    }),
    'conf/topologies/t.xml': topology([{role: 'X', urls: [service.url]}]),
  }
  const [old, other] = await Promise.all([startGateway(t, files, {clock}), startGateway(t, files)])

  let second = 0
  const perSecond = Array.from({length: SECONDS}, () => 0)
  let moved = 0
  let someMoved: () => void = () => {}
  const clients = Array.from(
    {length: count},
    () =>
      new ReturningClient(client => {
        perSecond[second] = (perSecond[second] ?? 0) + 1
        moved++
        client.open(t, `${other.url}/t/x/events`)
        someMoved()
      }),
  )
  for (let i = 0; i < count; i += 100) {
    const some = clients.slice(i, i + 100)
    for (const client of some) client.open(t, `${old.url}/t/x/events`)
    await Promise.all(some.map(client => client.until('1')))
  }

  const drained = old.gateway.drain()
  clock.turn(10_000)
  await new Promise(resolve => setImmediate(resolve))
  for (second = 0; second < SECONDS; second++) {
    clock.turn(1000)
    while (moved < Math.floor((count * (second + 1)) / SECONDS))
      await new Promise<void>(resolve => {
        someMoved = resolve
      })
    if (second % 6 === 0) service.next()
  }
  const last = String(1 + SECONDS / 6)
  await Promise.all(clients.map(client => client.until(last)))
  await drained

  const share = count / SECONDS
  t.true(Math.max(...perSecond) <= 1.5 * share, perSecond.join(' '))
  const all = Array.from({length: Number(last)}, (_, i) => String(i + 1))
  for (const {ids, retry, broken} of clients) {
    t.deepEqual(ids, all)
    t.true(retry >= 500 && retry <= 3000)
    t.is(broken, 0)
  }
  t.log(`${count} streams, at most ${Math.max(...perSecond)} in a second, ${share.toFixed(1)} on average`)
})

test('a gateway that drains: readyz fails, connections end with their next response, idle ones with the listener', async t => {
  const clock = testClock()
  const {gateway, port} = await startGateway(t, {'conf/gateway-site.xml': site({})}, {clock})
  const [asking, idle] = await Promise.all([rawClient(port), rawClient(port)])
  for (const client of [asking, idle]) {
    await client.send('GET /readyz HTTP/1.1\r\nHost: gw\r\n\r\n')
    t.regex((await client.response()).startLine, / 200 /)
  }
  const drained = gateway.drain()
  await asking.send('GET /readyz HTTP/1.1\r\nHost: gw\r\n\r\n')
  const answer = await asking.response()
  t.regex(answer.startLine, / 503 /)
  t.true(answer.headers.some((name, i) => /^connection$/i.test(name) && answer.headers[i + 1] === 'close'))
  await asking.closed
  const late = await rawClient(port)
  await late.send(ask('/nothing'))
  t.regex((await late.response()).startLine, / 404 /)
  t.false(idle.socket.destroyed)
  clock.turn(10_000)
  await Promise.all([idle.closed, drained])
  await t.throwsAsync(rawClient(port), {code: 'ECONNREFUSED'})
})

test('a connection whose stream ended while the gateway drains ends too, and so does the gateway', async t => {
  const service = await numberedService(t)
  const {gateway, port} = await startGateway(t, {
    ...definition('X', 'sse'),
    'conf/gateway-site.xml': site({
      'gateway.servlet.async.supported': 'true',
      'gateway.drain.delay': '0',
      'gateway.drain.timeout': '10m',
    }),
    'conf/topologies/t.xml': topology([{role: 'X', urls: [service.url]}]),
  })
  const client = await rawClient(port)
  await client.send(ask('/events'))
  await client.until('id: ')
  await gateway.drain()
  t.regex((await client.response()).body, /\n\nretry: \d+\n\n$/)
})
