import test from 'ava'
import {KeySource} from '../../../gateway/providers/federation/key-source.js'
import {testClock} from '../../helpers/clock.js'
import {keyServer, signingKey} from '../../helpers/token-issuer.js'

const log = {info() {}, warn() {}, error() {}}

test('those who come while the keys are being asked for wait for them', async t => {
  const server = await keyServer(t, signingKey('one'))
  const source = new KeySource(server.url, testClock(), log, () => {})
  const found = await Promise.all([source.keys(), source.keys(), source.newerKeys()])
  t.deepEqual(
    found.map(keys => keys.map(({kid}) => kid)),
    [['one'], ['one'], ['one']],
  )
  t.is(server.asked, 1)
})

test('who knows a key does not wait for newer ones', async t => {
  const clock = testClock()
  const server = await keyServer(t, signingKey('one'))
  const source = new KeySource(server.url, clock, log, () => {})
  await source.keys()
  server.keys = [signingKey('two')]
  clock.turn(30_000)
  const [newer, known] = await Promise.all([source.newerKeys(), source.keys()])
  t.deepEqual([newer[0]?.kid, known[0]?.kid], ['two', 'one'])
})
