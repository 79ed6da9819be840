import test from 'ava'
import {GatewayError} from '../../../gateway/common/errors.js'
import type {Filter} from '../../../gateway/pipeline/filter.js'
import {testClock} from '../../helpers/clock.js'
import {directory} from '../../helpers/directory.js'
import {guardedHome, provider} from '../../helpers/guarded.js'
import {site, startGateway} from '../../helpers/home.js'
import {coming, entered, filtersOf, type Params, toldOf} from '../filters.js'

const ROLE = 'identity-assertion'
const NAME = 'HadoopGroupProvider'
const ROOT = 'dc=hadoop,dc=apache,dc=org'
const LDAP = 'hadoop.security.group.mapping.ldap'

const params = (url: string, more: Params = {}): Params => ({
  'hadoop.security.group.mapping': 'org.apache.hadoop.security.LdapGroupsMapping',
  [`${LDAP}.url`]: url,
  [`${LDAP}.bind.user`]: `uid=guest,ou=people,${ROOT}`,
  [`${LDAP}.bind.password`]: 'guest-password',
  [`${LDAP}.base`]: ROOT,
  [`${LDAP}.search.filter.user`]: '(&(objectClass=person)(uid={0}))',
  [`${LDAP}.search.filter.group`]: '(objectClass=groupOfNames)',
  [`${LDAP}.connection.timeout.ms`]: '60000',
  [`${LDAP}.read.timeout.ms`]: '60000',
  ...more,
})

/** The groups with which a user goes on, or the status of the refusal. */
async function groupsOf(filters: readonly Filter[], user: string): Promise<readonly string[] | number> {
  try {
    const found = await entered(filters, coming({user}))
    return 'status' in found ? found.status : [...(found.principal?.groups ?? [])].sort()
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    return error.status
  }
}

const belongs = test.macro({
  async exec(t, user: string, more: Params, expected: readonly string[] | number) {
    const users = await directory(t)
    if (users === undefined) return
    t.deepEqual(await groupsOf(filtersOf(ROLE, NAME, params(users.url, more)), user), expected)
  },
  title: (_, user, more, expected) => `${user} with ${JSON.stringify(more)} is in ${expected}`,
})

test(belongs, 'sam', {}, ['analyst', 'scientist'])
test(belongs, 'guest', {}, [])
test(belongs, 'nobody', {}, [])
test(belongs, '*', {}, [])
test(belongs, 'x)(|(uid=admin)', {}, [])
test(belongs, 'recursiveUser', {}, ['level1'])
test(belongs, 'recursiveUser', {[`${LDAP}.search.group.hierarchy.levels`]: '1'}, ['level1', 'level2'])
test(belongs, 'recursiveUser', {[`${LDAP}.search.group.hierarchy.levels`]: '9'}, ['level1', 'level2', 'level3'])
const byCommonName = {[`${LDAP}.search.filter.user`]: '(cn={0})'}
test('two users of one name have no groups', belongs, 'sam', byCommonName, [])
test(belongs, 'tom', {...byCommonName, [`${LDAP}.base`]: ''}, ['analyst'])
test(belongs, 'sam', {[`${LDAP}.userbase`]: `ou=groups,${ROOT}`}, [])
test(belongs, 'sam', {[`${LDAP}.groupbase`]: `ou=people,${ROOT}`}, [])
test(belongs, 'sam', {[`${LDAP}.groupbase`]: `ou=elsewhere,${ROOT}`}, [])
test(belongs, 'sam', {[`${LDAP}.search.attr.group.name`]: 'objectClass'}, ['groupOfNames'])
test(belongs, 'sam', {'hadoop.user.group.static.mapping.overrides': 'sam=own'}, ['own'])
const posix = {
  [`${LDAP}.search.filter.user`]: '(|(&(objectClass=posixAccount)(uid={0}))(uid={0}))',
  [`${LDAP}.search.filter.group`]: '(objectClass=posixGroup)',
  [`${LDAP}.search.attr.member`]: 'memberUid',
}
test('a first group by number', belongs, 'poe', posix, ['posix'])
test('a member by name', belongs, 'tom', {...posix, [`${LDAP}.posix.attr.uid.name`]: 'uid'}, ['posix'])
test('nothing by which POSIX could name a member', belongs, 'tom', posix, [])
test('told by the entry of a user', belongs, 'poe', {[`${LDAP}.search.attr.memberof`]: 'seeAlso'}, [
  'analyst',
  'sales, west',
])
test('a password that is wrong', belongs, 'sam', {[`${LDAP}.bind.password`]: 'x'}, 503)
test('a filter that no directory reads', belongs, 'sam', {[`${LDAP}.search.filter.group`]: '(=)'}, 503)

