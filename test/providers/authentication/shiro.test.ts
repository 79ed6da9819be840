import test from 'ava'
import {testClock} from '../../helpers/clock.js'
import {directory} from '../../helpers/directory.js'
import {guarded, guardedHome, provider} from '../../helpers/guarded.js'
import {startGateway} from '../../helpers/home.js'

const PEOPLE = 'ou=people,dc=hadoop,dc=apache,dc=org'
const GROUPS = 'ou=groups,dc=hadoop,dc=apache,dc=org'
const REALM = 'main.ldapRealm'

type Params = Readonly<Record<string, string>>

const params = (url: string, more: Params = {}): Params => ({
  [REALM]: 'org.apache.knox.gateway.shirorealm.KnoxLdapRealm',
  'main.ldapContextFactory': 'org.apache.knox.gateway.shirorealm.KnoxLdapContextFactory',
  [`${REALM}.contextFactory`]: '$ldapContextFactory',
  [`${REALM}.userDnTemplate`]: `uid={0},${PEOPLE}`,
  [`${REALM}.contextFactory.url`]: url,
  [`${REALM}.contextFactory.authenticationMechanism`]: 'simple',
  ...more,
  ...(Object.keys(more).some(name => name.startsWith('urls.')) ? {} : {'urls./**': 'authcBasic'}),
})

const SYSTEM: Params = {
  [`${REALM}.contextFactory.systemUsername`]: `uid=guest,${PEOPLE}`,
  [`${REALM}.contextFactory.systemPassword`]: 'guest-password',
}

const shiro = (url: string, more: Params = {}) => provider('authentication', 'ShiroProvider', params(url, more))

const basic = (user: string, password: string) => [
  'Authorization',
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
]

const logsIn = test.macro({
  async exec(t, more: Params, user: string, password: string, expected: string | undefined) {
    const users = await directory(t)
    if (users === undefined) return
    const {ask, told} = await guarded(t, shiro(users.url, more))
    const {status, saw, headers, body} = await ask('p', basic(user, password))
    t.is(saw?.target, expected === undefined ? undefined : `/p?user.name=${encodeURIComponent(expected)}`)
    if (expected !== undefined) return
    t.is(status, 401)
    t.is(headers['www-authenticate'], 'BASIC realm="application"')
    t.is((JSON.parse(body) as {message: string}).message, 'You are not authenticated.')
    t.true(told.some(line => line.startsWith('refused')))
    t.false(password !== '' && told.some(line => line.includes(password)))
  },
  title: given => `${given}`,
})

const OF_SHIRO: Params = {
  [REALM]: 'org.apache.shiro.realm.ldap.JndiLdapRealm',
  'main.ldapContextFactory': 'org.apache.shiro.realm.ldap.JndiLdapContextFactory',
}

test('the right password', logsIn, {}, 'guest', 'guest-password', 'guest')
test('the wrong password', logsIn, {}, 'guest', 'admin-password', undefined)
test('an unknown user', logsIn, {}, 'nobody', 'guest-password', undefined)
test('an empty password is not asked for', logsIn, {}, 'guest', '', undefined)
test('an empty name', logsIn, {}, '', 'guest-password', undefined)
test('a name that is a piece of a distinguished name', logsIn, {}, 'guest,ou=people', 'guest-password', undefined)
test('a name that ends the template', logsIn, {}, `guest,${PEOPLE}\0`, 'guest-password', undefined)
test('a star', logsIn, {}, '*', 'guest-password', undefined)
test("a realm of Shiro's own, as Knox's guide has it", logsIn, OF_SHIRO, 'guest', 'guest-password', 'guest')
test('a long name', logsIn, {}, 'g'.repeat(2000), 'guest-password', undefined)
test(
  'a name in other letters that directories take for it is that name',
  logsIn,
  {},
  '\uff47uest',
  'guest-password',
  'guest',
)
test('a name with what nobody sees in it', logsIn, {}, 'gu\u200best', 'guest-password', undefined)
test('a name with spaces around it', logsIn, {}, ' guest ', 'guest-password', 'guest')

