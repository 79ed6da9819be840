import test from 'ava'
import {cutUrl, printUrl} from '../../gateway/common/request-url.js'
import {asserted} from '../../gateway/providers/default-identity.js'

const gives = test.macro({
  exec(t, query: string, principal: string | undefined, expected: string) {
    const url = cutUrl(`http://service/p${query}`)
    t.truthy(url)
    if (url) t.is(printUrl(asserted(url, principal)), `http://service/p${expected}`)
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