test('the next of several addresses is asked when the first does not answer', async t => {
  const users = await directory(t)
  if (users === undefined) return
  const filters = filtersOf(ROLE, NAME, params(`ldap://127.0.0.1:1, ${users.url}`))
  t.deepEqual(await groupsOf(filters, 'tom'), ['analyst'])
})

test('over TLS, trusted by its authority', async t => {
  const users = await directory(t)
  if (users === undefined) return
  const secure = params(users.secureUrl, {[`${LDAP}.ssl`]: 'true'})
  const trusting = {...secure, [`${LDAP}.trustedCertificates`]: users.authority}
  t.deepEqual(await groupsOf(filtersOf(ROLE, NAME, trusting), 'tom'), ['analyst'])
  t.is(await groupsOf(filtersOf(ROLE, NAME, secure), 'tom'), 503)
})

test('a directory that is down shuts; what is remembered holds for its time', async t => {
  const users = await directory(t)
  if (users === undefined) return
  const clock = testClock()
  const filters = filtersOf(ROLE, NAME, params(users.url), clock)
  t.deepEqual(await groupsOf(filters, 'tom'), ['analyst'])
  t.deepEqual(await groupsOf(filters, 'guest'), [])
  await users.stop()
  t.is(await groupsOf(filters, 'sam'), 503)
  t.deepEqual(await groupsOf(filters, 'tom'), ['analyst'])
  clock.turn(30_000)
  t.is(await groupsOf(filters, 'guest'), 503, 'that there are none is remembered for less time')
  t.deepEqual(await groupsOf(filters, 'tom'), ['analyst'])
  clock.turn(270_000)
  t.is(await groupsOf(filters, 'tom'), 503)
  await users.start()
  t.deepEqual(await groupsOf(filters, 'tom'), ['analyst'])
})

test('settings of the site, for an ACL by group', async t => {
  const users = await directory(t)
  if (users === undefined) return
  const config = Object.entries(params(users.url)).map(([name, value]) => [
    `gateway.group.config.${name}`,
    value.replace('&', '&amp;'),
  ])
  const providers = [
    provider('federation', 'HeaderPreAuth', {'preauth.custom.header': 'X-User'}),
    provider(ROLE, NAME, {CENTRAL_GROUP_CONFIG_PREFIX: 'gateway.group.config.'}),
    provider('authorization', 'AclsAuthz', {'x.acl': '*;scientist;*'}),
  ]
  const home = guardedHome(providers.join(''), 'http://127.0.0.1:1')
  const {port} = await startGateway(t, {...home, 'conf/gateway-site.xml': site(Object.fromEntries(config))})
  const status = async (user: string) =>
    (await fetch(`http://127.0.0.1:${port}/gateway/t/x/p`, {headers: {'X-User': user}})).status
  t.is(await status('tom'), 403)
  t.is(await status('sam'), 502, 'passed on, to where nothing listens')
  await users.stop()
  t.is(await status('admin'), 503)
})

const refuses = test.macro({
  exec(t, more: Params, expected: RegExp) {
    t.regex(toldOf(ROLE, NAME, {...params('ldap://h'), ...more}).join('\n'), expected)
  },
  title: (_, more) => `${JSON.stringify(more)} is a fault`,
})

test(refuses, {[`${LDAP}.url`]: ''}, /ldap\.url: is missing/)
test(refuses, {[`${LDAP}.url`]: 'http://h'}, /no address of a directory/)
test(refuses, {[`${LDAP}.ssl`]: 'true'}, /must begin with ldaps/)
test(refuses, {[`${LDAP}.search.filter.user`]: '(uid=sam)'}, /no place \{0\}/)
test(refuses, {[`${LDAP}.search.filter.group`]: '(a=b))('}, /no filter such as/)
test(refuses, {'use.ldap.service': 'true'}, /none of false/)
test(refuses, {'hadoop.security.group.mapping': 'org.apache.hadoop.security.JniBasedUnixGroupsMapping'}, /is none of/)
