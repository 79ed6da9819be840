import test from 'ava'
import {climbs, resolved} from '../../gateway/http/path-climb.js'

const tells = test.macro({
  exec(t, path: string, serviceUrl: string, expected: boolean) {
    t.is(climbs(path, serviceUrl), expected)
  },
  title: (_, path, serviceUrl, expected) => `${path} ${expected ? 'leads out of' : 'stays in'} ${serviceUrl}`,
})

// path at the service, the service's URL, whether it leads out
test(tells, '/base/a/b', 'http://s/base', false)
test(tells, '/base/a/../b', 'http://s/base', false)
test(tells, '/base/a/../../b', 'http://s/base', true)
test(tells, '/base/a/../../base/b', 'http://s/base', true)
test(tells, '/base/%2e%2E/b', 'http://s/base', true)
test(tells, '/base/..%2f..%2fadmin', 'http://s/base', true)
test(tells, '/base/..;x=1/admin', 'http://s/base', true)
test(tells, '/base/..\\admin', 'http://s/base', true)
test(tells, '/base/..%5Cadmin', 'http://s/base', true)
test(tells, '/base//../admin', 'http://s/base', true)
test(tells, '/base/./../admin', 'http://s/base/', true)
test(tells, '/a/../b', 'http://s', false)
test(tells, '/a/../../b', 'http://s:1/', true)
test(tells, '/a..b/...', 'http://s', false)
// some servers take %2f for a part of a name, and so have one segment less to climb from
test(tells, '/base/a%2fb/../../admin', 'http://s/base', true)
test(tells, '/base/a%5Cb/../c', 'http://s/base', true)
test(tells, '/base/a%2fb/c..d', 'http://s/base', false)
// escapes of escapes, and longer forms of UTF-8 than need be
for (const dots of [
  '%252e%252e',
  '%2E%252e',
  '%25%32%65.',
  '%c0%ae%C0%AE',
  '%e0%80%ae.',
  '..%3b',
  '..%253Bx',
  '..%20',
  '%09..',
])
  test(tells, `/base/${dots}/admin`, 'http://s/base', true)
for (const slash of ['%252f', '%255c', '%c0%af', '%c1%9c', '%25c0%25af', '%E0%80%AF'])
  test(tells, `/base/..${slash}admin`, 'http://s/base', true)
// one segment more for a service that undoes one escape, one less for one that undoes another
test(tells, '/base/%3b/a%2fb/../..;/admin', 'http://s/base', true)
test(tells, '/base/a%252fb/%C3%A9..%E2%82%AC', 'http://s/base', false)

const becomes = test.macro({
  exec(t, path: string, expected: string | undefined) {
    t.is(resolved(path), expected)
  },
  title: (_, path, expected) => `${path} is ${expected ?? 'refused'}`,
})

// path, without dot segments
test(becomes, '/a//b/', '/a//b/')
test(becomes, '/a/../b', '/b')
test(becomes, '/a/%2E%2e/b;c', '/b;c')
test(becomes, '/a/..;x/./b%20', '/b%20')
test(becomes, '/a/..', '/')
test(becomes, '/a/b/..', '/a/')
test(becomes, '/a/../b/', '/b/')
test(becomes, '/../a', undefined)
test(becomes, '/a%2f../b', undefined)
