import {randomBytes} from 'node:crypto'
import test from 'ava'
import {endpointPool} from '../../gateway/ha/endpoint-pool.js'
import type {FailoverPolicy} from '../../gateway/ha/failover-policy.js'
import {Sessions} from '../../gateway/ha/sessions.js'
import {valueOf} from '../../gateway/http/headers.js'
import {seal, unseal} from '../../gateway/secrets/seal.js'
import {exchange, failover} from '../dispatch/fakes.js'

const KEY = randomBytes(32)
const HOUR = 3_600_000

/** Sessions of a gateway that knows the key, at a time. */
const sessions = (time = () => 0, ttl = HOUR, key = KEY) =>
  new Sessions(
    {header: 'mcp-session-id', ttl},
    {seal: text => seal(text, key, 't X'), open: sealed => unseal(sealed, key, 't X')},
    time,
  )

const URLS = ['http://h:1', 'http://h:2', 'http://h:3']
const policy: FailoverPolicy = {...failover, enableLoadBalancing: true}
const pool = (of = sessions(), urls = URLS) => endpointPool(urls, policy, {now: () => 0, changed() {}, sessions: of})

/** What a client is given when the second URL begins a session. */
function begun(of = sessions()): readonly string[] {
  const [, second] = pool(of).endpoints
  if (second === undefined) throw new Error('no endpoint')
  const given = valueOf(of.toClient(['Content-Type', 'x/y', 'MCP-Session-ID', 'abc.1'], second), 'mcp-session-id')
  return ['Mcp-Session-Id', given ?? '']
}

test('an ID goes out with a mark and comes in without, elsewhere too', t => {
  const asked = begun()
  t.regex(asked[1] ?? '', /^abc\.1\.[\w-]{60,80}$/)
  const other = sessions()
  t.deepEqual(other.toService(['a', 'b', 'mcp-session-id', asked[1] ?? ''], asked), [
    'a',
    'b',
    'mcp-session-id',
    'abc.1',
  ])
  t.deepEqual(other.toService(['a', 'b'], asked), ['a', 'b'])
  const [, second] = pool().endpoints
  t.deepEqual(pool().endpoints.map(other.isOf(asked)), [false, true, false])
  t.deepEqual(second && other.toClient(['a', 'b'], second), ['a', 'b'])
})

test('its requests go to its endpoint, which it is bound to', t => {
  const asked = begun()
  const one = pool()
  for (let i = 0; i < 4; i++) t.is(one.pick(exchange({headers: asked}), [])?.url, URLS[1])
  t.true(one.isBound(asked))
  t.is(one.pick(exchange(), [])?.url, URLS[0])
  t.false(one.isBound([]))
})

test('without its endpoint it is a session like any other', t => {
  const asked = begun()
  const others = pool(sessions(), ['http://h:1', 'http://h:3'])
  t.is(others.pick(exchange({headers: asked}), [])?.url, 'http://h:1')
  t.false(others.isBound(asked))
})

test('a mark has its time; 0 is for ever', t => {
  let time = 0
  const of = sessions(() => time)
  const asked = begun(of)
  time = HOUR
  t.true(pool(sessions(() => time)).isBound(asked))
  time = HOUR + 1001
  t.false(pool(sessions(() => time)).isBound(asked))
  t.deepEqual(sessions(() => time).toService(asked, asked), ['Mcp-Session-Id', 'abc.1'])
  const always = begun(sessions(() => 0, 0))
  time = 1000 * HOUR
  t.true(pool(sessions(() => time, 0)).isBound(always))
})

for (const [title, change] of [
  ['of another key', (asked: readonly string[]) => ({asked, of: sessions(undefined, HOUR, randomBytes(32))})],
  ['that was changed', ([name = '', value = '']: readonly string[]) => ({asked: [name, `${value}A`], of: sessions()})],
  ['that is none', () => ({asked: ['Mcp-Session-Id', 'a.b.c'], of: sessions()})],
  ['that is empty', () => ({asked: ['Mcp-Session-Id', ''], of: sessions()})],
] as const)
  test(`a mark ${title} says nothing, and passes as it came`, t => {
    const {asked, of} = change(begun())
    t.is(of.toService(asked, asked), asked)
    t.false(pool(of).isBound(asked))
  })
