import test from 'ava'
import type {Body} from '../../../gateway/http/body.js'
import {runChain} from '../../../gateway/pipeline/chain.js'
import {failureAnswer, failureOf} from '../../../gateway/server/answers.js'
import {textOf} from '../../dispatch/fakes.js'
import {type Coming, coming, filtersOf, type Params, toldOf} from '../filters.js'

const inPieces = (bytes: Uint8Array, size: number): Body => ({
  flow(into) {
    for (let at = 0; at < bytes.length; at += size) into.write(bytes.subarray(at, at + size))
    into.end()
  },
  discard() {},
})

/** What a reader gets of a stream that comes in pieces of so many bytes, or the status that is not 200. */
async function read(params: Params, reader: Coming, stream: string, size: number, headers = STREAM): Promise<string> {
  const body = inPieces(Buffer.from(stream), size)
  const dispatch = {dispatch: () => Promise.resolve({status: 200, headers, body})}
  const answer = (error: unknown) => failureAnswer(failureOf(error), 'id', undefined)
  const response = await runChain(filtersOf('authorization', 'AclsAuthz', params), dispatch, answer, coming(reader))
  return response.status === 200 ? textOf(response.body) : String(response.status)
}

const STREAM = ['Content-Type', 'text/event-stream; charset=utf-8']
const alice: Coming = {user: 'alice', groups: ['sales']}

const gives = test.macro({
  async exec(t, rules: Readonly<Record<string, string>>, stream: string, expected: string, reader: Coming = alice) {
    const params = Object.fromEntries(Object.entries(rules).map(([name, value]) => [`plain.${name}.event.acl`, value]))
    for (let size = 1; size <= Buffer.byteLength(stream) + 1; size++)
      t.is(await read(params, reader, stream, size), expected, `in pieces of ${size}`)
  },
  title: (_, rules: Readonly<Record<string, string>>, stream: string, _expected: string, reader?: Coming) =>
    `${JSON.stringify(rules)} to ${JSON.stringify(reader ?? alice)} of ${JSON.stringify(stream)}`,
})

const own = {own: '*;$.owner;*'}
const HERS = 'event: order\ndata: {"owner":"alice"}\nid: 1\n\n'
const HIS = 'event: order\ndata: {"owner":\ndata: "bob"}\nid: 2\n\n'

// rules, stream, what the reader gets at any boundary of chunks
test(gives, own, HERS + HIS + HERS, `${HERS}id: 2\n\n${HERS}`)
test(gives, own, HERS + HIS, `id: 1\n\n${HIS}`, {user: 'bob'})
test(gives, own, HERS, 'id: 1\n\n', {})
test(
  gives,
  own,
  'data: no JSON\n\ndata: "alice"\n\ndata: {"owner":["bob","alice"]}\n\n',
  'data: {"owner":["bob","alice"]}\n\n',
)
test(
  gives,
  {a: '*;*;$.for.teams'},
  'data: {"for":{"teams":["sales"]}}\n\ndata: {"for":{"teams":["it"]}}\n\n',
  'data: {"for":{"teams":["sales"]}}\n\n',
)
test(gives, {a: '*;$.constructor.name;*'}, 'data: {"x":1}\n\n', '', {user: 'Object'})
const types = {all: '*;*;*', admin: 'admin*;root;*'}
test(
  gives,
  types,
  'data: 1\n\nevent:admin-x\r\ndata: 2\r\n\r\nevent: admin\rdata\r\revent: badmin\ndata: 3\n\n',
  'data: 1\n\nevent: badmin\ndata: 3\n\n',
)
test(gives, types, 'event: admin\ndata: 2\n\n', 'event: admin\ndata: 2\n\n', {user: 'root'})
test(
  gives,
  {a: 'message;*;*'},
  'data: 1\n\nevent: other\ndata: 2\n\nevent:\ndata: 3\n\n',
  'data: 1\n\nevent:\ndata: 3\n\n',
)
test(gives, {a: 'a.c;*;*'}, 'event: abc\ndata: 1\n\nevent: a.c\ndata: 2\n\n', 'event: a.c\ndata: 2\n\n')
test(
  gives,
  {a: 'x;*;*'},
  ': comment\n\nretry: 5\n\nid: 7\n\ndata: 1\nid: ü\n\n',
  ': comment\n\nretry: 5\n\nid: 7\n\nid: ü\n\n',
)
test(gives, {a: 'x;*;*'}, '\uFEFFdata: 1\n\nevent: x\ndata: 2\n\n', '\uFEFFevent: x\ndata: 2\n\n')
test(gives, {a: '*;*;*'}, 'data: 1\n\ndata: never whole', 'data: 1\n\ndata: never whole')
test(gives, {a: 'x;*;*'}, 'event: x\ndata: 1\n\ndata: never whole', 'event: x\ndata: 1\n\n')
test(gives, {a: 'x;alice,bob;sales'}, 'event: x\ndata: 1\n\n', 'event: x\ndata: 1\n\n')
test(gives, {a: 'x;alice,bob;it'}, 'event: x\ndata: 1\n\n', '')

test('services without rules, and answers that are no event streams, are as they were', async t => {
  const params = {'plain.event.acl': 'x;*;*'}
  t.is(await read(params, {...alice, service: 'OTHER'}, HIS, 5), HIS)
  t.is(await read(params, alice, HIS, 5, ['Content-Type', 'text/plain']), HIS)
  t.is(await read(params, alice, HIS, 5), 'id: 2\n\n')
})

test('a stream that cannot be read is not given', async t => {
  const params = {'plain.event.acl': '*;*;*'}
  t.is(await read(params, alice, HIS, 5, [...STREAM, 'Content-Encoding', 'gzip']), '502')
  const long = `data: ${'x'.repeat(1024 * 1024)}\n\n`
  await t.throwsAsync(read(params, alice, long, 65_536), {message: 'an event is longer than 1048576 bytes'})
})

const tells = test.macro({
  exec(t, value: string, expected: RegExp) {
    const told = toldOf('authorization', 'AclsAuthz', {'plain.event.acl': value})
    t.is(told.length, 1)
    t.regex(told[0] ?? '', expected)
  },
  title: (_, value: string) => `the event ACL "${value}" is told`,
})

for (const value of ['', 'x', 'x;*', ';*;*', 'x;;*', 'x;*;*;*']) test(tells, value, /is not type;users;groups/)
for (const value of ['x;$;*', 'x;$owner;*', 'x;*;$.a[0]', 'x;$..a;*'])
  test(tells, value, /is no path such as \$\.owner/)