const SEARCH: Params = {
  ...SYSTEM,
  [`${REALM}.userSearchBase`]: PEOPLE,
  [`${REALM}.userSearchAttributeName`]: 'cn',
  [`${REALM}.userObjectClass`]: 'person',
}
test('a user who is searched', logsIn, SEARCH, 'Recursive', 'recursiveUser-password', 'Recursive')
test('a name that would be a filter', logsIn, SEARCH, '*)(uid=guest', 'guest-password', undefined)
test('a star as a name that is searched', logsIn, SEARCH, 'Gue*', 'guest-password', undefined)
test(
  'a filter of its own, with a part of the name',
  logsIn,
  {...SEARCH, [`${REALM}.principalRegex`]: '(.*)@corp', [`${REALM}.userSearchFilter`]: '(uid={1})'},
  'sam@corp',
  'sam-password',
  'sam@corp',
)
test(
  'a name of another shape',
  logsIn,
  {...SEARCH, [`${REALM}.principalRegex`]: '(.*)@corp', [`${REALM}.userSearchFilter`]: '(uid={1})'},
  'sam',
  'sam-password',
  undefined,
)
test(
  'a filter that fits two',
  logsIn,
  {...SEARCH, [`${REALM}.userSearchFilter`]: '(|(uid={0})(uid=tom))'},
  'sam',
  'sam-password',
  undefined,
)

const belongs = test.macro({
  async exec(t, more: Params, group: string, user: string, passes: boolean) {
    const users = await directory(t)
    if (users === undefined) return
    const groups = {...SYSTEM, [`${REALM}.authorizationEnabled`]: 'true', [`${REALM}.groupSearchBase`]: GROUPS, ...more}
    const acl = provider('authorization', 'AclsAuthz', {'x.acl': `*;${group};*`})
    const {ask} = await guarded(t, shiro(users.url, groups) + acl)
    t.is((await ask('p', basic(user, `${user}-password`))).status, passes ? 200 : 403)
  },
  title: (_, more: Params, group, user, passes) =>
    `${user} is ${passes ? '' : 'not '}in ${group} ${JSON.stringify(Object.values(more))}`,
})

test(belongs, {}, 'analyst', 'sam', true)
test(belongs, {}, 'analyst', 'guest', false)
test(belongs, {}, 'level3', 'recursiveUser', false)
test(belongs, {[`${REALM}.memberAttributeValueTemplate`]: `uid={0},${PEOPLE}`}, 'scientist', 'sam', true)
test(
  belongs,
  {[`${REALM}.groupObjectClass`]: 'posixGroup', [`${REALM}.memberAttribute`]: 'memberUid'},
  'posix',
  'tom',
  true,
)

const DYNAMIC: Params = {[`${REALM}.groupObjectClass`]: 'groupofurls', [`${REALM}.memberAttribute`]: 'memberurl'}
test(belongs, DYNAMIC, 'dynamic', 'sam', true)
test(belongs, DYNAMIC, 'dynamic', 'tom', false)
test(belongs, DYNAMIC, 'everybody', 'tom', true)

const GROUP_REALM = 'main.ldapGroupRealm'
const REALMS: Params = {
  [GROUP_REALM]: 'org.apache.knox.gateway.shirorealm.KnoxLdapRealm',
  [`${GROUP_REALM}.contextFactory`]: '$ldapGroupContextFactory',
  [`${GROUP_REALM}.userDnTemplate`]: `uid={0},${PEOPLE}`,
  [`${GROUP_REALM}.authorizationEnabled`]: 'true',
  [`${GROUP_REALM}.searchBase`]: GROUPS,
  [`${GROUP_REALM}.contextFactory.systemUsername`]: `uid=guest,${PEOPLE}`,
  [`${GROUP_REALM}.contextFactory.systemPassword`]: 'guest-password',
  'main.securityManager.realms': '$ldapRealm, $ldapGroupRealm',
  'main.cacheManager': 'org.apache.shiro.cache.MemoryConstrainedCacheManager',
  'http-only': 'true',
}

