import {existsSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {aliasesOf} from '../../gateway/secrets/aliases.js'
import {readMaster} from '../../gateway/secrets/master.js'
import {temporaryHome} from '../helpers/home.js'
import {gateway} from './program.js'

test('a master secret, aliases under it, their names', async t => {
  const home = temporaryHome(t, {})
  const run = (...args: string[]) => gateway([...args, '--home', home])
  t.is(
    (await run('create-alias', 'a', '--value', 'x')).err,
    'there is no master secret: bin/gateway create-master makes one\n',
  )
  const made = await run('create-master', '--generate')
  t.is(made.code, 0)
  t.is(made.out, `the master secret is in ${join(home, 'data/security/master')}\n`)
  const master = readMaster(home, {})
  t.is(master?.length, 43)
  t.is((await run('create-master', '--master', 'other')).code, 1)
  t.is(readMaster(home, {}), master)

  t.is(
    (await run('create-alias', 'ldap', '--cluster', 't', '--value', 'hunter2')).out,
    'ldap has been successfully created.\n',
  )
  t.is((await run('create-alias', 'made', '--generate')).code, 0)
  const aliases = aliasesOf(home, {})
  t.is(aliases.valueOf('t', 'ldap'), 'hunter2')
  t.is(aliases.valueOf('any', 'made').length, 43)
  t.is(
    (await run('list-alias', '--cluster', 't,__gateway')).out,
    ['Listing aliases for: t\nldap\n\n1 items.', 'Listing aliases for: __gateway\nmade\n\n1 items.\n'].join('\n\n'),
  )

  t.is((await run('delete-alias', 'ldap', '--cluster', 't')).code, 0)
  t.deepEqual(aliases.find('t', 'ldap'), {
    fault: 'there is no ldap; bin/gateway create-alias ldap --cluster t makes one',
  })
  t.is((await run('delete-alias', 'ldap', '--cluster', 't')).err, 't has no alias ldap\n')
})

test('a secret comes by standard input, so that no list of processes shows it', async t => {
  const home = temporaryHome(t, {})
  t.is((await gateway(['create-master', '--home', home], {}, 'from a pipe\nmore\n')).code, 0)
  t.is(readMaster(home, {}), 'from a pipe')
  t.is((await gateway(['create-alias', 'a', '--home', home], {}, 'pässword\n')).code, 0)
  t.is(aliasesOf(home, {}).valueOf('t', 'a'), 'pässword')
  const empty = await gateway(['create-alias', 'b', '--home', home])
  t.is(empty.code, 1)
  t.is(empty.err, 'the secret of b is empty\n')
})

test('a name that is none makes nothing', async t => {
  const home = temporaryHome(t, {})
  t.is((await gateway(['create-alias', '../a', '--value', 'x', '--home', home])).code, 2)
  t.false(existsSync(join(home, 'data')))
})

test('a secret for signatures, printed or kept', async t => {
  const home = temporaryHome(t, {})
  const printed = await gateway(['generate-jwk', '--jwkAlg', 'HS512', '--home', home])
  t.is(Buffer.from(printed.out.trim(), 'base64url').length, 64)
  await gateway(['create-master', '--generate', '--home', home])
  const kept = await gateway(['generate-jwk', '--saveAlias', 'knox.token.hash.key', '--home', home])
  t.is(kept.out, 'knox.token.hash.key has been successfully created.\n')
  t.is(Buffer.from(aliasesOf(home, {}).valueOf('t', 'knox.token.hash.key'), 'base64url').length, 32)
})
