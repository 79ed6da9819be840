import {statSync} from 'node:fs'
import test from 'ava'
import {TamperedError} from '../../../gateway/rewrite/sealer.js'
import {ownKeys} from '../../../gateway/secrets/own-key.js'
import {rewriteSealers} from '../../../gateway/server/live/rewrite-sealer.js'
import {temporaryHome} from '../../helpers/home.js'

test('what is encrypted comes back, each time in another form, and after a restart', t => {
  const home = temporaryHome(t, {})
  const sealer = rewriteSealers(ownKeys(home, {}))('sandbox')
  const [one, other] = [sealer.seal('a=1&b=é'), sealer.seal('a=1&b=é')]
  t.not(one, other)
  t.regex(one, /^[\w-]+$/)
  t.is(rewriteSealers(ownKeys(home, {}))('sandbox').open(one), 'a=1&b=é')
  t.is(statSync(`${home}/data/security/own.key`).mode & 0o777, 0o600)
})

test('gateways with one master secret open what another sealed', t => {
  const environment = {GATEWAY_MASTER: 'm'}
  const [one, other] = [ownKeys(temporaryHome(t, {}), environment), ownKeys(temporaryHome(t, {}), environment)]
  t.is(rewriteSealers(other)('sandbox').open(rewriteSealers(one)('sandbox').seal('a')), 'a')
})

test('what was changed, cut, made elsewhere or with another key cannot be opened', t => {
  const home = temporaryHome(t, {})
  const sealer = rewriteSealers(ownKeys(home, {}))('sandbox')
  const sealed = sealer.seal('secret')
  const flipped = (sealed.startsWith('A') ? 'B' : 'A') + sealed.slice(1)
  const elsewhere = rewriteSealers(ownKeys(temporaryHome(t, {}), {}))('sandbox').seal('secret')
  const foreign = [
    flipped,
    sealed.slice(0, -2),
    `${sealed}AA`,
    `${sealed}=`,
    '',
    'x',
    rewriteSealers(ownKeys(home, {}))('other').seal('secret'),
    elsewhere,
  ]
  for (const text of foreign) t.throws(() => sealer.open(text), {instanceOf: TamperedError}, text)
})
