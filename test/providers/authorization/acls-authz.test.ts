import test from 'ava'
import {type Coming, type Params, statusOf, toldOf} from '../filters.js'

const passes = test.macro({
  async exec(t, params: Params, request: Coming, expected: number) {
    t.is(await statusOf('authorization', 'AclsAuthz', params, request), expected)
  },
  title: (_, params, request, expected) => `${JSON.stringify(params)} of ${JSON.stringify(request)}: ${expected}`,
})

const acl = (value: string, mode?: string): Params => ({'plain.acl': value, ...(mode ? {'plain.acl.mode': mode} : {})})
const alice: Coming = {user: 'alice', groups: ['g1']}

// params, request, status
test(passes, {}, {}, 200)
test(passes, acl('*;*;*'), {}, 403)
test(passes, acl('*;*;*'), alice, 200)
test(passes, acl('alice;*;*'), alice, 200)
test(passes, acl('ALICE;*;*'), alice, 403)
test(passes, acl('al*;*;*'), alice, 403)
test(passes, acl(' bob , alice ; * ; * '), alice, 200)
test(passes, acl('*;g1,g2;*'), alice, 200)
test(passes, acl('*;g2;*'), alice, 403)
test(passes, acl('*;g2;*'), {user: 'g2'}, 403)
test(passes, acl('alice;g2;*'), alice, 403)
test(passes, acl('alice;g2;*', 'or'), alice, 200)
test(passes, acl('bob;g1;*', 'OR'), alice, 200)
test(passes, acl('bob;*;*', 'OR'), alice, 403)
test(passes, acl('*;*;127.0.0.1', 'OR'), {}, 200)
test(passes, acl('*;*;10.0.0.0/8'), {...alice, address: '10.9.8.7'}, 200)
test(passes, acl('*;*;10.0.0.0/8'), {...alice, address: '11.9.8.7'}, 403)
test(passes, acl('*;*;10.1.*'), {...alice, address: '10.1.0.7'}, 200)
test(passes, acl('*;*;10.1.*'), {...alice, address: '10.10.0.7'}, 403)
test(passes, acl('*;*;fd00::/8'), {...alice, address: 'fd12::1'}, 200)
test(passes, acl('KNOX_ADMIN_USERS;*;*'), {user: 'root'}, 200)
test(passes, acl('KNOX_ADMIN_USERS;*;*'), {user: 'KNOX_ADMIN_USER'}, 403)
test(passes, acl('*;KNOX_ADMIN_GROUPS;*'), {user: 'x', groups: ['wheel']}, 200)
test(passes, acl('*;KNOX_ADMIN_GROUPS;*'), {user: 'x', groups: ['root']}, 403)
test(passes, {...acl('bob;*;*'), 'OTHER.acl': 'alice;*;*'}, {...alice, service: 'OTHER'}, 200)
test(passes, {'PLAIN.ACL': 'bob;*;*'}, alice, 403)
test(passes, {...acl('alice;g2;*'), 'acl.mode': 'OR'}, alice, 200)
test(passes, {...acl('alice;g2;*', 'AND'), 'acl.mode': 'OR'}, alice, 403)

const tells = test.macro({
  exec(t, params: Params, expected: RegExp) {
    const told = toldOf('authorization', 'AclsAuthz', params)
    t.is(told.length, 1)
    t.regex(told[0] ?? '', expected)
  },
  title: (_, params) => `${JSON.stringify(params)} is told`,
})

for (const value of ['', 'alice', 'alice;*', 'alice;;', ';;', ';*;*', 'alice;*;*;*', '*', ' ; ; ', ',;*;*'])
  test(tells, acl(value), /param-invalid: plain\.acl: .* is not users;groups;addresses/)
test(tells, acl('*;*;10.0.0.256'), /neither an address nor a range/)
test(tells, acl('*;*;1*'), /neither an address nor a range/)
test(tells, acl('*;*;*', 'XOR'), /none of AND, OR/)
test(tells, {acl: 'alice;*;*'}, /param-unknown: acl/)
test(
  tells,
  {'plian.acl': 'alice;*;*'},
  /t.xml:1:1: param-invalid: plian\.acl: the topology has no service plian; did you mean PLAIN\?/,
)
test(tells, {'webhdfs.acl': 'alice;*;*'}, /warning: param-doubtful: webhdfs\.acl: the topology has no service webhdfs$/)
