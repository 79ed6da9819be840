import test, {type ExecutionContext} from 'ava'
import {systemClock} from '../../../gateway/common/clock.js'
import {HealthChecks} from '../../../gateway/dispatch/health-checks.js'
import {goneSource} from '../../../gateway/pipeline/gone.js'
import {OneTime} from '../../../gateway/pipeline/one-time.js'
import {defineProvider} from '../../../gateway/pipeline/provider.js'
import {catalogue} from '../../../gateway/server/catalogue.js'
import {loadHome} from '../../../gateway/server/files/home.js'
import {goLive, type Parts} from '../../../gateway/server/live/go-live.js'
import type {LiveRoute} from '../../../gateway/server/live/live.js'
import {liveProviders} from '../../../gateway/server/live/live-providers.js'
import {newParts} from '../../../gateway/server/live/parts.js'
import type {RoutePlan} from '../../../gateway/topology/gateway-plan.js'
import {FakeTransport} from '../../dispatch/fakes.js'
import {testClock} from '../../helpers/clock.js'
import {definition, temporaryHome, topology, writeHome} from '../../helpers/home.js'
import {xTopology} from '../through.js'

const quiet = {info() {}, warn() {}, error() {}}
const one = topology([{role: 'X', urls: ['http://127.0.0.1:1']}])
const other = topology([{role: 'X', urls: ['http://127.0.0.1:2']}])

test('a topology is gone when another stands in its place, and others stay', async t => {
  const home = temporaryHome(t, {
    ...definition('X'),
    'conf/topologies/kept.xml': one,
    'conf/topologies/changed.xml': one,
    'conf/topologies/removed.xml': one,
  })
  const loaded = loadHome(home, {})
  const parts = newParts(loaded, {clock: systemClock, log: quiet, lookup: undefined})
  const live = goLive(loaded.plan, parts)
  writeHome(home, {'conf/topologies/changed.xml': other, 'conf/topologies/removed.xml': '<topology/>'})
  const next = goLive(loadHome(home, {}, loaded).plan, parts, live)
  const gone = Object.fromEntries([...live.topologies].map(([name, {gone}]) => [name, gone.is]))
  t.deepEqual(gone, {kept: false, changed: true, removed: true})
  next.close()
  t.true([...next.topologies.values()].every(({gone}) => gone.is))
  await parts.close()
})

/** Finds the routes of a topology, made of the one route of a definition, by their paths. */
function liveRoutes(
  t: ExecutionContext,
  routesOf: (route: RoutePlan) => readonly RoutePlan[],
  more: Partial<Parts> = {},
): (path: string) => LiveRoute | undefined {
  const home = temporaryHome(t, {...definition('X'), 'conf/topologies/t.xml': one})
  const loaded = loadHome(home, {})
  const [given] = Object.values(loaded.plan.topologies)
  const services = given?.services.map(service => ({...service, routes: service.routes.flatMap(routesOf)}))
  if (!given || !services) throw new Error('no topology')
  const parts = {...newParts(loaded, {clock: systemClock, log: quiet, lookup: undefined}), ...more}
  const live = goLive({topologies: {t: {...given, providers: [], services}}}, parts)
  t.teardown(() => {
    live.close()
    return parts.close()
  })
  const routes = live.topologies.get('t')?.routes()
  return path => routes?.match({scheme: '', host: '', port: '', path, query: undefined})?.value
}

test('routes share their dispatch and filters when they say the same, and only then', t => {
  const paths = ['/same', '/again', '/rewritten', '/guarded', '/replayed']
  const at = liveRoutes(t, route => [
    {...route, path: '/same'},
    {...route, path: '/again'},
    {...route, path: '/rewritten', rewrites: [{apply: 'X/other', to: 'request.url' as const, at: route.at}]},
    {...route, path: '/guarded', providers: []},
    {...route, path: '/replayed', dispatch: {...route.dispatch, replayLimit: 1 + route.dispatch.replayLimit}},
  ])
  const found = paths.map(at)
  t.deepEqual(
    found.map(each => each?.route.path),
    paths,
  )
  const ways = (way: 'dispatch' | 'filters') =>
    found.map(each => found.findIndex(other => other?.[way] === each?.[way]))
  t.deepEqual(ways('dispatch'), [0, 0, 2, 3, 4])
  t.deepEqual(ways('filters'), [0, 0, 2, 3, 4])
})

