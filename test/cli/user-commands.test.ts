import test, {type ExecutionContext} from 'ava'
import {directory} from '../helpers/directory.js'
import {guardedHome, provider} from '../helpers/guarded.js'
import {temporaryHome} from '../helpers/home.js'
import {gateway} from './program.js'

const ROOT = 'dc=hadoop,dc=apache,dc=org'
const LDAP = 'hadoop.security.group.mapping.ldap'

const shiro = (url: string) =>
  provider('authentication', 'ShiroProvider', {
    'main.ldapRealm.contextFactory.url': url,
    'main.ldapRealm.userDnTemplate': `uid={0},ou=people,${ROOT}`,
    'main.ldapRealm.authorizationEnabled': 'true',
    'main.ldapRealm.groupSearchBase': `ou=groups,${ROOT}`,
    'main.ldapRealm.contextFactory.systemUsername': `uid=guest,ou=people,${ROOT}`,
    'main.ldapRealm.contextFactory.systemPassword': 'S{ALIAS=system}',
    'urls./**': 'authcBasic',
  })

const groupsOf = (url: string) =>
  provider('identity-assertion', 'HadoopGroupProvider', {
    'hadoop.security.group.mapping': 'org.apache.hadoop.security.LdapGroupsMapping',
    [`${LDAP}.url`]: url,
    [`${LDAP}.bind.user`]: `uid=guest,ou=people,${ROOT}`,
    [`${LDAP}.bind.password`]: 'S{ALIAS=system}',
    [`${LDAP}.base`]: ROOT,
    [`${LDAP}.search.filter.user`]: '(uid={0})',
    [`${LDAP}.search.filter.group`]: '(objectClass=groupOfNames)',
  })

/** A home whose topology `t` asks a directory, and runs over it. Undefined: there is no directory here. */
async function asking(t: ExecutionContext) {
  const users = await directory(t)
  if (users === undefined) return undefined
  const home = temporaryHome(t, guardedHome(shiro(users.url) + groupsOf(users.url), 'http://127.0.0.1:1'))
  await gateway(['create-master', '--generate', '--home', home])
  await gateway(['create-alias', 'system', '--home', home], {}, 'guest-password\n')
  return {
    stop: users.stop,
    run: (args: readonly string[], input?: string) => gateway([...args, '--home', home], {}, input),
  }
}

test('a user and the groups, with the password from standard input or the command line', async t => {
  const {run, stop} = (await asking(t)) ?? {}
  if (run === undefined || stop === undefined) return
  const auth = ['user-auth-test', '--cluster', 't', '--u', 'sam']
  const done = await run([...auth, '--g'], 'sam-password\n')
  t.deepEqual([done.code, done.err], [0, ''])
  t.deepEqual(done.out.trim().split('\n').sort(), [
    'LDAP authentication successful!',
    'sam is a member of: analyst',
    'sam is a member of: scientist',
  ])
  t.is((await run([...auth, '--p', 'sam-password'])).out, 'LDAP authentication successful!\n')
  const none = await run(['user-auth-test', '--cluster', 't', '--u', 'guest', '--g'], 'guest-password\n')
  t.regex(none.out, /^guest does not belong to any groups$/m)
  const wrong = await run(auth, 'x\n')
  t.deepEqual([wrong.code, wrong.out], [1, ''])
  t.is(wrong.err, 'ERR: Unable to authenticate user: sam\n--d tells more\n')
  t.regex((await run([...auth, '--d'], 'x\n')).err, /InvalidCredentials/)
  t.is((await run(auth)).code, 1, 'an empty password')
  await stop()
  const down = await run(auth, 'sam-password\n')
  t.deepEqual([down.code, down.err], [1, 'ERR: The directory does not answer\n--d tells more\n'])
})

test('the groups of a user', async t => {
  const {run, stop} = (await asking(t)) ?? {}
  if (run === undefined || stop === undefined) return
  const args = ['ldap-user-groups-test', '--cluster', 't', '--u']
  t.deepEqual(await run([...args, 'tom']), {code: 0, out: 'tom is a member of: analyst\n', err: ''})
  t.is((await run([...args, 'nobody'])).out, 'nobody does not belong to any groups\n')
  await stop()
  t.is((await run([...args, 'tom'])).code, 1)
})

test('what cannot be tried', async t => {
  const home = temporaryHome(t, guardedHome(provider('authentication', 'Anonymous'), 'http://127.0.0.1:1'))
  const run = (...args: readonly string[]) => gateway([...args, '--home', home], {}, 'x\n')
  const auth = (cluster: string) => run('user-auth-test', '--u', 'sam', '--cluster', cluster)
  t.like(await auth('none'), {code: 78, err: 'there is no topology none\n'})
  t.like(await auth('t'), {code: 78, err: 't has no ShiroProvider\n'})
  t.is((await run('user-auth-test', '--u', 'sam')).code, 2)
  t.is((await run('ldap-user-groups-test', '--cluster', 't')).code, 2)
})

test('explain tells what each provider decides of a user, and why', async t => {
  const {run} = (await asking(t)) ?? {}
  if (run === undefined) return
  const explain = ['explain', 'GET', '/gateway/t/x/p', '-u', 'sam']
  const passes = await run(explain, 'sam-password\n')
  t.is(passes.code, 0)
  t.regex(passes.out, /^filter +ShiroProvider passes as sam of (?:analyst, scientist|scientist, analyst)$/m)
  t.regex(passes.out, /^user +sam$/m)
  const refused = await run(explain, 'x\n')
  t.is(refused.code, 1)
  t.regex(
    refused.out,
    /^filter +ShiroProvider refuses: 401 not-authenticated: the directory answers InvalidCredentials/m,
  )
  t.false(refused.out.includes('Basic '))
})
