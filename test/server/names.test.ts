import {createServer, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {eventClient} from '../helpers/event-client.js'
import {definition, site, startGateway} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {type NameServer, nameServer} from '../helpers/name-server.js'
import {tellingLog} from '../helpers/telling-log.js'
import {xTopology} from './through.js'

assertNoLeaks(test)

/** A service at an address of this machine; its streams tell where they come from, and the Host that was asked for. */
async function serviceAt(
  t: ExecutionContext,
  host: string,
  port = 0,
): Promise<{port: number; streams: Set<ServerResponse>}> {
  const streams = new Set<ServerResponse>()
  const server = createServer((req, res) => {
    res.writeHead(200, {'Content-Type': 'text/event-stream'})
    res.write(`id: 1\ndata: ${host} ${req.headers.host}\n\n`)
    streams.add(res)
    res.on('close', () => streams.delete(res))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })
  t.teardown(() => {
    server.closeAllConnections()
    return new Promise<void>(resolve => server.close(() => resolve()))
  })
  return {port: (server.address() as AddressInfo).port, streams}
}

async function following(t: ExecutionContext, names: NameServer, url: string, ha: string) {
  const log = tellingLog()
  const settings = {
    'gateway.servlet.async.supported': 'true',
    'gateway.dns.servers': names.address,
    'gateway.drain.timeout': '200ms',
  }
  const files = {
    ...definition('X', 'sse'),
    'conf/gateway-site.xml': site(settings),
    'conf/topologies/t.xml': xTopology([url], {ha}),
  }
  const running = await startGateway(t, files, {log})
  const open = async () => {
    const client = await eventClient(t, `${running.url}/t/x/events`)
    await client.until(1)
    return client
  }
  return {open, log}
}

test('a name stands for all of its addresses; streams at one that leaves end between two events', async t => {
  const names = await nameServer(t)
  names.ttl = 1
  const two = await serviceAt(t, '127.0.0.2')
  await serviceAt(t, '127.0.0.3', two.port)
  names.records.set('many.example', ['127.0.0.2', '127.0.0.3'])
  const url = `http://many.example:${two.port}`
  const {open, log} = await following(t, names, url, 'loadBalancing=round-robin;resolveNames=addresses')
  const clients = [await open(), await open(), await open(), await open()]
  const host = `many.example:${two.port}`
  t.deepEqual(clients.map(({data}) => data[0]).sort(), [
    `127.0.0.2 ${host}`,
    `127.0.0.2 ${host}`,
    `127.0.0.3 ${host}`,
    `127.0.0.3 ${host}`,
  ])
  names.records.set('many.example', ['127.0.0.3'])
  t.regex(await log.until(/^endpoint left/), new RegExp(`"endpoint":"${url} at 127.0.0.2"`))
  const gone = clients.filter(({data}) => data[0]?.startsWith('127.0.0.2'))
  await Promise.all(gone.map(client => client.over()))
  t.true(gone.every(({ended, text}) => ended === 'whole' && /\nretry: \d+\n\n$/.test(text)))
  t.is(clients.filter(({ended}) => ended === 'no').length, 2)
  t.is((await open()).data[0], `127.0.0.3 ${host}`)
})

test('a name stands for the services of its records, at their ports', async t => {
  const names = await nameServer(t)
  const two = await serviceAt(t, '127.0.0.2')
  const three = await serviceAt(t, '127.0.0.3')
  names.records.set('_sse._tcp.example', [
    {host: 'a.example', port: two.port, weight: 2},
    {host: 'b.example', port: three.port},
  ])
  names.records.set('a.example', ['127.0.0.2'])
  names.records.set('b.example', ['127.0.0.3'])
  const {open} = await following(
    t,
    names,
    'http://_sse._tcp.example/base',
    'loadBalancing=round-robin;resolveNames=srv',
  )
  const clients = [await open(), await open(), await open()]
  t.deepEqual(clients.map(({data}) => data[0]).sort(), [
    `127.0.0.2 a.example:${two.port}`,
    `127.0.0.2 a.example:${two.port}`,
    `127.0.0.3 b.example:${three.port}`,
  ])
})
