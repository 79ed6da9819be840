import {existsSync, readFileSync} from 'node:fs'
import test from 'ava'
import {addressRanges, plainAddress} from '../../gateway/http/address-ranges.js'
import {type Arrival, FORWARDED_NAMES, forwarded} from '../../gateway/http/forwarded.js'
import {valueOf} from '../../gateway/http/headers.js'

const covers = test.macro({
  exec(t, ranges: readonly string[], address: string, expected: boolean) {
    t.is(addressRanges(ranges).has(address), expected)
  },
  title: (_, ranges: readonly string[], address, expected) =>
    `${ranges.join(' ')} ${expected ? 'has' : 'has not'} ${address}`,
})

test(covers, ['10.0.0.0/8'], '10.255.0.1', true)
test(covers, ['10.0.0.0/8'], '11.0.0.1', false)
test(covers, ['10.0.0.0/8'], '::ffff:10.1.2.3', true)
test(covers, ['192.168.4.0/22'], '192.168.7.255', true)
test(covers, ['192.168.4.0/22'], '192.168.8.0', false)
test(covers, ['127.0.0.1'], '127.0.0.1', true)
test(covers, ['127.0.0.1'], '127.0.0.2', false)
test(covers, ['0.0.0.0/0'], '8.8.8.8', true)
test(covers, ['0.0.0.0/0'], '2001:db8::1', false)
test(covers, ['::1'], '::1', true)
test(covers, ['::1'], '0:0:0:0:0:0:0:1', true)
test(covers, ['fc00::/7'], 'fd12:3456::1', true)
test(covers, ['fc00::/7'], 'fe80::1', false)
test(covers, ['fe80::/10'], 'fe80::1%eth0', true)
test(covers, ['2001:db8::/33'], '2001:db8:7fff::1', true)
test(covers, ['2001:db8::/33'], '2001:db8:8000::1', false)
test(covers, [' 10.0.0.1 ', '::1'], '10.0.0.1', true)
test(covers, ['10.0.0.0/8'], '', false)
test(covers, ['10.0.0.0/8'], 'unknown', false)
test(covers, ['10.0.0.0/8'], '10.0.0.256', false)
test(covers, ['::/0'], '1:2:3:4:5:6:7', false)
test(covers, ['::/0'], '1::2::3', false)
test(covers, [], '127.0.0.1', false)

for (const text of ['10.0.0.0/33', '::/129', 'localhost', '10.0.0', '10.0.0.0/', '10.0.0.0/-1', ''])
  test(`no range: "${text}"`, t => {
    t.throws(() => addressRanges([text]), {instanceOf: RangeError, message: /is neither an address/})
  })

test('IPv4 in IPv6 form is told as IPv4', t => {
  t.is(plainAddress('::ffff:127.0.0.1'), '127.0.0.1')
  t.is(plainAddress('::1'), '::1')
})

const ARRIVAL: Arrival = {peer: '127.0.0.1', secure: false, host: 'gw.test', port: '8443', path: '/gateway/plain'}
const LOCAL = addressRanges(['127.0.0.0/8', '10.0.0.0/8'])

const sets = test.macro({
  exec(t, given: readonly string[], arrival: Partial<Arrival>, expected: readonly string[]) {
    const {others, fields} = forwarded(given, {...ARRIVAL, ...arrival}, LOCAL)
    t.deepEqual(
      FORWARDED_NAMES.map(name => valueOf(fields, name)),
      [...expected],
    )
    t.is(fields.length, 12)
    t.deepEqual(others, [])
  },
  title: (_, given: readonly string[], arrival) => `${JSON.stringify(arrival)} brings ${given.join(' ')}`,
})

const PLAIN = ['127.0.0.1', 'http', '8443', 'gw.test:8443', 'gw.test', '/gateway/plain'] as const
const GIVEN = [
  'X-Forwarded-For',
  '1.2.3.4',
  'X-Forwarded-Proto',
  'https',
  'X-Forwarded-Host',
  'pub.example',
  'X-Forwarded-Context',
  '/ctx',
]

