import {mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {definition, startGateway, topology} from '../../helpers/home.js'

const FILES = {'conf/gateway-site.xml': '<configuration/>', ...definition('ONE')}
const KEYED = `<param><name>requestAppendHeaders</name><value>X-Key: $\{ALIAS=key}</value></param></service>`
const ONE = topology([{role: 'ONE', urls: ['http://127.0.0.1:1/']}])

test('files that are written as soon as it listens are served, and those that go are not', async t => {
  const {told, reads} = readings()
  const {gateway, home} = await startGateway(t, FILES, {watch: true, log: told})
  const topologies = join(home, 'conf/topologies')
  mkdirSync(topologies)
  writeFileSync(join(topologies, 'first.xml'), ONE)
  await reads(() => 'first' in gateway.plan.topologies)
  writeFileSync(join(topologies, 'second.xml'), ONE)
  await reads(() => 'second' in gateway.plan.topologies)
  rmSync(join(topologies, 'first.xml'))
  await reads(() => !('first' in gateway.plan.topologies))
  t.deepEqual(Object.keys(gateway.plan.topologies), ['second'])
})

test('a secret that is written anew is taken up', async t => {
  const {told, reads} = readings()
  const keyed = ONE.replace('</service>', KEYED)
  const {gateway, home} = await startGateway(
    t,
    {...FILES, 'conf/topologies/t.xml': keyed, 'data/security/secrets/key': 'one'},
    {watch: true, log: told},
  )
  const {digest} = gateway.plan.topologies['t'] ?? {}
  t.truthy(digest)
  writeFileSync(join(home, 'data/security/secrets/key'), 'two')
  await reads(() => gateway.plan.topologies['t']?.digest !== digest)
  t.truthy(gateway.plan.topologies['t'])
})

test('descriptors and the providers that they refer to are taken up', async t => {
  const {told, reads} = readings()
  const {gateway, home} = await startGateway(t, FILES, {watch: true, log: told})
  mkdirSync(join(home, 'conf/descriptors'))
  mkdirSync(join(home, 'conf/shared-providers'))
  const services = [{name: 'ONE', urls: ['http://127.0.0.1:1/']}]
  writeFileSync(join(home, 'conf/descriptors/d.json'), JSON.stringify({'provider-config-ref': 'shared', services}))
  writeFileSync(
    join(home, 'conf/shared-providers/shared.yml'),
    'providers: [{role: authentication, name: Anonymous, enabled: true}]',
  )
  await reads(() => 'd' in gateway.plan.topologies)
  writeFileSync(join(home, 'conf/shared-providers/shared.yml'), 'providers: []')
  await reads(() => gateway.plan.topologies['d']?.providers[0]?.name !== 'Anonymous')
  t.deepEqual(gateway.plan.topologies['d']?.services[0]?.urls, ['http://127.0.0.1:1/'])
})

test('a gateway that closes as soon as it listens watches nothing', async t => {
  const {gateway} = await startGateway(t, FILES, {watch: true})
  await t.notThrowsAsync(gateway.close())
})

/** A log that wakes who waits for a reload. */
function readings() {
  let wake = () => {}
  const told = {info: () => wake(), warn() {}, error() {}}
  const reads = (done: () => boolean) =>
    new Promise<void>(resolve => {
      wake = () => done() && resolve()
      wake()
    })
  return {told, reads}
}
