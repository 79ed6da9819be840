import test, {type ExecutionContext} from 'ava'
import {eventClient} from '../helpers/event-client.js'
import {definition, site, startGateway} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {type Replica, replica} from '../helpers/replica.js'
import {xTopology} from './through.js'

assertNoLeaks(test)

/** Opens streams of a service whose events may be so long. */
async function limited(t: ExecutionContext, service: Replica, limit: string) {
  const params = {'sse.resume': 'last-event-id', 'sse.event.limit': limit}
  const {url} = await startGateway(t, {
    ...definition('X', 'sse'),
    'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true'}),
    'conf/topologies/t.xml': xTopology([service.url], {params}),
  })
  return () => eventClient(t, `${url}/t/x/events`)
}

const event = (id: number, data: string) => `id: ${id}\ndata: ${data}\n\n`

test('an event longer than sse.event.limit ends its own stream only, and truthfully; 0: no limit', async t => {
  const service = await replica(t, () => event(0, 'a'))
  const open = await limited(t, service, '1000')
  const [long, other] = [await open(), await open()]
  const free = await (await limited(t, service, '0'))()
  await Promise.all([long, other, free].map(client => client.until(1)))
  const [ofLong, ofOther, ofFree] = service.streams
  for (const stream of [ofLong, ofFree]) stream?.write(event(1, 'x'.repeat(2000)))
  ofOther?.write(event(1, 'b'))
  await Promise.all([long.over(), other.until(2), free.until(2)])
  t.is(long.ended, 'broken')
  t.is(long.text, event(0, 'a'))
  t.deepEqual(other.data, ['a', 'b'])
  t.deepEqual(free.data, ['a', 'x'.repeat(2000)])
  t.is(service.asked.length, 3)
})
