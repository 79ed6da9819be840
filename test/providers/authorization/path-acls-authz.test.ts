import test from 'ava'
import {type Coming, type Params, statusOf, toldOf} from '../filters.js'

const reaches = test.macro({
  async exec(t, params: Params, target: string, expected: number, request: Coming = {}) {
    t.is(await statusOf('authorization', 'PathAclsAuthz', params, {user: 'bob', target, ...request}), expected)
  },
  title: (_, params: Params, target: string, expected: number, request?: Coming) =>
    `${JSON.stringify(params)}: ${target} ${JSON.stringify(request ?? {})}: ${expected}`,
})

/** Everybody may reach everything below /base, only alice what is private. */
const RULES = {
  'plain.all.path.acl': '*://*:*/base/**?**;*;*;*',
  'plain.private.path.acl': '*://*:*/**/private/**?**;alice;*;*',
}
const alice = {user: 'alice'}
const at = (path: string) => `http://s.test:8080${path}`

// params, address at the service, status for bob
test(reaches, {}, at('/anything'), 200)
test(reaches, RULES, at('/base/open'), 200)
test(reaches, RULES, at('/base/open?a=1'), 200)
test(reaches, RULES, at('/base/private/x'), 403)
test(reaches, RULES, at('/base/private/x?a=1'), 403)
test(reaches, RULES, at('/base/private/x'), 200, alice)
test(reaches, RULES, at('/elsewhere/x'), 403, alice)
test(reaches, RULES, at('/elsewhere'), 200, {service: 'OTHER'})

const DISGUISES = [
  '/base/%70rivate/x',
  '/base/%2570rivate/x',
  '/base/%252570rivate/x',
  '/base/PRIVATE/x',
  '/base/%50rivate/x',
  '/base//private/x',
  '/base/private//x',
  '/base/./private/x',
  '/base/%2e/private/x',
  '/base/open/../private/x',
  '/base/open/..;/private/x',
  '/base/open/..;a=b/private/x',
  '/base/open/%2e%2e/private/x',
  '/base/open/%2E./private/x',
  '/base/open/%252e%252e/private/x',
  '/base/open/..%20/private/x',
  '/base/open/%09../private/x',
  '/base/open%2f..%2fprivate/x',
  '/base/open/..%2fprivate/x',
  '/base/open/..%5cprivate/x',
  '/base/open\\..\\private/x',
  '/base/private;a=b/x',
  '/base/;a/private/x',
  '/base/private%2fx',
  '/base/private%252fx',
  '/base/private./x',
  '/base/private%20/x',
  '/base%2fprivate%2fx',
  '/base/priv%c1%a1te/x',
  '/base/priv%C0%E1te/x',
  '/base/priv%25c1%25a1te/x',
  '/base/priv%e0%81%a1te/x',
  '/base/private%00/x',
  '/base/private%09/x',
  '/base/%20private/x',
  '/base/private%2500/x',
  // a service that undoes one thing and not another is elsewhere than one that undoes both, or none
  '/base/%70rivate/..;/x',
  '/base/%70rivate/%252e%252e/x',
  '/base/private;a/..%2fx',
  '/base/open/..;/private;/%252e%252e/x',
  '/base/%70rivate/..\\open/x',
]
for (const path of DISGUISES) test(reaches, RULES, at(path), 403)

/** What is allowed is not left by way of what it does not name. */
const OPEN = {'plain.path.acl': '*://*:*/base/open/**?**;*;*;*'}
for (const path of [
  '/base/open/../secret',
  '/base/open/%2e%2e/secret',
  '/base/open/..;/secret',
  '/base/open/x/../../secret',
])
  test(reaches, OPEN, at(path), 403)
test(reaches, OPEN, at('/base/open/a%20b/c;d=e?f=%26'), 200)

const QUERY = {
  'plain.a.path.acl': '*://*:*/base/**?**;*;*;*',
  'plain.b.path.acl': '*://*:*/base/**?op=DELETE&**;alice;*;*',
}
test(reaches, QUERY, at('/base/x?op=GET'), 200)
test(reaches, QUERY, at('/base/x?op=DELETE'), 403)
test(reaches, QUERY, at('/base/x?a=1&op=DELETE'), 403)
test(reaches, QUERY, at('/base/x?op=%44ELETE'), 403)
test(reaches, QUERY, at('/base/x?%6fp=%2544ELETE'), 403)
test(reaches, QUERY, at('/base/x?OP=delete'), 403)

const all = {'path.acl': '*://*:*/base/**;alice;*;*'}
test(reaches, all, at('/base/x'), 403)
test(reaches, all, at('/base/x'), 403, {service: 'OTHER'})
test(reaches, all, at('/base/x'), 200, {...alice, service: 'OTHER'})
test(reaches, {...all, 'path.acl.mode': 'or'}, at('/base/x'), 403, {groups: ['g']})
test(reaches, {'path.acl': '*://*:*/**;alice;g;*', 'plain.path.acl.mode': 'OR'}, at('/base/x'), 200, {groups: ['g']})
test(reaches, {'path.acl': '*://*:*/**;alice;g;*', 'plain.path.acl.mode': 'OR'}, at('/base/x'), 403, {
  groups: ['g'],
  service: 'OTHER',
})
test(reaches, {'plain.path.acl': 'https://*:*/**;*;*;*'}, at('/base/x'), 403)

const tells = test.macro({
  exec(t, params: Params, expected: RegExp) {
    const told = toldOf('authorization', 'PathAclsAuthz', params)
    t.is(told.length, 1)
    t.regex(told[0] ?? '', expected)
  },
  title: (_, params: Params) => `${JSON.stringify(params)} is told`,
})

test(tells, {'plain.path.acl': 'alice'}, /is not path;users;groups;addresses/)
test(tells, {'plain.path.acl': ';alice;*;*'}, /is not path;users;groups;addresses/)
test(tells, {'plain.path.acl': '*://*:*/**;alice;*'}, /is not users;groups;addresses/)
test(tells, {'plain.path.acl': '*://*:*/**;alice;*;*;*'}, /is not users;groups;addresses/)
test(tells, {'plain.path.acl': '*://*:*/{x;alice;*;*'}, /param-invalid: .*the "\{" at character 9 is not closed/)
test(
  tells,
  {'pain.rule.path.acl': '*://*:*/**;alice;*;*'},
  /param-invalid: pain\.rule\.path\.acl: the topology has no service pain; did you mean PLAIN\?/,
)
