import {Agent, get} from 'node:http'
import test, {type ExecutionContext} from 'ava'
import {eventClient} from '../helpers/event-client.js'
import {definition, type Running, site, startGateway} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {replica} from '../helpers/replica.js'
import {scriptedService} from '../helpers/scripted-service.js'
import {service} from '../helpers/served.js'
import {capitals, handshake, OFFER} from '../helpers/web-socket.js'
import {ask, through, xTopology} from './through.js'

assertNoLeaks(test)

const KEYS = Array.from({length: 10_000}, (_, i) => `user-${i}`)

/** Services that tell their number. */
const numbered = (t: ExecutionContext, count: number) =>
  Promise.all(Array.from({length: count}, (_, i) => service(t, (_, res) => res.end(`${i}`))))

function gateway(t: ExecutionContext, urls: readonly string[], ha: string): Promise<Running> {
  return startGateway(t, {
    ...definition('X', 'sse'),
    'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true'}),
    'conf/topologies/t.xml': xTopology(urls, {ha}),
  })
}

/** Asks for something on behalf of a key, over a few connections. */
function asking(t: ExecutionContext, {url}: Running) {
  const agent = new Agent({keepAlive: true, maxSockets: 8})
  t.teardown(() => agent.destroy())
  return (key: string) =>
    new Promise<string>((resolve, reject) => {
      const request = get(`${url}/t/x/a`, {agent, headers: {'X-User-ID': key, Accept: 'text/plain'}}, response => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        response.on('end', () => resolve(text)).on('error', reject)
      })
      request.on('error', reject)
    })
}

test('through two gateways side by side each of 10,000 keys goes to the same endpoint', async t => {
  t.timeout(240_000)
  const urls = await numbered(t, 5)
  const ha = 'loadBalancing=hash;hashOn=header:X-User-ID'
  const one = asking(t, await gateway(t, urls, ha))
  const other = asking(t, await gateway(t, urls.toReversed(), ha))
  const pairs = await Promise.all(KEYS.map(async key => [await one(key), await other(key)]))
  t.true(pairs.every(([first, second]) => first === second))
  t.is(new Set(pairs.flat()).size, 5)
})

test('an endpoint that fails is left out, which the log tells, and its streams go on elsewhere', async t => {
  const [first, second] = [
    await replica(t, () => 'id: 1\ndata: one\n\n'),
    await replica(t, () => 'id: 2\ndata: two\n\n'),
  ]
  const running = await gateway(t, [first.url, second.url], 'loadBalancing=least-streams;ejectAfter=1;failoverSleep=0')
  const open = () => eventClient(t, `${running.url}/t/x/events`)
  const clients = [await open(), await open(), await open(), await open()]
  await Promise.all(clients.map(client => client.until(1)))
  t.deepEqual([first.streams.size, second.streams.size], [2, 2])
  await first.kill()
  const again = [await open(), await open()]
  await Promise.all(again.map(client => client.until(1)))
  t.is(second.streams.size, 4)
  const told = running.told.filter(line => line.startsWith('endpoint '))
  const fields = {topology: 't', service: 'X', endpoint: first.url, cause: 'connect'}
  t.deepEqual(told, [`endpoint ejected ${JSON.stringify(fields)}`])
})

test('a WebSocket counts among the open ones until it is closed', async t => {
  const other = await scriptedService(capitals)
  t.teardown(() => other.close())
  const {client, service: one} = await through(t, capitals, {
    kind: 'sse',
    before: [`http://127.0.0.1:${other.port}`],
    ha: 'loadBalancing=least-streams',
  })
  const open = async () => {
    const connected = await client()
    await connected.send(ask('/s', OFFER))
    await handshake(connected)
    return connected
  }
  let last = await open()
  const home = one.open === 1 ? one : other
  await open()
  t.deepEqual([one.open, other.open], [1, 1])
  for (let i = 0; i < 4; i++) {
    last.end()
    await last.closed
    await home.connections.at(-1)?.closed
    last = await open()
    t.deepEqual([one.open, other.open], [1, 1])
  }
})
