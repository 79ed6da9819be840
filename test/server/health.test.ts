import {createServer, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {definition, startGateway} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {tellingLog} from '../helpers/telling-log.js'
import {xTopology} from './through.js'

assertNoLeaks(test)

/** A service that tells its name; half-open, it accepts and says nothing. */
class Service {
  halfOpen = true
  /** Requests but for checks. */
  asked = 0
  url = ''
  readonly #held = new Set<ServerResponse>()

  async start(t: ExecutionContext, name: string): Promise<this> {
    const server = createServer((req, res) => {
      if (req.url !== '/health') this.asked++
      if (this.halfOpen) this.#held.add(res)
      else res.end(name)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    t.teardown(() => {
      server.closeAllConnections()
      return new Promise<void>(resolve => server.close(() => resolve()))
    })
    return this
  }
}

const service = (t: ExecutionContext, name: string) => new Service().start(t, name)

const HA =
  'loadBalancing=round-robin;healthCheckPath=/health;healthCheckInterval=100ms;healthCheckTimeout=3s;slowStart=0'

/** A gateway in front of them; `answers`: what four requests together are answered. */
async function checking(t: ExecutionContext, services: readonly Service[]) {
  const log = tellingLog()
  const urls = services.map(({url}) => url)
  const files = {...definition('X', 'ha'), 'conf/topologies/t.xml': xTopology(urls, {ha: HA})}
  const {url} = await startGateway(t, files, {log})
  const answers = async () => {
    const texts = Array.from({length: 4}, async () => (await fetch(`${url}/t/x/a`)).text())
    return (await Promise.all(texts)).sort().join(' ')
  }
  return {log, answers}
}

test('an endpoint that only accepts is left out before a request meets it, and comes back', async t => {
  const [one, two] = [await service(t, 'one'), await service(t, 'two')]
  two.halfOpen = false
  const {log, answers} = await checking(t, [one, two])
  t.regex(await log.until(/^endpoint down/), /"topology":"t","service":"X",.*"cause":"check: no answer in time"/)
  t.is(await answers(), 'two two two two')
  t.is(one.asked, 0)
  one.halfOpen = false
  t.regex(await log.until(/^endpoint up/), new RegExp(`"endpoint":"${one.url}","cause":"check: it is well"`))
  t.is(await answers(), 'one one two two')
})

test('when all are down all are asked', async t => {
  const [one, two] = [await service(t, 'one'), await service(t, 'two')]
  const {log, answers} = await checking(t, [one, two])
  await Promise.all([one, two].map(({url}) => log.until(new RegExp(`^endpoint down .*${url}`))))
  const asked = answers()
  while (one.asked + two.asked < 4) await new Promise(resolve => setImmediate(resolve))
  t.deepEqual([one.asked, two.asked], [2, 2])
  one.halfOpen = false
  two.halfOpen = false
  await Promise.all([one, two].map(({url}) => log.until(new RegExp(`^endpoint up .*${url}`))))
  void asked.catch(() => {})
})
