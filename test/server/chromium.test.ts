import {subscribe, unsubscribe} from 'node:diagnostics_channel'
import {rmSync} from 'node:fs'
import type {Socket} from 'node:net'
import {join} from 'node:path'
import test, {type ExecutionContext} from 'ava'
import {startChromium} from '../helpers/chromium.js'
import {testCredentials} from '../helpers/credentials.js'
import {freePort} from '../helpers/free-port.js'
import {definition, type HomeText, site, startGateway, writeHome} from '../helpers/home.js'
import {replica} from '../helpers/replica.js'
import {xTopology} from './through.js'

const events = (from: number, to: number) =>
  Array.from({length: to - from + 1}, (_, i) => `id: ${from + i}\ndata: d${from + i}\n\n`).join('')

/** In the page: notes what each of so many EventSources of the gateway's gives; `others` are of a topology that goes. */
const follow = (count: number) => `
  got = Array.from({length: ${count}}, () => [])
  opened = got.map(() => 0)
  for (const [i, each] of got.entries()) {
    const source = new EventSource('/gateway/t/x/events/' + i)
    source.onopen = () => opened[i]++
    source.onmessage = ({data, lastEventId}) => each.push(data + ' ' + lastEventId)
  }
  others = [1, 2, 3].map(i => new EventSource('/gateway/other/x/events/' + i))`

/** Counts connections to a port of this process that are open; until the end of the test. */
function connectionsTo(t: ExecutionContext, port: number): () => number {
  const sockets: Socket[] = []
  const note = (message: unknown) => sockets.push((message as {readonly socket: Socket}).socket)
  subscribe('net.server.socket', note)
  t.teardown(() => unsubscribe('net.server.socket', note))
  return () => sockets.filter(each => each.localPort === port && !each.destroyed).length
}

interface Tab {
  readonly scheme: 'http' | 'https'
  /** EventSources at a time. */
  readonly sources: number
  /** Of the access log. */
  readonly version: string
}

const followed = test.macro(async (t, {scheme, sources, version}: Tab) => {
  t.timeout(240_000)
  let last = 3
  const history = (id: string | undefined) => events(Number(id ?? 0) + 1, last)
  const [first, second, third] = [await replica(t, history), await replica(t, history), await replica(t, history)]
  const topology = (params = {}) =>
    xTopology([first.url, second.url], {
      ha: 'enabled=true;failoverSleep=50',
      params: {'sse.resume': 'last-event-id', 'sse.idle.timeout': '30s', ...params},
    })
  const files: HomeText = {
    ...definition('X', 'sse'),
    'conf/gateway-site.xml': site({
      'gateway.servlet.async.supported': 'true',
      'gateway.access.log.format': 'json',
      'gateway.drain.delay': '0',
      'gateway.drain.timeout': '1s',
      ...(scheme === 'https' && {'gateway.tls.certificate': 'conf/gw.crt', 'gateway.tls.key': 'conf/gw.key'}),
    }),
    'conf/gw.crt': testCredentials.cert,
    'conf/gw.key': testCredentials.key,
    'conf/topologies/t.xml': topology(),
    'conf/topologies/other.xml': xTopology([third.url]),
  }
  const port = await freePort()
  const {gateway, home, accesses} = await startGateway(t, files, {port})
  const browser = await startChromium(t)
  if (browser === undefined) {
    t.log('skipped: no chromium on PATH')
    t.pass()
    return
  }
  const connections = connectionsTo(t, port)
  const page = await browser.newPage({ignoreHTTPSErrors: true})
  page.setDefaultTimeout(120_000)
  await page.goto(`${scheme}://127.0.0.1:${port}/healthz`)
  await page.evaluate(follow(sources))
  const until = (count: number) => page.waitForFunction(`got.every(each => each.length >= ${count})`)
  const each = (value: unknown) => Array.from({length: sources}, () => value)

  await until(3)
  last = 6
  first.send('id: 4\ndata: ha')
  await first.kill()
  await until(6)

  writeHome(home, {'conf/topologies/t.xml': topology({'sse.retry': '200'})})
  rmSync(join(home, 'conf/topologies/other.xml'))
  t.deepEqual(gateway.reload(), [])
  // By when those of the topology that is gone have come back in vain, so would others that the reload had ended.
  await page.waitForFunction('others.every(({readyState}) => readyState === EventSource.CLOSED)')
  second.send(events(7, 7))
  await until(7)
  t.deepEqual(await page.evaluate('opened'), each(1))
  if (version === '2.0') t.is(connections(), 1)

  last = 9
  await gateway.drain()
  await startGateway(t, files, {port})
  await until(9)
  t.deepEqual(await page.evaluate('opened'), each(2))
  if (version === '2.0') t.is(connections(), 1)
  t.deepEqual(await page.evaluate('got'), each(Array.from({length: 9}, (_, i) => `d${i + 1} ${i + 1}`)))
  t.deepEqual([...first.asked, ...second.asked], [...each(undefined), ...each('3'), ...each('7')])
  const ours = accesses.filter(({target}) => `${target}`.includes('/events/'))
  t.deepEqual(new Set(ours.map(each => each['version'])), new Set([version]))
})

test('an EventSource in Chromium has every event once, over a kill, a reload and a drain', followed, {
  scheme: 'http',
  sources: 1,
  version: '1.1',
})

test('so has each of 50 EventSources of one page, by one connection of HTTP/2', followed, {
  scheme: 'https',
  sources: 50,
  version: '2.0',
})
