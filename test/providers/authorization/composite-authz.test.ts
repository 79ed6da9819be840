import test from 'ava'
import {type Coming, type Params, statusOf, toldOf} from '../filters.js'

const BOTH = {
  'composite.provider.names': 'AclsAuthz, PathAclsAuthz',
  'AclsAuthz.plain.acl': 'alice,bob;*;*',
  'PathAclsAuthz.plain.r1.path.acl': '*://*:*/private/**;alice;*;*',
  'PathAclsAuthz.plain.r2.path.acl': '*://*:*/**;*;*;*',
}

const passes = test.macro({
  async exec(t, params: Params, request: Coming, expected: number) {
    t.is(await statusOf('authorization', 'CompositeAuthz', params, request), expected)
  },
  title: (_, params: Params, request: Coming, expected: number) =>
    `${JSON.stringify(params)} of ${JSON.stringify(request)}: ${expected}`,
})

test(passes, BOTH, {user: 'alice', target: 'http://s/private/x'}, 200)
test(passes, BOTH, {user: 'bob', target: 'http://s/private/x'}, 403)
test(passes, BOTH, {user: 'bob', target: 'http://s/open/x'}, 200)
test(passes, BOTH, {user: 'carol', target: 'http://s/open/x'}, 403)
test(passes, {...BOTH, 'composite.provider.names': 'aclsauthz'}, {user: 'bob', target: 'http://s/private/x'}, 200)

const tells = test.macro({
  exec(t, params: Params, expected: RegExp) {
    const told = toldOf('authorization', 'CompositeAuthz', params)
    t.regex(told[0] ?? '', expected)
  },
  title: (_, params: Params) => `${JSON.stringify(params)} is told`,
})

test(tells, {}, /no provider is named/)
test(tells, {'composite.provider.names': ' , '}, /no provider is named/)
test(tells, {'composite.provider.names': 'AclsAuthz,Other'}, /"Other" is none of AclsAuthz, PathAclsAuthz/)
test(
  tells,
  {...BOTH, 'AclsAuthz.plian.acl': '*;*;*'},
  /AclsAuthz\.plian\.acl: the topology has no service plian; did you mean PLAIN/,
)
test(tells, {...BOTH, 'plain.acl': '*;*;*'}, /param-unknown: plain\.acl/)
