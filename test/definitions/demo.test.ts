import test from 'ava'
import {EventSource} from 'eventsource'
import {startDemo} from '../../gateway/hosted/demo.js'
import {served} from '../helpers/served.js'

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
