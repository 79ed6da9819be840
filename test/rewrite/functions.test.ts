import test from 'ava'
import {hostMap} from '../../gateway/rewrite/host-map.js'
import type {RewriteContext, RewriteFacts} from '../../gateway/rewrite/rewrite-function.js'
import {rewriteFunctions} from '../../gateway/server/live/rewrite-functions.js'
import {context, plan} from './descriptors.js'

const facts: RewriteFacts = {
  direction: 'in',
  topology: 'sandbox',
  gatewayName: 'gateway',
  hosts: hostMap(plan().hostmap),
}

interface Given extends Partial<RewriteContext> {
  readonly direction?: RewriteFacts['direction']
}

const gives = test.macro({
  exec(t, name: string, args: readonly string[], expected: readonly string[] | RegExp, given: Given = {}) {
    const {direction = 'in', ...more} = given
    const evaluate = () => rewriteFunctions.get(name)?.evaluate(args, context(more), {...facts, direction})
    if (expected instanceof RegExp) t.throws(evaluate, {instanceOf: RangeError, message: expected})
    else t.deepEqual(evaluate(), expected)
  },
  title: (_, name: string, args: readonly string[], expected: readonly string[] | RegExp, given: Given = {}) =>
    `{$${name}[${args}]} gives ${expected} ${JSON.stringify(given, Object.keys(given))}`,
})

// function, arguments, values or error, what the exchange is like
test(gives, 'frontend', [], ['https://gw:8443/gateway/sandbox'])
test(gives, 'frontend', ['url'], ['https://gw:8443/gateway/sandbox'])
test(gives, 'frontend', [' Host '], ['gw'])
test(gives, 'frontend', ['addr'], ['gw:8443'])
test(gives, 'frontend', ['address'], ['gw:8443'])
test(gives, 'frontend', ['scheme'], ['https'])
test(gives, 'frontend', ['port'], ['8443'])
test(gives, 'frontend', ['path'], ['/gateway/sandbox'])
test(gives, 'frontend', ['topology'], ['sandbox'])
test(gives, 'frontend', ['gateway.name'], ['gateway'])
test(gives, 'frontend', ['colour'], /no such part, use url, addr/)

const standard = {frontend: {scheme: 'https', host: 'gw', port: '443', path: '/g/t'}}
test(gives, 'frontend', ['url'], ['https://gw/g/t'], standard)
test(gives, 'frontend', ['addr'], ['gw'], standard)
test(gives, 'frontend', ['port'], ['443'], standard)

test(gives, 'serviceUrl', ['FOO'], ['http://foo:8080/base'])
test(gives, 'serviceUrl', ['FOO', 'BAR'], ['http://foo:8080/base', 'https://bar'])
test(gives, 'serviceUrl', ['ABSENT'], [])
test(gives, 'serviceAddr', ['FOO'], ['foo:8080'])
test(gives, 'serviceAddr', ['BAR'], ['bar'])
test(gives, 'serviceAddr', ['ABSENT'], [])
test(gives, 'serviceScheme', ['BAR'], ['https'])
test(gives, 'serviceHost', ['FOO'], ['foo'])
test(gives, 'servicePort', ['FOO'], ['8080'])
test(gives, 'servicePort', ['BAR'], ['443'])
test(gives, 'servicePath', ['FOO'], ['/base'])
test(gives, 'servicePath', ['BAR'], ['/'])

const inside = {serviceUrl: () => 'http://outside:1/x'}
const outside = {serviceUrl: () => 'http://node1:1/x', direction: 'out'} as const
test(gives, 'serviceMappedUrl', ['FOO'], ['http://inside:1/x'], inside)
test(gives, 'serviceMappedUrl', ['FOO'], ['http://outside:1/x'], outside)
test(gives, 'serviceMappedAddr', ['FOO'], ['inside:1'], inside)
test(gives, 'serviceMappedHost', ['FOO'], ['outside'], outside)

test(gives, 'hostmap', ['public'], ['inside'])
test(gives, 'hostmap', ['inside'], ['outside'], {direction: 'out'})
test(gives, 'hostmap', ['node1', 'other'], ['outside', 'other'], {direction: 'out'})
test(gives, 'hostmap', ['unknown'], ['unknown'])

const asked = {direction: 'out', inboundQuery: 'host=dn%2D1&port=1&host=dn2'} as const
test(gives, 'inboundurl', ['host'], ['dn-1', 'dn2'], asked)
test(gives, 'inboundurl', ['scheme'], [], asked)
test(gives, 'inboundurl', [], [], asked)
test(gives, 'inboundurl', ['host'], [], {...asked, direction: 'in'})
test(gives, 'inboundurl', ['host'], [], {direction: 'out'})

test(gives, 'username', [], ['sam'])
test(gives, 'username', ['nobody'], ['nobody'], {principal: undefined})
test(gives, 'username', [], [], {principal: undefined})

test(gives, 'prefix', ["'", 'url'], ["'https://gw:8443/gateway/sandbox"])
test(gives, 'prefix', ['host'], ['gw'])
test(gives, 'postfix', ['url', '/atlas/'], ['https://gw:8443/gateway/sandbox/atlas/'])
test(gives, 'infix', ['(', 'host', ')'], ['(gw)'])
test(gives, 'infix', ['(', ')'], ['(https://gw:8443/gateway/sandbox)'])
test(gives, 'import', ['"', 'path'], ['@import "/gateway/sandbox'])
test(gives, 'import', ['path'], ['@import /gateway/sandbox'])