test('groups of another realm, in which nobody logs in', async t => {
  const [users, others] = [await directory(t), await directory(t)]
  if (users === undefined || others === undefined) return
  const realms = {...REALMS, [`${GROUP_REALM}.contextFactory.url`]: others.url}
  const acl = provider('authorization', 'AclsAuthz', {'x.acl': '*;analyst;*'})
  const {ask} = await guarded(t, shiro(users.url, realms) + acl)
  const status = async (user: string) => (await ask('p', basic(user, `${user}-password`))).status
  t.deepEqual([await status('sam'), await status('guest')], [200, 403])
  await others.stop()
  t.is(await status('tom'), 503)
  await others.start()
  await users.stop()
  t.is(await status('tom'), 503)
  const unused = {...realms, 'main.securityManager.realms': '$ldapRealm'}
  await users.start()
  const own = await guarded(t, shiro(users.url, unused) + acl)
  t.is((await own.ask('p', basic('tom', 'tom-password'))).status, 403)
})

test('a directory over TLS, trusted by its authority', async t => {
  const users = await directory(t)
  if (users === undefined) return
  const trusted = {[`${REALM}.contextFactory.trustedCertificates`]: users.authority}
  const {ask} = await guarded(t, shiro(users.secureUrl, trusted))
  t.is((await ask('p', basic('guest', 'guest-password'))).status, 200)
  t.is((await ask('p', basic('guest', 'x'))).status, 401)
  const untrusted = await guarded(t, shiro(users.secureUrl))
  t.is((await untrusted.ask('p', basic('guest', 'guest-password'))).status, 503)
})

test('a directory that goes down lets nobody in; sessions and remembered logins hold for their time', async t => {
  const users = await directory(t)
  if (users === undefined) return
  const clock = testClock()
  const remembering = {[`${REALM}.authenticationCachingEnabled`]: 'true'}
  const {ask, told} = await guarded(t, shiro(users.url, remembering), {clock})
  const first = await ask('p', basic('guest', 'guest-password'))
  t.is(first.status, 200)
  await users.stop()
  const status = async (headers: readonly string[]) => (await ask('p', headers)).status
  t.is(await status(basic('sam', 'sam-password')), 503)
  t.is(await status(basic('guest', 'x')), 503)
  t.is(await status(basic('guest', 'guest-password')), 200, 'remembered')
  t.is(await status(['Cookie', cookieOf(first.headers['set-cookie'])]), 200, 'a session')
  clock.turn(120_000)
  t.is(await status(basic('guest', 'guest-password')), 503)
  t.true(told.some(line => line.includes('authentication-unavailable')))
  await users.start()
  t.is(await status(basic('sam', 'sam-password')), 200, told.at(-1))
})

test('a directory that goes down in the middle of a login: 503, and others are not held up', async t => {
  const users = await directory(t)
  if (users === undefined) return
  const {ask} = await guarded(t, shiro(users.url))
  const known = ['Cookie', cookieOf((await ask('p', basic('guest', 'guest-password'))).headers['set-cookie'])]
  users.freeze()
  const waiting = [ask('p', basic('sam', 'sam-password')), ask('p', basic('guest', 'x'))]
  t.is((await ask('p', known)).status, 200, 'a session')
  await users.stop()
  for (const each of await Promise.all(waiting)) t.is(each.status, 503)
})

test('a directory that says nothing: 503', async t => {
  const users = await directory(t)
  if (users === undefined) return
  const {ask, told} = await guarded(t, shiro(users.url))
  users.freeze()
  t.is((await ask('p', basic('sam', 'sam-password'))).status, 503)
  t.true(told.some(line => line.includes('authentication-unavailable')))
})

test('a gateway that may not search lets nobody in', async t => {
  const users = await directory(t)
  if (users === undefined) return
  const {ask} = await guarded(t, shiro(users.url, {...SEARCH, [`${REALM}.contextFactory.systemPassword`]: 'x'}))
  t.is((await ask('p', basic('Guest', 'guest-password'))).status, 503)
})

const cookieOf = (fields: readonly string[] | undefined) =>
  fields?.find(field => field.startsWith('KNOXSESSIONID='))?.split(';')[0] ?? ''

