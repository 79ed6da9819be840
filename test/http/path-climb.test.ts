import test from 'ava'
import {climbs} from '../../gateway/http/path-climb.js'

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
