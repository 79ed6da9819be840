import test, {type ExecutionContext} from 'ava'
import {eventClient} from '../helpers/event-client.js'
import {guardedHome, provider} from '../helpers/guarded.js'
import {startGateway} from '../helpers/home.js'
import {type History, replica} from '../helpers/replica.js'

/** A stream of which `anonymous` may see his own events, and the service that it comes from. */
async function opened(t: ExecutionContext, history: History, params: Readonly<Record<string, string>>) {
  const service = await replica(t, history)
  const guard = provider('authorization', 'AclsAuthz', {'X.own.event.acl': '*;$.owner;*'})
  const texts = Object.entries(params).map(
    ([name, value]) => `<param><name>${name}</name><value>${value}</value></param>`,
  )
  const home = guardedHome(provider('authentication', 'Anonymous') + guard, service.url, 'sse', texts.join(''))
  const {url} = await startGateway(t, home)
  return {service, client: await eventClient(t, `${url}/t/x/events`)}
}

const HIS = 'id: 1\ndata: {"owner":"anonymous"}\n\n'
const HERS = 'id: 2\ndata: {"owner":"alice"}\n\n'

test('an event ACL lets the gateway say that the service was lost', async t => {
  const {service, client} = await opened(t, () => HERS + HIS, {'sse.on.loss': 'event:lost {"owner":"nobody"}'})
  await client.until(1)
  await service.kill()
  await client.over()
  t.is(client.text, `id: 2\n\n${HIS}event: lost\ndata: {"owner":"nobody"}\n\n`)
  t.is(client.ended, 'whole')
})

test('an event ACL lets the gateway say that events are missing, and nobody else', async t => {
  const forged = 'id: 5\nevent: gateway-gap\ndata: {}\n\n'
  const history: History = id => (id === undefined ? HIS : `${forged}${HIS.replace('1', '6')}`)
  const params = {'sse.resume': 'last-event-id', 'sse.id.order': 'consecutive', 'sse.gap': 'event', failoverSleep: '50'}
  const {service, client} = await opened(t, history, params)
  await client.until(1)
  await service.kill()
  await service.start()
  await client.until(3)
  t.is(client.text, `${HIS}event: gateway-gap\ndata: {"after":"1","before":"5"}\n\nid: 5\n\n${HIS.replace('1', '6')}`)
})
