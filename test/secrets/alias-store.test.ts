import {readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {aliasStore} from '../../gateway/secrets/alias-store.js'
import {createMaster, readMaster} from '../../gateway/secrets/master.js'
import {SecretsError} from '../../gateway/secrets/secret-file.js'
import {temporaryHome} from '../helpers/home.js'

const FILE = 'data/security/aliases.json'
const one = () => 'one'

test('what is set is opened again, by name and topology', t => {
  const home = temporaryHome(t, {})
  const store = aliasStore(home, one)
  store.set('t', 'password', 'grün"\\\n')
  store.set('t', 'other', '')
  store.set('__gateway', 'password', 'another')
  t.is(aliasStore(home, one).open('t', 'password'), 'grün"\\\n')
  t.is(store.open('t', 'other'), '')
  t.is(store.open('__gateway', 'password'), 'another')
  t.deepEqual(store.names('t'), ['other', 'password'])
  t.is(store.open('t', 'toString'), undefined)
  t.deepEqual(store.names('constructor'), [])
})

test('names count in any case, so that those of a Knox store are found', t => {
  const store = aliasStore(temporaryHome(t, {}), one)
  store.set('t', 'ldcSystemPassword', 'x')
  t.is(store.open('t', 'LDCSYSTEMPASSWORD'), 'x')
  store.set('t', 'ldcsystempassword', 'y')
  t.is(store.open('t', 'ldcSystemPassword'), 'y')
  t.deepEqual(store.names('t'), ['ldcsystempassword'])
  t.true(store.delete('t', 'LdcSystemPassword'))
  t.false(store.delete('t', 'ldcsystempassword'))
})

test('nothing of a secret stands in the file, which is its owner’s alone', t => {
  const home = temporaryHome(t, {})
  const store = aliasStore(home, one)
  store.set('t', 'a', 'hunter2-hunter2')
  const text = readFileSync(join(home, FILE), 'utf8')
  t.notRegex(text, /hunter2/)
  t.is(statSync(join(home, FILE)).mode & 0o777, 0o600)
  t.is(statSync(join(home, 'data/security')).mode & 0o777, 0o700)
  store.set('t', 'b', 'hunter2-hunter2')
  const {a, b} = JSON.parse(readFileSync(join(home, FILE), 'utf8')).clusters.t
  t.not(a, b)
})

test('another master secret opens nothing', t => {
  const home = temporaryHome(t, {})
  aliasStore(home, one).set('t', 'a', 'x')
  t.throws(() => aliasStore(home, () => 'two').open('t', 'a'), {
    instanceOf: SecretsError,
    message: 'the master secret does not open the alias a of t',
  })
  t.throws(() => aliasStore(home, () => undefined).open('t', 'a'), {message: /there is no master secret/})
})

const spoilt = test.macro({
  exec(t, change: (sealed: {t: Record<string, string>; u: Record<string, string>}) => void) {
    const home = temporaryHome(t, {})
    const store = aliasStore(home, one)
    store.set('t', 'a', 'x')
    store.set('t', 'b', 'y')
    store.set('u', 'a', 'z')
    const file = JSON.parse(readFileSync(join(home, FILE), 'utf8'))
    change(file.clusters)
    writeFileSync(join(home, FILE), JSON.stringify(file))
    t.throws(() => store.open('t', 'a'), {message: 'the master secret does not open the alias a of t'})
  },
  title: (title = '') => `an entry that was tampered with does not open: ${title}`,
})

test('another name’s', spoilt, ({t}) => {
  t['a'] = t['b'] ?? ''
})
test('another topology’s', spoilt, ({t, u}) => {
  t['a'] = u['a'] ?? ''
})
test('cut short', spoilt, ({t}) => {
  t['a'] = t['a']?.slice(0, 20) ?? ''
})
test('a bit', spoilt, ({t}) => {
  const bytes = Buffer.from(t['a'] ?? '', 'base64')
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  t['a'] = bytes.toString('base64')
})

test('what is deleted is gone', t => {
  const store = aliasStore(temporaryHome(t, {}), one)
  store.set('t', 'a', 'x')
  t.true(store.delete('t', 'a'))
  t.is(store.open('t', 'a'), undefined)
  t.false(store.delete('t', 'a'))
})

test('two do not change the file at once, and a failed change leaves it', t => {
  const home = temporaryHome(t, {})
  const store = aliasStore(home, one)
  store.set('t', 'a', 'x')
  writeFileSync(join(home, `${FILE}.new`), '')
  t.throws(() => store.set('t', 'a', 'y'), {
    instanceOf: SecretsError,
    message: /another command is changing .*aliases\.json/,
  })
  t.is(store.open('t', 'a'), 'x')
})

test('a file that is none of ours is not touched', t => {
  const home = temporaryHome(t, {[FILE]: '{"version":2}'})
  const store = aliasStore(home, one)
  t.throws(() => store.open('t', 'a'), {instanceOf: SecretsError, message: /is not a file of aliases/})
  t.throws(() => store.set('t', 'a', 'y'), {instanceOf: SecretsError})
  t.is(readFileSync(join(home, FILE), 'utf8'), '{"version":2}')
})

test('a master secret is kept once, for its owner; the environment goes before', t => {
  const home = temporaryHome(t, {})
  t.is(readMaster(home, {}), undefined)
  const file = createMaster(home, 'first', false)
  t.is(statSync(file).mode & 0o777, 0o600)
  t.is(readMaster(home, {}), 'first')
  t.is(readMaster(home, {GATEWAY_MASTER: 'given'}), 'given')
  t.throws(() => createMaster(home, 'second', false), {instanceOf: SecretsError, message: /is there already/})
  t.is(readMaster(home, {}), 'first')
  createMaster(home, 'second', true)
  t.is(readMaster(home, {}), 'second')
})
