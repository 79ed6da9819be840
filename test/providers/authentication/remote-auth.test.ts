import {createServer, type IncomingMessage, type RequestListener} from 'node:http'
import type {AddressInfo} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {testClock} from '../../helpers/clock.js'
import {guarded, guardedHome, provider} from '../../helpers/guarded.js'
import {startGateway} from '../../helpers/home.js'

/** A server that is asked who it is. */
async function remote(t: ExecutionContext, answer: RequestListener) {
  const asked: IncomingMessage[] = []
  const server = createServer((req, res) => {
    asked.push(req)
    answer(req, res)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  t.teardown(stop)
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/who`, asked, stop}
}

const remoteAuth = (params: Readonly<Record<string, string>>) =>
  provider('authentication', 'RemoteAuthProvider', params)

const says: RequestListener = ({headers}, res) => {
  if (headers['x-token'] !== 'good') res.writeHead(401).end()
  else
    res
      .writeHead(200, {'X-Knox-Actor-ID': 'alice', 'X-Knox-Actor-Groups-1': 'a, b', 'X-Knox-Actor-Groups-2': 'c'})
      .end()
}

const TOKEN = {'remote.auth.include.headers': 'Authorization,X-Token'}

test('it says who it is, with groups, and is sent only what it needs', async t => {
  const {url, asked} = await remote(t, says)
  const acl = provider('authorization', 'AclsAuthz', {'x.acl': '*;c;*'})
  const {ask} = await guarded(t, remoteAuth({'remote.auth.url': url, ...TOKEN}) + acl)
  const {saw} = await ask('p', ['X-Token', 'good', 'X-Other', '1', 'Cookie', 'a=1', 'X-Request-Id', 'r1'])
  t.is(saw?.target, '/p?user.name=alice')
  t.deepEqual([saw?.headers['x-token'], saw?.headers['x-other'], saw?.headers.cookie], [undefined, '1', 'a=1'])
  const {'x-token': token, 'x-other': other, cookie, 'x-request-id': id} = asked[0]?.headers ?? {}
  t.deepEqual([token, other, cookie, id], ['good', undefined, undefined, 'r1'])
})

test('what it said holds for its time, for the same proof only, also when it is down', async t => {
  const {url, asked, stop} = await remote(t, says)
  const clock = testClock()
  const {ask} = await guarded(t, remoteAuth({'remote.auth.url': url, ...TOKEN, 'remote.auth.expire.after': '1'}), {
    clock,
  })
  const status = async (...headers: string[]) => (await ask('p', headers)).status
  t.is(await status('X-Token', 'good'), 200)
  t.is(await status('X-Token', 'good'), 200)
  t.is(asked.length, 1)
  t.is(await status('X-Token', 'bad'), 401)
  t.is(await status(), 401)
  t.is(await status(), 401, 'and no proof is none of these')
  t.is(asked.length, 4)
  stop()
  t.is(await status('X-Token', 'good'), 200)
  t.is(await status('X-Token', 'other'), 503)
  clock.turn(60_000)
  t.is(await status('X-Token', 'good'), 503)
})

test('it may be sent what tells of the client, which then is not for services', async t => {
  const {url, asked} = await remote(t, says)
  const including = {'remote.auth.include.headers': 'X-Token,X-Forwarded-For'}
  const {ask} = await guarded(t, remoteAuth({'remote.auth.url': url, ...including}))
  const {saw} = await ask('p', ['X-Token', 'good'])
  t.is(asked[0]?.headers['x-forwarded-for'], '127.0.0.1')
  t.is(saw?.headers['x-forwarded-for'], undefined)
  t.is(saw?.headers['x-forwarded-proto'], 'http')
})

const answers = test.macro({
  async exec(t, answer: RequestListener, expected: number) {
    const {url} = await remote(t, answer)
    const {ask} = await guarded(t, remoteAuth({'remote.auth.url': url}))
    const {status, saw} = await ask('p', ['Authorization', 'x'])
    t.deepEqual([status, saw], [expected, undefined])
  },
  title: given => `an answer that says nothing: ${given}`,
})

test('no name', answers, (_, res) => res.writeHead(200).end(), 401)
test('two names', answers, (_, res) => res.writeHead(200, {'X-Knox-Actor-ID': ['a', 'b']}).end(), 401)
test('a redirect', answers, (_, res) => res.writeHead(302, {Location: '/', 'X-Knox-Actor-ID': 'a'}).end(), 401)
test('a failure', answers, (_, res) => res.writeHead(500, {'X-Knox-Actor-ID': 'a'}).end(), 503)
test('too many questions', answers, (_, res) => res.writeHead(429).end(), 503)
test('a broken answer', answers, (_, res) => res.socket?.destroy(), 503)
test('an endless one', answers, (_, res) => res.writeHead(200, {'X-Knox-Actor-ID': 'a'}).end('x'.repeat(100_000)), 503)

test('without an address the topology is refused', async t => {
  const {gateway} = await startGateway(t, guardedHome(remoteAuth({}), 'http://127.0.0.1:1'))
  t.deepEqual(
    gateway.problems.map(({code}) => code),
    ['param-invalid'],
  )
})
