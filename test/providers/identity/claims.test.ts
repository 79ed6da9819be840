import test from 'ava'
import {cutUrl, printUrl} from '../../../gateway/common/request-url.js'
import {asserted, claimsOf, parameterOf} from '../../../gateway/providers/identity/claims.js'

const gives = test.macro({
  exec(t, query: string, principal: string | undefined, expected: string) {
    const url = cutUrl(`http://service/p${query}`)
    t.truthy(url)
    if (url) t.is(printUrl(asserted(url, principal, claimsOf(['hive.proxy']))), `http://service/p${expected}`)
  },
  title: (_, query, principal, expected) => `"${query}" of ${principal ?? 'nobody'} becomes "${expected}"`,
})

// query of the target, principal, query that the service sees
test(gives, '', 'anonymous', '?user.name=anonymous')
test(gives, '?a=1', 'anonymous', '?a=1&user.name=anonymous')
test(gives, '?a=b%20c+d', 'anonymous', '?a=b%20c+d&user.name=anonymous')
test(gives, '?user.name=bob&a=1', 'anonymous', '?a=1&user.name=anonymous')
test(gives, '?doAs=bob&user.name=x&a=1', 'anonymous', '?a=1&user.name=anonymous')
test(gives, '?doas=bob', 'anonymous', '?user.name=anonymous')
test(gives, '?user%2Ename=bob', 'anonymous', '?user.name=anonymous')
test(gives, '?d%6FAs=bob&b', 'anonymous', '?b&user.name=anonymous')
test(gives, '?user.name', undefined, '')
test(gives, '?user.names=bob', undefined, '?user.names=bob')
test(gives, '?', undefined, '?')
test(gives, '', 'member@us.apache.org', '?user.name=member%40us.apache.org')
test(gives, '', 'a b&c', '?user.name=a%20b%26c')
for (const name of [
  'USER.NAME',
  'user%2ename',
  '%75ser.name',
  'user%252Ename',
  '+user.name',
  'user.name%00',
  '%09doAs',
  'doAs%3Dbob%26x',
  'Hive.Proxy',
])
  test(gives, `?${name}=bob&a=1`, 'alice', '?a=1&user.name=alice')
test(gives, '?a=1;doAs=bob', 'alice', '?a=1&user.name=alice')
test(gives, '?a=1;b=2', 'alice', '?a=1;b=2&user.name=alice')
test(gives, '?next=%2Fx%3Fa%26user.name%3Dbob', 'alice', '?next=%2Fx%3Fa%26user.name%3Dbob&user.name=alice')

const finds = test.macro({
  exec(t, query: string | undefined, expected: string | undefined) {
    t.is(parameterOf(query, 'doAs'), expected)
  },
  title: (_, query) => `doAs in ${query}`,
})

test(finds, undefined, undefined)
test(finds, 'a=1', undefined)
test(finds, 'a=1&doAs=b%20c&doAs=d', 'b c')
test(finds, 'd%6FAs=b+c', 'b c')
test(finds, 'doas=bob', undefined)
test(finds, 'doAs', '')
test(finds, 'doAs=%ff', '')
