import test from 'ava'
import {guarded, guardedHome, provider} from '../../helpers/guarded.js'
import {startGateway} from '../../helpers/home.js'

const IP = {'preauth.validation.method': 'preauth.ip.validation'}

const admits = test.macro({
  async exec(t, params: Readonly<Record<string, string>>, headers: readonly string[], user: string | undefined) {
    const {ask} = await guarded(t, provider('federation', 'HeaderPreAuth', params))
    const {status, saw} = await ask('p', headers)
    t.is(status, user === undefined ? 403 : 200)
    t.is(saw?.target, user === undefined ? undefined : `/p?user.name=${user}`)
  },
  title: (_, params, headers, user) =>
    `${JSON.stringify(params)} with ${JSON.stringify(headers)} is ${user ?? 'refused'}`,
})

// params, header fields, user
test(admits, {}, [], undefined)
test(admits, {}, ['SM_USER', 'alice'], 'alice')
test(admits, {}, ['sm_user', ' alice '], 'alice')
test(admits, {}, ['SM-USER', 'alice'], undefined)
test(admits, {}, ['SM_USER', '  '], undefined)
// another user than alice, as far as anybody can tell
test(admits, {}, ['SM_USER', '\u00a0alice'], '%C2%A0alice')
test(admits, {}, ['SM_USER', 'alice', 'SM_USER', 'alice'], undefined)
test(admits, {'preauth.custom.header': 'X-User'}, ['SM_USER', 'alice'], undefined)
test(admits, {'preauth.custom.header': 'X-User'}, ['X-User', 'bob'], 'bob')
test(admits, {...IP, 'preauth.ip.addresses': '127.0.0.0/8'}, ['SM_USER', 'alice'], 'alice')
test(admits, {...IP, 'preauth.ip.addresses': '10.0.0.1, 127.0.*'}, ['SM_USER', 'alice'], 'alice')
test(admits, {...IP, 'preauth.ip.addresses': '10.0.0.0/8,10.*'}, ['SM_USER', 'alice'], undefined)
test(
  admits,
  {...IP, 'preauth.ip.addresses': '127.0.0.1'},
  ['SM_USER', 'alice', 'X-Forwarded-For', '192.0.2.1'],
  undefined,
)

test('the service sees neither the header nor another spelling of it', async t => {
  const {ask} = await guarded(t, provider('federation', 'HeaderPreAuth', {'preauth.custom.group.header': 'X_GROUPS'}))
  const {saw} = await ask('p', [
    'SM_USER',
    'alice',
    'SM-User',
    'bob',
    'X-Groups',
    'g1',
    'X_GROUPS',
    'g2',
    'X-Other',
    '1',
  ])
  t.deepEqual(
    Object.keys(saw?.headers ?? {}).filter(name => /user$|groups|other/.test(name)),
    ['x-other'],
  )
})

test('groups come once or nobody comes', async t => {
  const {ask} = await guarded(t, provider('federation', 'HeaderPreAuth', {'preauth.custom.group.header': 'X-Groups'}))
  t.is((await ask('p', ['SM_USER', 'alice', 'X-Groups', 'a', 'X-Groups', 'b'])).status, 403)
})

const refuses = test.macro({
  async exec(t, params: Readonly<Record<string, string>>, message: RegExp) {
    const {gateway} = await startGateway(
      t,
      guardedHome(provider('federation', 'HeaderPreAuth', params), 'http://127.0.0.1:1'),
    )
    t.deepEqual(
      gateway.problems.map(({code}) => code),
      ['param-invalid'],
    )
    t.regex(gateway.problems[0]?.message ?? '', message)
    t.deepEqual(Object.keys(gateway.plan.topologies), [])
  },
  title: (_, params) => `${JSON.stringify(params)} refuses the topology`,
})

test(refuses, {'preauth.validation.method': 'preauth.no.validation'}, /is none of preauth\.default\.validation/)
test(refuses, {'preauth.ip.addresses': '10.0.0.0/33'}, /neither an address nor a range/)
test(refuses, {'preauth.ip.addresses': '10.0.0.1'}, /nothing looks at them/)
test(refuses, {'preauth.ip.addresses': '10.1*'}, /neither an address nor a range/)

test('who takes the header from any address, though addresses are asked about, is told', async t => {
  const {gateway} = await startGateway(
    t,
    guardedHome(provider('federation', 'HeaderPreAuth', IP), 'http://127.0.0.1:1'),
  )
  t.deepEqual(
    gateway.problems.map(({code, message}) => `${code}: ${message}`),
    ['param-doubtful: preauth.ip.addresses: the header counts from any address'],
  )
})
