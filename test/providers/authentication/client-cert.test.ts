import test from 'ava'
import type {Exchange} from '../../../gateway/pipeline/exchange.js'
import type {ProviderParts} from '../../../gateway/pipeline/provider.js'
import {clientCert} from '../../../gateway/providers/authentication/client-cert.js'

const names = test.macro({
  exec(t, attribute: string, subject: string | undefined, expected: string | undefined) {
    const [filter] = clientCert.create({'client.cert.principal.attribute.name': attribute}, {} as ProviderParts)
    const exchange = {certificateSubject: () => subject, notes: {}} as unknown as Exchange
    if (expected === undefined) t.throws(() => filter?.enter?.(exchange), {message: 'You may not come in here.'})
    else t.is((filter?.enter?.(exchange) as Exchange | undefined)?.principal?.name, expected)
  },
  title: (_, attribute, subject, expected) => `${attribute} of ${JSON.stringify(subject)} is ${expected ?? 'refused'}`,
})

// param, what the certificate says, user
test(names, 'DN', 'C=US\nO=Example\nCN=alice', 'CN=alice,O=Example,C=US')
test(names, 'CN', 'C=US\nO=Example\nCN=alice', 'alice')
test(names, 'CN', 'O=Example', undefined)
test(names, 'CN', 'CN=alice\nCN=root', undefined)
test(names, 'DN', undefined, undefined)
