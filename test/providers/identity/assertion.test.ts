import test from 'ava'
import {GatewayError} from '../../../gateway/common/errors.js'
import {targetOf} from '../../../gateway/common/request-url.js'
import {textOf} from '../../dispatch/fakes.js'
import {type Coming, coming, entered, filtersOf, type Params, toldOf} from '../filters.js'

const ROLE = 'identity-assertion'

/** `name proved groups target`, or the refusal. */
async function settled(provider: string, params: Params, request: Coming): Promise<string> {
  try {
    const found = await entered(filtersOf(ROLE, provider, params), coming(request))
    if ('status' in found) {
      const {RemoteException} = JSON.parse(await textOf(found.body)) as {RemoteException: {message: string}}
      return `${found.status} ${RemoteException.message.replace(/^.*Exception: /, '')}`
    }
    const {name, proved, groups} = found.principal ?? {name: '-', groups: []}
    return `${name} ${proved ?? '='} [${groups.join(' ')}] ${targetOf(found.aim('', found))}`
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    return `${error.status} ${error.code}`
  }
}

const settles = test.macro({
  async exec(t, provider: string, params: Params, request: Coming, expected: string) {
    t.is(await settled(provider, params, request), expected)
  },
  title: (_, provider, params, request, expected) =>
    `${provider} ${JSON.stringify(params)} of ${JSON.stringify(request)}: ${expected}`,
})

const guest: Coming = {user: 'guest', groups: ['users']}

// provider, params, request; name, the proved one where it is another, groups, what the service sees
test(settles, 'Default', {}, guest, 'guest = [users] /p?user.name=guest')
test(settles, 'Default', {}, {query: 'user.name=bob&a=1'}, '- = [] /p?a=1')
test(settles, 'Pseudo', {}, guest, 'guest = [users] /p?user.name=guest')
test(settles, 'NoImpersonationProvider', {}, {...guest, query: 'doAs=x'}, 'guest = [users] /p')
test(
  settles,
  'Default',
  {'principal.mapping': ' guest , alice = hdfs;bob=yarn'},
  guest,
  'hdfs guest [users] /p?user.name=hdfs',
)
test(settles, 'Default', {'principal.mapping': 'guest=a;a=b;b=c'}, guest, 'b guest [users] /p?user.name=b')
test(settles, 'Default', {'PRINCIPAL.mapping': '*=hdfs'}, guest, 'guest = [users] /p?user.name=guest')
const groups = {'group.principal.mapping': '*=all,users;hdfs=admins', 'principal.mapping': 'guest=hdfs'}
test(settles, 'Default', groups, guest, 'hdfs guest [users admins all] /p?user.name=hdfs')
test(
  settles,
  'Default',
  {'group.principal.mapping': 'constructor=admins'},
  {user: 'toString'},
  'toString = [] /p?user.name=toString',
)
test(
  settles,
  'Concat',
  {'concat.prefix': 'p_', 'concat.suffix': '_s'},
  guest,
  'p_guest_s guest [users] /p?user.name=p_guest_s',
)
test(settles, 'SwitchCase', {}, {user: 'Alice', groups: ['Us']}, 'alice Alice [Us us] /p?user.name=alice')
test(
  settles,
  'SwitchCase',
  {'principal.case': 'UPPER', 'group.principal.case': 'none'},
  guest,
  'GUEST guest [users] /p?user.name=GUEST',
)
const regex = {input: '(.*)@(.*?)\\..*', output: '{1}_{[2]}', lookup: 'US = USA;ca=CANADA'}
test(
  settles,
  'Regex',
  regex,
  {user: 'member@us.apache.org'},
  'member_USA member@us.apache.org [] /p?user.name=member_USA',
)
test(settles, 'Regex', regex, {user: 'member@de.apache.org'}, 'member_ member@de.apache.org [] /p?user.name=member_')
const original = {...regex, 'use.original.on.lookup.failure': 'true'}
test(settles, 'Regex', original, {user: 'm@de.apache.org'}, 'm_de m@de.apache.org [] /p?user.name=m_de')
test(settles, 'Regex', regex, {user: 'bob'}, '{1}_{[2]} bob [] /p?user.name=%7B1%7D_%7B%5B2%5D%7D')
const overrides = {'hadoop.user.group.static.mapping.overrides': 'guest=g1,g2;bob='}
test(settles, 'HadoopGroupProvider', overrides, guest, 'guest = [users g1 g2] /p?user.name=guest')
test(settles, 'HadoopGroupProvider', overrides, {user: 'bob'}, 'bob = [] /p?user.name=bob')
const virtual = {
  'group.mapping.Admins': "(or (username 'guest') (member 'ops'))",
  'group.mapping.$PRIMARY_GROUP': "(member 'users')",
  'group.mapping.viaHeader': "(= (request-header 'X-Team') 'a')",
  'group.mapping.viaProxy': "(= (request-header 'X-Forwarded-For') '10.1.1.1')",
  'group.mapping.viaQuery': "(= (request-parameter 'team') 'b c')",
}
test(settles, 'Default', virtual, guest, 'guest = [users admins guest] /p?user.name=guest')
test(settles, 'Default', virtual, {user: 'eve', headers: ['x-team', 'a']}, 'eve = [viaheader] /p?user.name=eve')
test(settles, 'Default', virtual, {user: 'eve', address: '10.1.1.1'}, 'eve = [viaproxy] /p?user.name=eve')
test(settles, 'Default', virtual, {user: 'eve', query: 'team=b+c'}, 'eve = [viaquery] /p?team=b+c&user.name=eve')
const expression = {
  'expression.principal.mapping': "(if (starts-with username 'g') (concat 'x-' (uppercase username)))",
}
test(settles, 'Default', expression, guest, 'x-GUEST guest [users] /p?user.name=x-GUEST')
test(settles, 'Default', expression, {user: 'eve'}, 'eve = [] /p?user.name=eve')