test('a session is a sealed cookie that lasts while it is used', async t => {
  const users = await directory(t)
  if (users === undefined) return
  const clock = testClock()
  const {ask} = await guarded(t, shiro(users.url), {clock})
  const {headers} = await ask('p', basic('sam', 'sam-password'))
  const [field = ''] = headers['set-cookie'] ?? []
  t.regex(field, /^KNOXSESSIONID=[\w-]+; Path=\/gateway\/t; Secure; HttpOnly$/)
  t.false(Buffer.from(field.slice(14), 'base64url').toString().includes('sam'))
  const cookie = cookieOf(headers['set-cookie'])
  await users.stop()
  const again = await ask('p', ['Cookie', `a=1; ${cookie}`, ...basic('guest', 'wrong')])
  t.is(again.saw?.target, '/p?user.name=sam')
  t.is(again.saw?.headers.cookie, 'a=1')
  t.is(again.headers['set-cookie'], undefined)
  clock.turn(16 * 60_000)
  const renewed = await ask('p', ['Cookie', cookie])
  t.is(renewed.status, 200)
  clock.turn(14 * 60_000)
  t.is((await ask('p', ['Cookie', cookie])).status, 401)
  const fresh = cookieOf(renewed.headers['set-cookie'])
  t.is((await ask('p', ['Cookie', fresh])).status, 200)
  t.is((await ask('p', ['Cookie', fresh.replace(/.$/, last => (last === 'A' ? 'B' : 'A'))])).status, 401, 'changed')
  t.is((await ask('p', ['Cookie', `${fresh}; ${cookie}`])).status, 401, 'two')
})

test('a session is of one topology and of one gateway', async t => {
  const users = await directory(t)
  if (users === undefined) return
  const [one, other] = [await guarded(t, shiro(users.url)), await guarded(t, shiro(users.url))]
  const cookie = cookieOf((await one.ask('p', basic('sam', 'sam-password'))).headers['set-cookie'])
  t.is((await one.ask('p', ['Cookie', cookie])).status, 200)
  t.is((await other.ask('p', ['Cookie', cookie])).status, 401)
})

test('without sessions each request logs in', async t => {
  const users = await directory(t)
  if (users === undefined) return
  const {ask} = await guarded(t, shiro(users.url, {'urls./**': 'noSessionCreation, authcBasic'}))
  const {status, headers} = await ask('p', basic('sam', 'sam-password'))
  t.is(status, 200)
  t.is(cookieOf(headers['set-cookie']), '')
})

test('open paths, and no other spelling of them', async t => {
  const chains = {
    'urls./x/open/**': 'anon',
    'urls./x/*.css': 'anon',
    'urls./x/open.txt': 'anon',
    'urls./x/**': 'authcBasic',
  }
  const {ask} = await guarded(t, shiro('ldap://127.0.0.1:1', chains))
  const status = async (path: string) => (await ask(path)).status
  for (const path of ['open', 'open/', 'open/a/b', 'a.css', 'open.txt', 'op%65n/x']) t.is(await status(path), 200, path)
  for (const path of [
    'p',
    'opened',
    'OPEN/x',
    'a/b.css',
    'openxtxt',
    'open/../p',
    'open/%2e%2e/p',
    'open/..%2fp',
    'open%2f..%2fp',
    'open/..;/p',
    'open;x/y',
    'open//../p',
    'open/.%2e/p',
    'open%5c..%5cp',
    'open/%252e%252e/p',
    'open/a//b',
    'open/..%20/p',
    'open/%20../p',
    'open/..%09/p',
    'open/.../p',
  ])
    t.not(await status(path), 200, path)
})

test('paths that the params refuse are not taken', async t => {
  const blocks = ['blockSemicolon', 'blockBackslash', 'blockNonAscii', 'blockEncodedForwardSlash']
  const all = Object.fromEntries(blocks.map(name => [`main.invalidRequest.${name}`, 'true']))
  const {ask} = await guarded(t, shiro('ldap://127.0.0.1:1', {...all, 'urls./**': 'anon'}))
  for (const path of ['a;b', 'a%3Bb', 'a\\b', 'a%5cb', 'a%2Fb', 'a%C3%A4', 'a%7F', 'a%00'])
    t.is((await ask(path)).status, 400, path)
  t.is((await ask('a%20b?c=%2F;%C3%A4')).status, 200)
  const none = await guarded(t, shiro('ldap://127.0.0.1:1', {'urls./**': 'anon'}))
  t.is((await none.ask('a%C3%A4')).status, 200)
})

test('what is guarded in one case is so in another, where a later pattern is open', async t => {
  const chains = {'urls./x/Secret/**': 'authcBasic', 'urls./x/**': 'anon'}
  const {ask} = await guarded(t, shiro('ldap://127.0.0.1:1', chains))
  for (const path of ['Secret/1', 'secret/1', 'SECRET', 's%45cret/1']) t.is((await ask(path)).status, 401, path)
  t.is((await ask('other/Secret')).status, 200)
})

