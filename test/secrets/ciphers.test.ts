import {createSecureContext} from 'node:tls'
import test from 'ava'
import {cipherList} from '../../gateway/secrets/ciphers.js'

const gives = test.macro({
  exec(t, included: readonly string[], excluded: readonly string[], expected: string | undefined) {
    t.is(cipherList(included, excluded), expected)
    if (expected) t.notThrows(() => createSecureContext({ciphers: expected}))
  },
  title: (_, included, excluded, expected) => `${included} without ${excluded} gives ${expected}`,
})

// included, excluded, what OpenSSL is told
test(gives, [], [], undefined)
test(gives, ['TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'], [], 'ECDHE-RSA-AES256-GCM-SHA384')
test(gives, ['ECDHE-RSA-AES256-GCM-SHA384'], [], 'ECDHE-RSA-AES256-GCM-SHA384')
test(gives, ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'], [], 'ECDHE-ECDSA-CHACHA20-POLY1305')
test(gives, ['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA'], [], 'ECDHE-RSA-AES128-SHA')
test(gives, ['TLS_RSA_WITH_AES_256_CBC_SHA256'], [], 'AES256-SHA256')
test(gives, ['TLS_AES_.*'], ['.*_SHA384'], 'TLS_AES_128_GCM_SHA256')
test(gives, ['TLS_NULL_WITH_NULL_NULL'], [], '')
test(gives, ['TLS_ECDHE_RSA_WITH_AES'], [], '')

test('what is excluded is taken out of Node’s own choice', t => {
  const without = cipherList([], ['^.*_(MD5|SHA|SHA1)$', '^TLS_RSA_.*$']) ?? ''
  const suites = without.split(':')
  t.true(suites.includes('ECDHE-RSA-AES128-GCM-SHA256'))
  t.true(suites.includes('TLS_AES_256_GCM_SHA384'))
  t.false(suites.some(name => /^AES|-SHA$/.test(name)))
})
