import test from 'ava'
import {whitelistFor} from '../../gateway/dispatch/whitelist.js'
import {url} from './fakes.js'

const allows = test.macro({
  exec(t, setting: string, frontendHost: string, target: string, expected: boolean) {
    t.is(whitelistFor(setting, ['ROLE'], 'ROLE')?.allows(url(target), frontendHost), expected)
  },
  title: (_, setting, host, target, expected) => `"${setting}" at ${host}: ${target} ${expected}`,
})

// setting, host of the gateway, target, allowed
test(allows, '', 'gw.example.com', 'http://svc.example.com:80/x', true)
test(allows, 'DEFAULT', 'gw.example.com', 'https://svc.example.com:443/x', true)
test(allows, 'default', 'gw.example.com', 'https://a.b.example.com:443/x', true)
test(allows, 'DEFAULT', 'gw.example.com', 'https://svc.example.com/x', false)
test(allows, 'DEFAULT', 'gw.example.com', 'http://.example.com:80/x', false)
test(allows, 'DEFAULT', 'gw.example.com', 'http://example.com:80/', false)
test(allows, 'DEFAULT', 'gw.example.com', 'http://svc.example.com.evil.org:80/', false)
test(allows, 'DEFAULT', 'localhost', 'http://127.0.0.1:80/', true)
test(allows, 'DEFAULT', '[::1]', 'http://[::1]:80/', true)
test(allows, 'DEFAULT', 'localhost', 'http://other:80/', false)
test(allows, 'DEFAULT', 'gw', 'http://gw:80/', true)
test(allows, 'DEFAULT', '10.0.0.1', 'http://10.0.0.1:80/', true)
test(allows, 'DEFAULT', '10.0.0.1', 'http://99.0.0.1:80/', false)
test(allows, 'HTTPS_ONLY', 'gw.example.com', 'http://svc.example.com:80/', false)
test(allows, 'HTTPS_ONLY', 'gw.example.com', 'https://svc.example.com:80/', true)
test(allows, '^https?://a:\\d+$;^http://b$', 'gw', 'http://b/x?y', true)
test(allows, '^https?://a:\\d+$;^http://b$', 'gw', 'https://a:1/', true)
test(allows, 'http://a', 'gw', 'http://a:1/', false)
test(allows, 'a', 'gw', 'http://a/', false)

test('covers the roles it is told, KNOXSSO always', t => {
  t.is(whitelistFor('', [], 'ROLE'), undefined)
  t.is(whitelistFor('', ['OTHER'], 'ROLE'), undefined)
  t.truthy(whitelistFor('', ['*'], 'ROLE'))
  t.truthy(whitelistFor('', [], 'KNOXSSO'))
})
