import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {eventClient} from '../helpers/event-client.js'
import {definition, site, startGateway} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {replica} from '../helpers/replica.js'
import {xTopology} from './through.js'

assertNoLeaks(test)

/** A service that begins sessions, and knows none but its own. */
class SessionService {
  readonly open = new Set<string>()
  asked = 0
  url = ''
  readonly #name: string
  #server = createServer()

  constructor(name: string) {
    this.#name = name
  }

  async start(t: ExecutionContext): Promise<this> {
    this.#server.on('request', (req, res) => {
      this.asked++
      const given = req.headers['x-session']
      const id = typeof given === 'string' ? given : `${this.#name}-${this.open.size + 1}`
      if (given === undefined) this.open.add(id)
      if (!this.open.has(id)) res.writeHead(404).end(`no ${id}`)
      else res.writeHead(200, given === undefined ? {'X-Session': id} : {}).end(this.#name)
    })
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', () => resolve()))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    t.teardown(() => this.stop())
    return this
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise<void>(resolve => this.#server.close(() => resolve()))
  }
}

const start = (t: ExecutionContext, names: readonly string[]) =>
  Promise.all(names.map(name => new SessionService(name).start(t)))

/** Two gateways of a fleet share nothing but the master secret. */
function gateway(t: ExecutionContext, urls: readonly string[], ha: string) {
  const files = {
    ...definition('X', 'sse'),
    'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true'}),
    'conf/topologies/t.xml': xTopology(urls, {ha, params: {'sse.resume': 'last-event-id', 'sse.idle.timeout': '60s'}}),
  }
  return startGateway(t, files, {environment: {GATEWAY_MASTER: 'of the fleet'}})
}

const HA = 'loadBalancing=round-robin;stickySessionHeader=X-Session;failoverStatuses=404;failoverSleep=0'
const ask = (url: string, session?: string) =>
  fetch(`${url}/t/x/a`, {headers: {Accept: 'text/plain', ...(session && {'X-Session': session})}})

test('sessions that services begin outlive the gateway through which they began', async t => {
  const services = await start(t, ['one', 'two', 'three'])
  const urls = services.map(({url}) => url)
  const [first, second] = [await gateway(t, urls, HA), await gateway(t, urls.toReversed(), HA)]
  const begun = await Promise.all(
    Array.from({length: 30}, async () => {
      const response = await ask(first.url)
      return [response.headers.get('x-session') ?? '', await response.text()] as const
    }),
  )
  t.deepEqual(
    services.map(({open}) => open.size),
    [10, 10, 10],
  )
  await first.gateway.close()
  for (const [session, name] of begun) {
    const response = await ask(second.url, session)
    t.is(await response.text(), name)
    t.is(response.status, 200)
  }
  // A 404 would have gone elsewhere, until somebody knew the session.
  t.deepEqual(
    services.map(({asked}) => asked),
    [20, 20, 20],
  )
})

test('a session is not sent elsewhere: its 404 passes, and its loss is told', async t => {
  const services = await start(t, ['one', 'two'])
  const {url} = await gateway(
    t,
    services.map(({url}) => url),
    HA,
  )
  const response = await ask(url)
  await response.text()
  const session = response.headers.get('x-session') ?? ''
  const [home, other] = services.toSorted((a, b) => b.open.size - a.open.size)
  home?.open.clear()
  const unknown = await ask(url, session)
  t.deepEqual([unknown.status, await unknown.text()], [404, `no ${session.split('.')[0]}`])
  await home?.stop()
  const lost = await ask(url, session)
  await lost.text()
  t.is(lost.status, 502)
  t.is(other?.asked, 0)
})

test('an EventSource with Knox’s cookie comes back to its endpoint, and when that is lost goes on at another', async t => {
  const names = ['one', 'two', 'three']
  const replicas = await Promise.all(
    names.map(name => replica(t, id => (id === undefined ? `id: 1\ndata: ${name}\n\n` : `id: 2\ndata: ${name}\n\n`))),
  )
  const ha = 'enableLoadBalancing=true;enableStickySession=true;stickySessionTtl=10m;failoverSleep=0'
  const running = await gateway(
    t,
    replicas.map(({url}) => url),
    ha,
  )
  const open = (headers = {}) => eventClient(t, `${running.url}/t/x/events`, headers)
  await (await open()).until(1)
  const client = await open()
  await client.until(1)
  const [field = ''] = client.response.headers['set-cookie'] ?? []
  t.regex(field, /^KNOX_BACKEND-X=[0-9a-f]{64}; Path=\/gateway\/t; Max-Age=600; HttpOnly$/)
  const [cookie = ''] = field.split(';')
  const again = await open({Cookie: cookie, 'Last-Event-ID': '1'})
  await again.until(1)
  t.is(again.data[0], client.data[0])
  await replicas[names.indexOf(client.data[0] ?? '')]?.kill()
  await again.until(2)
  t.not(again.data[1], client.data[0])
  t.is(again.ended, 'no')
})