const ON = {'hadoop.proxyuser.impersonation.enabled': 'true'}
const alice = {...ON, 'hadoop.proxyuser.alice.users': 'bob', 'hadoop.proxyuser.alice.hosts': '127.0.0.1, 10.0.0.0/8'}
const doAs = (user: string, query: string, address = '127.0.0.1'): Coming => ({user, query, address})
test(
  settles,
  'Default',
  {...alice, ...{'hadoop.proxyuser.impersonation.enabled': 'false'}},
  doAs('alice', 'doAs=bob'),
  'alice = [] /p?user.name=alice',
)
test(settles, 'Default', alice, doAs('alice', 'doAs=bob&a=1'), 'bob alice [] /p?a=1&user.name=bob')
test(settles, 'Default', alice, doAs('alice', 'd%6fAs=bob', '10.1.2.3'), 'bob alice [] /p?user.name=bob')
test(settles, 'Default', alice, doAs('alice', 'doas=bob'), 'alice = [] /p?user.name=alice')
test(settles, 'Default', alice, doAs('alice', 'doAs=alice'), 'alice = [] /p?user.name=alice')
test(settles, 'Default', alice, doAs('alice', 'doAs=carol'), '403 User: alice is not allowed to impersonate carol')
test(settles, 'Default', alice, doAs('bob', 'doAs=alice'), '403 User: bob is not allowed to impersonate alice')
test(
  settles,
  'Default',
  alice,
  doAs('alice', 'doAs=bob', '11.0.0.1'),
  '403 Unauthorized connection for super-user: alice from IP /11.0.0.1',
)
test(
  settles,
  'Default',
  {...alice, 'hadoop.proxyuser.alice.hosts': 'NONE'},
  doAs('alice', 'doAs=bob'),
  '403 Unauthorized connection for super-user: alice from IP /127.0.0.1',
)
test(settles, 'Default', ON, doAs('alice', 'doAs=bob'), '403 User: alice is not allowed to impersonate bob')
test(settles, 'Default', alice, doAs('alice', 'doAs='), '400 do-as-empty')
test(settles, 'Default', alice, doAs('alice', 'doAs=%ff'), '400 do-as-empty')
test(
  settles,
  'Default',
  {...alice, 'principal.mapping': 'bob=hdfs'},
  doAs('alice', 'doAs=bob'),
  'hdfs alice [] /p?user.name=hdfs',
)
const anyone = {...ON, 'hadoop.proxyuser.alice.groups': '*', 'hadoop.proxyuser.alice.hosts': '*'}
test(settles, 'Default', anyone, doAs('alice', 'doAs=x'), 'x alice [] /p?user.name=x')
const nowhere = {...ON, 'hadoop.proxyuser.alice.users': '*'}
test(
  settles,
  'Default',
  nowhere,
  doAs('alice', 'doAs=x'),
  '403 Unauthorized connection for super-user: alice from IP /127.0.0.1',
)
const ofGroup = {...ON, 'hadoop.proxygroup.ops.users': 'bob', 'hadoop.proxygroup.ops.hosts': 'localhost'}
test(settles, 'Default', ofGroup, {...doAs('eve', 'doAs=bob'), groups: ['ops']}, 'bob eve [ops] /p?user.name=bob')
test(
  settles,
  'Default',
  ofGroup,
  {...doAs('eve', 'doAs=bob'), groups: ['dev']},
  '403 User: eve is not allowed to impersonate bob',
)
test(
  settles,
  'Default',
  {...ofGroup, 'group.mapping.ops': "(username 'eve')"},
  doAs('eve', 'doAs=bob'),
  'bob eve [] /p?user.name=bob',
)
const byGroup = {...ON, ...overrides, 'hadoop.proxyuser.alice.groups': 'g1', 'hadoop.proxyuser.alice.hosts': '*'}
test(settles, 'HadoopGroupProvider', byGroup, doAs('alice', 'doAs=guest'), 'guest alice [g1 g2] /p?user.name=guest')
test(
  settles,
  'HadoopGroupProvider',
  byGroup,
  doAs('alice', 'doAs=bob'),
  '403 User: alice is not allowed to impersonate bob',
)

const refuses = test.macro({
  exec(t, provider: string, params: Params, expected: RegExp) {
    const told = toldOf(ROLE, provider, params)
    t.is(told.length, 1)
    t.regex(told[0] ?? '', expected)
  },
  title: (_, provider, params) => `${provider} with ${JSON.stringify(params)} is a fault`,
})

test(refuses, 'Default', {'principal.mapping': 'guest'}, /"guest" is not name=name/)
test(refuses, 'Default', {'principal.mapping': 'guest='}, /"guest=" is not name=name/)
test(refuses, 'Default', {'principal.maping': 'a=b'}, /param-unknown.*did you mean principal\.mapping/)
test(refuses, 'Default', {'hadoop.proxyuser.a.hosts': 'host.example.com'}, /neither an address nor a range/)
test(refuses, 'Default', {'hadoop.proxyuser.impersonation.enabled': 'yes'}, /neither true nor false/)
test(refuses, 'Default', {'concat.prefix': 'a'}, /param-unknown/)
test(refuses, 'Default', {'group.mapping.a': '(member'}, /ends too soon/)
test(refuses, 'SwitchCase', {'principal.case': 'title'}, /none of lower, upper, none/)
test(refuses, 'Regex', {input: '(', output: ''}, /is no pattern/)
test(refuses, 'HadoopGroupProvider', {CENTRAL_GROUP_CONFIG_PREFIX: 'other.'}, /none of gateway\.group\.config/)
