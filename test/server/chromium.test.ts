import test from 'ava'
import {startChromium} from '../helpers/chromium.js'
import {freePort} from '../helpers/free-port.js'
import {definition, type HomeText, site, startGateway, writeHome} from '../helpers/home.js'
import {replica} from '../helpers/replica.js'
import {xTopology} from './through.js'

const events = (from: number, to: number) =>
  Array.from({length: to - from + 1}, (_, i) => `id: ${from + i}\ndata: d${from + i}\n\n`).join('')

/** In the page: notes what an EventSource of the gateway's gives. */
const FOLLOW = `
  got = []; opened = 0
  const source = new EventSource('/gateway/t/x/events')
  source.onopen = () => opened++
  source.onmessage = ({data, lastEventId}) => got.push(data + ' ' + lastEventId)`

test('an EventSource in Chromium has every event once, over a kill, a reload and a drain', async t => {
  t.timeout(240_000)
  let last = 3
  const history = (id: string | undefined) => events(Number(id ?? 0) + 1, last)
  const [first, second] = [await replica(t, history), await replica(t, history)]
  const topology = (params = {}) =>
    xTopology([first.url, second.url], {
      ha: 'enabled=true;failoverSleep=50',
      params: {'sse.resume': 'last-event-id', 'sse.idle.timeout': '30s', ...params},
    })
  const files: HomeText = {
    ...definition('X', 'sse'),
    'conf/gateway-site.xml': site({
      'gateway.servlet.async.supported': 'true',
      'gateway.drain.delay': '0',
      'gateway.drain.timeout': '1s',
    }),
    'conf/topologies/t.xml': topology(),
  }
  const port = await freePort()
  const {gateway, home} = await startGateway(t, files, {port})
  const browser = await startChromium(t)
  if (browser === undefined) {
    t.log('skipped: no chromium on PATH')
    t.pass()
    return
  }
  const page = await browser.newPage()
  page.setDefaultTimeout(120_000)
  await page.goto(`http://127.0.0.1:${port}/healthz`)
  await page.evaluate(FOLLOW)
  const until = (count: number) => page.waitForFunction(`got.length >= ${count}`)

  await until(3)
  last = 6
  first.send('id: 4\ndata: ha')
  await first.kill()
  await until(6)

  writeHome(home, {'conf/topologies/t.xml': topology({'sse.retry': '200'})})
  t.deepEqual(gateway.reload(), [])
  second.send(events(7, 7))
  await until(7)
  t.is(await page.evaluate('opened'), 1)

  last = 9
  await gateway.drain()
  await startGateway(t, files, {port})
  await until(9)
  t.is(await page.evaluate('opened'), 2)
  t.deepEqual(
    await page.evaluate('got'),
    Array.from({length: 9}, (_, i) => `d${i + 1} ${i + 1}`),
  )
  t.deepEqual([...first.asked, ...second.asked], [undefined, '3', '7'])
})