test('a route is made live when an exchange wants it, and with it all that say the same', t => {
  let made = 0
  const counted = defineProvider({
    role: 'webappsec',
    name: 'Counted',
    doc: '',
    params: {},
    create() {
      made++
      if (made === 1) throw new Error('not yet')
      return []
    },
  })
  const routesOf = (route: RoutePlan) => {
    const guarded = {...route, providers: [{role: 'webappsec', name: 'Counted', params: {}, at: route.at}]}
    return [
      {...route, path: '/open'},
      {...guarded, path: '/one'},
      {...guarded, path: '/two'},
    ]
  }
  const at = liveRoutes(t, routesOf, {providers: [counted]})
  t.truthy(at('/open')?.filters)
  t.is(at('/one')?.route.path, '/one')
  t.is(made, 0)
  t.throws(() => at('/one')?.filters, {message: 'not yet'})
  t.is(at('/one')?.filters, at('/two')?.filters)
  t.truthy(at('/two')?.dispatch)
  t.is(made, 2)
})

test('topologies share a check; it ends with the last of them, and goes on over a reload that leaves it alone', async t => {
  const ha = 'enabled=true;healthCheckPath=/health;healthCheckInterval=10s'
  const checked = xTopology(['http://127.0.0.1:1'], {ha})
  const home = temporaryHome(t, {
    ...definition('X', 'ha'),
    'conf/topologies/t.xml': checked,
    'conf/topologies/u.xml': checked,
  })
  const clock = testClock()
  const transport = new FakeTransport(() => ({}))
  const checks = new HealthChecks({clock, transport, random: () => 0.5})
  const loaded = loadHome(home, {})
  const parts = {...newParts(loaded, {clock, log: quiet, lookup: undefined}), checks}
  const sent = async (ms: number) => {
    clock.turn(ms)
    await new Promise(resolve => setImmediate(resolve))
    return transport.sent.length
  }
  const live = goLive(loaded.plan, parts)
  t.is(await sent(60_000), 0)
  checks.start()
  t.is(await sent(500), 1)
  t.is(await sent(10_000), 2)
  writeHome(home, {'conf/topologies/t.xml': xTopology(['http://127.0.0.1:2'])})
  const next = goLive(loadHome(home, {}, loaded).plan, parts, live)
  t.is(await sent(10_000), 3)
  writeHome(home, {'conf/topologies/u.xml': checked.replace('</gateway>', '</gateway><!-- -->')})
  const same = goLive(loadHome(home, {}, loaded).plan, parts, next)
  t.is(await sent(10_000), 4)
  writeHome(home, {'conf/topologies/u.xml': xTopology(['http://127.0.0.1:2'])})
  goLive(loadHome(home, {}, loaded).plan, parts, same).close()
  t.is(await sent(60_000), 4)
  await parts.close()
})

test('the filters of a provider are made once, as long as its params are the same', t => {
  const where = {file: 't.xml', line: 1, column: 1}
  const parts = {
    topology: 't',
    path: '/gateway/t',
    roles: [],
    secret: new Uint8Array(32),
    once: new OneTime(systemClock),
    mayReturnTo: () => false,
    admins: {users: [], groups: []},
    clock: systemClock,
    log: quiet,
    gone: goneSource(),
  }
  const filtersOf = liveProviders(catalogue.providers, parts, value => value)
  const plan = {role: 'authentication', name: 'Anonymous', params: {}, at: where}
  const filters = filtersOf(plan)
  t.is(filters.length, 1)
  t.is(filtersOf({...plan}), filters)
  t.not(filtersOf({...plan, params: {other: 1}}), filters)
  t.throws(() => filtersOf({...plan, name: 'Nobody'}), {message: 'no provider authentication/Nobody'})
})
