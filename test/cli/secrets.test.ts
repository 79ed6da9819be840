import {X509Certificate} from 'node:crypto'
import {existsSync, readFileSync, statSync} from 'node:fs'
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
  t.is((await gateway(['create-alias', 'key', '--home', home], {}, 'a\nkey\n\n')).code, 0)
  t.is(aliasesOf(home, {}).valueOf('t', 'key'), 'a\nkey')
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

test('a certificate is made for the host that is named, once, and exported without its key', async t => {
  const home = temporaryHome(t, {})
  const run = (...args: string[]) => gateway([...args, '--home', home])
  const [own, exported] = ['gateway', 'gateway-client-trust'].map(name =>
    join(home, `data/security/keystores/${name}.pem`),
  ) as [string, string]
  t.regex((await run('export-cert')).err, /^there is no certificate: \S+ create-cert makes one\n$/)
  t.is((await run('create-cert', '--hostname', 'gw.example')).out, `the certificate is in ${own}\n`)
  t.is(statSync(own).mode & 0o777, 0o600)
  const made = readFileSync(own, 'utf8')
  const certificate = new X509Certificate(made)
  for (const name of ['gw.example', 'localhost']) t.truthy(certificate.checkHost(name), name)
  t.is(certificate.checkHost('other.example'), undefined)
  t.is((await run('create-cert')).err, `${own} is there already; --force replaces it\n`)
  t.is(readFileSync(own, 'utf8'), made)
  t.is((await run('export-cert')).out, `the certificate has been exported to ${exported}\n`)
  t.is(new X509Certificate(readFileSync(exported)).fingerprint256, certificate.fingerprint256)
  t.notRegex(readFileSync(exported, 'utf8'), /PRIVATE KEY/)
  t.is((await run('create-cert', '--force')).code, 0)
  t.not(readFileSync(own, 'utf8'), made)
  t.is((await run('export-cert', '--type', 'JKS')).code, 2)
})