// what was brought, by whom, what the service is told
test(sets, [], {}, PLAIN)
test(sets, [], {secure: true, port: ''}, ['127.0.0.1', 'https', '443', 'gw.test', 'gw.test', '/gateway/plain'])
test(sets, [], {port: ''}, ['127.0.0.1', 'http', '80', 'gw.test', 'gw.test', '/gateway/plain'])
test(sets, [], {host: '[::1]', peer: '::ffff:127.0.0.1'}, [
  '127.0.0.1',
  'http',
  '8443',
  '[::1]:8443',
  '[::1]',
  '/gateway/plain',
])
test(sets, GIVEN, {}, ['1.2.3.4,127.0.0.1', 'https', '443', 'pub.example', 'pub.example', '/ctx/gateway/plain'])
test(sets, GIVEN, {peer: '8.8.8.8'}, ['8.8.8.8', ...PLAIN.slice(1)])
test(sets, ['X-Forwarded-For', '1.1.1.1', 'x-forwarded-for', '2.2.2.2'], {}, [
  '1.1.1.1,2.2.2.2,127.0.0.1',
  ...PLAIN.slice(1),
])
test(sets, ['X_Forwarded_For', '1.1.1.1', 'X-Forwarded_Proto', 'https'], {}, PLAIN)
test(sets, ['X-Forwarded-Proto', 'javascript', 'X-Forwarded-Host', 'a b', 'X-Forwarded-Port', 'x'], {}, PLAIN)
test(sets, ['X-Forwarded-Port', '65536', 'X-Forwarded-Host', 'a.example:0'], {}, PLAIN)
test(sets, ['X-Forwarded-Host', 'a.example, b.example'], {}, [
  '127.0.0.1',
  'http',
  '80',
  'a.example',
  'a.example',
  '/gateway/plain',
])

test('others are left alone', t => {
  const given = ['A', '1', 'X-Forwarded-Other', '2', 'a', '3']
  t.is(forwarded(given, ARRIVAL, LOCAL).others, given)
})

for (const name of ['Forwarded', 'X-Forwarded-Prefix', 'x-forwarded-User', 'X_Forwarded_Prefix'])
  test(`${name} is believed as the others are`, t => {
    const lowerName = name.toLowerCase()
    t.is(valueOf(forwarded([name, 'x'], ARRIVAL, LOCAL).others, lowerName), 'x')
    t.is(valueOf(forwarded([name, 'x'], {...ARRIVAL, peer: '8.8.8.8'}, LOCAL).others, lowerName), undefined)
  })

const clients = test.macro({
  exec(t, passed: string, peer: string, expected: string) {
    const given = passed === '' ? [] : ['X-Forwarded-For', passed]
    t.is(forwarded(given, {...ARRIVAL, peer}, LOCAL).clientAddress, expected)
  },
  title: (_, passed, peer, expected) => `for ${passed || 'nobody'} by ${peer}: the client is ${expected}`,
})

test(clients, '', '8.8.8.8', '8.8.8.8')
test(clients, '', '::ffff:8.8.8.8', '8.8.8.8')
test(clients, '1.2.3.4', '8.8.8.8', '8.8.8.8')
test(clients, '1.2.3.4', '10.0.0.1', '1.2.3.4')
for (const odd of ['"', '\\', '\t', '\u00e9', 'a b', ',,'])
  test(clients, `${odd}, 6.6.6.6, 10.0.0.2`, '10.0.0.1', '6.6.6.6')
test(clients, '10.0.0.3, 1.2.3.4"', '10.0.0.1', 'unknown')
test(clients, '1.2\t3.4', '10.0.0.1', 'unknown')
test(clients, '1.1.1.1 - admin [x]', '10.0.0.1', 'unknown')
test(clients, '6.6.6.6,', '10.0.0.1', 'unknown')
test(clients, '6.6.6.6:1234', '10.0.0.1', '6.6.6.6:1234')
test(clients, '[2001:db8::1]:80', '10.0.0.1', '[2001:db8::1]:80')
test(clients, ' , ', '10.0.0.1', '10.0.0.1')
test(clients, '6.6.6.6, 1.2.3.4, 10.0.0.2', '10.0.0.1', '1.2.3.4')
test(clients, '10.0.0.3, 10.0.0.2', '10.0.0.1', '10.0.0.3')

test('as Knox did', t => {
  const file = new URL('../../../../shared/golden/http-behaviour.jsonl', import.meta.url)
  if (!existsSync(file)) {
    t.log('skipped: no golden records here')
    t.pass()
    return
  }
  let cases = 0
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const record = JSON.parse(line)
    const [seen] = record.backendSaw ?? []
    const context = seen && valueOf(seen.headers.flat(), 'x-forwarded-context')
    if (context === undefined || record.request.host !== 'gw.test:8443') continue
    const path = context.replace(/^\/ctx/, '')
    const given: string[] = record.request.headers.flat()
    const peer = valueOf(given, 'x-forwarded-for') ? '1.2.3.4' : '127.0.0.1'
    const {fields} = forwarded(given, {...ARRIVAL, path, peer}, addressRanges(['127.0.0.1', '1.2.3.4']))
    for (const name of FORWARDED_NAMES)
      t.is(valueOf(fields, name), valueOf(seen.headers.flat(), name), `${record.name}: ${name}`)
    cases++
  }
  t.log(`${cases} cases`)
  t.true(cases > 50)
})
