import test from 'ava'
import {EventSource} from 'eventsource'
import {demoSource, startDemo} from '../../gateway/hosted/demo.js'
import {startGateway} from '../helpers/home.js'
import {filesOf, served} from '../helpers/served.js'

test('the demo: a page and its events through the gateway', async t => {
  const demo = await startDemo()
  t.teardown(() => demo.close())
  const gateway = await served(t, {definition: 'demo/1.0', role: 'DEMO', urls: [demo.url]})
  t.regex(await (await fetch(`${gateway.url}/`)).text(), /<title>Events through the gateway/)
  const source = new EventSource(new URL('events', `${gateway.url}/`))
  t.teardown(() => source.close())
  const event = await new Promise<MessageEvent>(resolve => {
    source.addEventListener('message', resolve)
    source.addEventListener('milestone', resolve)
  })
  t.regex(event.lastEventId, /^\d+$/)
  t.is(typeof JSON.parse(event.data).value, 'number')
})

test('the demo: a stream whose service is lost goes on at the other, and its page is not disconnected', async t => {
  const source = demoSource()
  const [one, other] = await Promise.all([startDemo({source}), startDemo({source})])
  t.teardown(() => Promise.all([one.close(), other.close()]))
  const {url} = await startGateway(t, {
    ...filesOf('conf'),
    ...filesOf('data/services/demo'),
    'conf/topologies/demo.xml': (filesOf('conf')['conf/topologies/demo.xml'] ?? '')
      .replace('http://127.0.0.1:8444', one.url)
      .replace('http://127.0.0.1:8445', other.url),
  })
  const events = new EventSource(new URL('demo/events', `${url}/`))
  t.teardown(() => events.close())
  let opened = 0
  events.onopen = () => opened++
  const next = (from: string) =>
    new Promise<number>(resolve => {
      const look = ({data, lastEventId}: MessageEvent) => {
        if (JSON.parse(data).from === Number(new URL(from).port)) resolve(Number(lastEventId))
      }
      events.addEventListener('message', look)
      events.addEventListener('milestone', look)
    })
  await next(one.url)
  t.is((await fetch(`${url}/demo/lose`, {method: 'POST'})).status, 204)
  await next(other.url)
  t.is(opened, 1)
})
