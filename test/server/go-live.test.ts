import test from 'ava'
import {systemClock} from '../../gateway/common/clock.js'
import {goneSource} from '../../gateway/pipeline/gone.js'
import {OneTime} from '../../gateway/pipeline/one-time.js'
import {goLive} from '../../gateway/server/go-live.js'
import {loadHome} from '../../gateway/server/home.js'
import {liveProviders} from '../../gateway/server/live-providers.js'
import {newParts} from '../../gateway/server/parts.js'
import {definition, temporaryHome, topology, writeHome} from '../helpers/home.js'

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
  const filtersOf = liveProviders(parts, value => value)
  const plan = {role: 'authentication', name: 'Anonymous', params: {}, at: where}
  const filters = filtersOf(plan)
  t.is(filters.length, 1)
  t.is(filtersOf({...plan}), filters)
  t.not(filtersOf({...plan, params: {other: 1}}), filters)
  t.throws(() => filtersOf({...plan, name: 'Nobody'}), {message: 'no provider authentication/Nobody'})
})