test('a path that no pattern fits is shut, and a guarded path has no open spelling', async t => {
  const {ask} = await guarded(
    t,
    shiro('ldap://127.0.0.1:1', {'urls./x/secret/**': 'authcBasic', 'urls./x/a/**': 'anon'}),
  )
  t.is((await ask('other')).status, 403)
  t.is((await ask('a/1')).status, 200)
  for (const path of ['secret/1', '%73ecret/1', 'secret', 'a/..%2fsecret/1', 'a/%2e%2e/secret/1'])
    t.true((await ask(path)).saw === undefined, path)
})

test('what is said to who is to log in', async t => {
  const {ask} = await guarded(t, shiro('ldap://127.0.0.1:1', {'main.authcBasic.applicationName': 'My "Realm"'}))
  for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
    const {status, headers} = await ask('p', [], method)
    t.deepEqual([status, headers['www-authenticate']], [401, 'BASIC realm="My \\"Realm\\""'])
  }
  const twice = await ask('p', [...basic('a', 'b'), ...basic('a', 'b')])
  t.is(twice.status, 401)
  for (const text of ['Basic !!!', 'Basic Z3Vlc3Q6Z3Vlc3QtcGFzc3dvcmQ', 'Basic', 'Bearer abc', 'Basic Z3Vlc3Q='])
    t.is((await ask('p', ['Authorization', text])).status, 401, text)
})

const refuses = test.macro({
  async exec(t, given: Params, message: RegExp) {
    const home = guardedHome(provider('authentication', 'ShiroProvider', given), 'http://127.0.0.1:1')
    const {gateway} = await startGateway(t, home)
    t.deepEqual(Object.keys(gateway.plan.topologies), [])
    t.regex(gateway.problems.map(problem => problem.message).join('\n'), message)
  },
  title: (_, given, message) => `${JSON.stringify(given)} refuses the topology: ${message}`,
})

test(refuses, {}, /urls\.\/\*\*: is missing/)
test(refuses, {'urls./**': 'authcBsic'}, /"authcBsic" is none of authcBasic/)
test(
  refuses,
  {'urls./**': 'authcBasic', 'main.ldapRealm': 'org.apache.knox.gateway.shirorealm.KnoxPamRealm'},
  /only org\.apache/,
)
test(refuses, {'urls./**': 'authcBasic', 'main.pamRealm': 'x'}, /main\.pamRealm is not a param/)
test(refuses, {'urls./**': 'authcBasic', 'main.ldapRealm.contextFactory.url': 'http://x'}, /no address of a directory/)
test(refuses, {'urls./**': 'authcBasic', 'main.ldapRealm.userDnTemplate': 'uid=x'}, /no place such as \{0\}/)
test(refuses, {'urls./**': 'authcBasic', 'main.ldapRealm.principalRegex': '('}, /Invalid regular expression/)
test(
  refuses,
  {'urls./**': 'authcBasic', 'main.ldapRealm.authorizationEnabled': 'true'},
  /needs main\.ldapRealm\.groupSearchBase/,
)
test(refuses, {'urls./**': 'authcBasic', 'main.securityManager.realms': '$pamRealm'}, /there is no "\$pamRealm"/)
test(
  refuses,
  {'urls./**': 'authcBasic', [`${REALM}.contextFactory.trustedCertificates`]: '/nowhere/ca.pem'},
  /no certificate can be read: ENOENT/,
)
test(
  refuses,
  {'urls./**': 'authcBasic', [`${REALM}.contextFactory.trustedCertificates`]: 'ca.pem'},
  /"ca.pem" is no whole path/,
)
test(
  refuses,
  {'urls./**': 'authcBasic', [`${REALM}.contextFactory.trustedCertificates`]: import.meta.filename},
  /no certificate can be read: .*PEM/,
)
test(refuses, {'urls./**': 'authcBasic', 'http-only': 'false'}, /none of true/)
test(
  refuses,
  {...REALMS, 'urls./**': 'authcBasic', [`${GROUP_REALM}.searchBase`]: ''},
  /needs main\.ldapGroupRealm\.groupSearchBase/,
)
