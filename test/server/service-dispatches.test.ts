import {gzipSync} from 'node:zlib'
import test, {type ExecutionContext} from 'ava'
import {definition, site, startGateway, topology} from '../helpers/home.js'
import {fieldOf, type Message} from '../helpers/message.js'
import {rawClient} from '../helpers/raw-client.js'
import {scriptedService} from '../helpers/scripted-service.js'

const KNOX = 'org.apache.knox.gateway'

interface Setting {
  readonly dispatch: string
  /** One service for each: what it answers all requests with. */
  readonly answers: readonly string[]
  readonly params?: string
  /** Path of the service's URL. */
  readonly base?: string
  readonly settings?: Readonly<Record<string, string>>
}

/** Serves `/gateway/t/x/…`, to the user in SM_USER, by a dispatch of Knox. */
async function behind(t: ExecutionContext, {dispatch, answers, params = '', base = '', settings = {}}: Setting) {
  const got: Message[][] = answers.map(() => [])
  const services = await Promise.all(
    answers.map((answer, i) =>
      scriptedService(async connection => {
        for (;;) {
          got[i]?.push(await connection.request())
          await connection.send(answer)
        }
      }),
    ),
  )
  for (const each of services) t.teardown(() => each.close())
  const name = `${KNOX}.${dispatch}`
  const files = definition('X')
  const urls = services.map(({port}) => `http://127.0.0.1:${port}${base}`)
  const ha = `<provider><role>ha</role><name>HaProvider</name><enabled>true</enabled><param><name>X</name><value>failoverSleep=1</value></param></provider>`
  const running = await startGateway(t, {
    ...files,
    'data/services/x/1.0/service.xml': (files['data/services/x/1.0/service.xml'] ?? '').replace(
      '</routes>',
      `</routes><dispatch classname="${name}" ha-classname="${name}"/>`,
    ),
    'conf/gateway-site.xml': site(settings),
    'conf/topologies/t.xml': topology([{role: 'X', urls, more: params}], answers.length > 1 ? ha : '').replace(
      '<role>authentication</role><name>Anonymous</name><enabled>true</enabled>',
      '<role>federation</role><name>HeaderPreAuth</name><enabled>true</enabled>',
    ),
  })
  const client = await rawClient(running.port)
  t.teardown(() => client.socket.destroy())
  return {
    got,
    running,
    client,
    async ask(target: string, {method = 'GET', fields = [], body, user = 'ann'}: Asking = {}): Promise<Message> {
      const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
      const lines = [
        `${method} /gateway/t/x${target} HTTP/1.1`,
        'Host: gw.test:8443',
        `SM_USER: ${user}`,
        ...fields,
        ...length,
      ]
      await client.send(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`)
      return client.response()
    },
  }
}

interface Asking {
  readonly method?: string
  readonly fields?: readonly string[]
  readonly body?: string
  readonly user?: string
}

const answer = (status: string, body = '', fields: readonly string[] = []) =>
  `${[`HTTP/1.1 ${status}`, ...fields, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`
const OK = answer('200 OK', 'active')
const exception = (name: string) =>
  answer('403 Forbidden', JSON.stringify({RemoteException: {exception: name, message: 'x'.repeat(500)}}))
const zipped = gzipSync('This is standby RM. The redirect url is: /').toString('latin1')

const passesOver = test.macro({
  async exec(t, dispatch: string, standby: string, method: 'GET' | 'POST' = 'GET') {
    const {ask, got} = await behind(t, {dispatch, answers: [standby, OK]})
    const response = await ask('/a?op=x', {method, ...(method !== 'GET' && {body: 'abc'})})
    t.is(response.body, 'active')
    await ask('/b')
    t.deepEqual([got[0]?.length, got[1]?.length], [1, 2])
  },
  title: (name: string | undefined, dispatch: string, standby: string, method: 'GET' | 'POST' = 'GET') =>
    `${dispatch} passes over ${name ?? standby.split('\r\n')[0]}, ${method}`,
})

test('a standby', passesOver, 'hdfs.dispatch.WebHdfsHaDispatch', exception('StandbyException'))
test('a standby', passesOver, 'hdfs.dispatch.WebHdfsHaDispatch', exception('StandbyException'), 'POST')
test('safe mode', passesOver, 'hdfs.dispatch.WebHdfsHaDispatch', exception('SafeModeException'))
test('what can be tried again', passesOver, 'hdfs.dispatch.HdfsUIHaDispatch', exception('RetriableException'))
for (const name of ['RMHaDispatch', 'RMUIHaDispatch', 'RMUI2HaDispatch', 'RMSchedulerUIHaDispatch'])
  test(
    'a standby',
    passesOver,
    `rm.dispatch.${name}`,
    answer('307 T', 'This is standby RM. The redirect url is: /', [
      'Location: http://other.test/',
      'Refresh: 3; url=/',
    ]),
  )
test('a standby in gzip', passesOver, 'rm.dispatch.RMHaDispatch', answer('403 F', zipped, ['Content-Encoding: gzip']))
test('a standby', passesOver, 'rm.dispatch.RMHaDispatch', answer('403 F', 'This is standby RM'), 'POST')
for (const name of [
  'AtlasHaDispatch',
  'AtlasTrustedProxyHaDispatch',
  'AtlasApiHaDispatch',
  'AtlasApiTrustedProxyHaDispatch',
])
  test('a redirect', passesOver, `ha.dispatch.${name}`, answer('302 Found', '', ['Location: http://active.test:1/api']))

const gives = test.macro({
  async exec(t, dispatch: string, first: string, expected: RegExp) {
    const {ask, got} = await behind(t, {dispatch, answers: [first, OK]})
    const response = await ask('/a')
    t.regex(`${response.startLine} ${response.body}`, expected)
    t.deepEqual([got[0]?.length, got[1]?.length], [1, 0])
  },
  title: (name, dispatch) => `${dispatch} gives ${name} to the client`,
})

const long = 'x'.repeat(200_000)
test(
  'a refusal that is no standby',
  gives,
  'hdfs.dispatch.WebHdfsHaDispatch',
  exception('AccessControlException'),
  /403 .*AccessControl/,
)
test(
  'an answer too long to be a standby',
  gives,
  'hdfs.dispatch.WebHdfsHaDispatch',
  answer('403 F', `${long}StandbyException`),
  /x{200000}StandbyException$/,
)
test(
  'a standby by another status',
  gives,
  'hdfs.dispatch.WebHdfsHaDispatch',
  answer('200 OK', 'StandbyException'),
  /^HTTP\/1.1 200/,
)
test(
  'a redirect',
  gives,
  'rm.dispatch.RMHaDispatch',
  answer('307 T', 'elsewhere', ['Location: /x']),
  /^HTTP\/1.1 307.*elsewhere/,
)
test(
  'a login',
  gives,
  'ha.dispatch.AtlasHaDispatch',
  answer('302 Found', '', ['Location: http://a.test/login.jsp']),
  /^HTTP\/1.1 302/,
)
test('a redirect to nowhere', gives, 'ha.dispatch.AtlasApiHaDispatch', answer('302 Found'), /^HTTP\/1.1 302/)

test('when all are standbys the client gets the last one’s answer, whole', async t => {
  const standby = exception('StandbyException')
  const {ask} = await behind(t, {dispatch: 'hdfs.dispatch.WebHdfsHaDispatch', answers: [standby, standby]})
  const response = await ask('/a')
  t.regex(response.startLine, / 403 /)
  t.true(response.body.startsWith('{"RemoteException"') && response.body.endsWith('}}'))
})

test('a body for a NameNode stays here, and the client is not asked for it', async t => {
  const redirect = answer('307 T', '', ['Location: http://node.test/'])
  const {client, got} = await behind(t, {dispatch: 'hdfs.dispatch.HdfsHttpClientDispatch', answers: [redirect]})
  await client.send(
    'PUT /gateway/t/x/f HTTP/1.1\r\nHost: h\r\nSM_USER: ann\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n',
  )
  const response = await client.response()
  t.regex(response.startLine, / 307 /)
  const [[asked] = []] = got
  t.deepEqual([asked?.body, asked && fieldOf(asked.headers, 'content-length')], ['', '0'])
})

const tells = test.macro({
  async exec(t, dispatch: string, target: string, body: string, expected: object | number) {
    const {ask, got} = await behind(t, {dispatch, answers: [OK]})
    const response = await ask(target, {method: 'POST', body})
    const [[asked] = []] = got
    if (typeof expected === 'number') {
      t.is(Number(response.startLine.split(' ')[1]), expected)
      t.is(asked, undefined)
    } else t.deepEqual(JSON.parse(asked?.body ?? ''), expected)
  },
  title: (_, dispatch: string, target: string, body: string) => `${dispatch} ${target} ${body.slice(0, 50)}`,
})

const LIVY = 'livy.LivyDispatch'
const JKG = 'jkg.JkgDispatch'
test(tells, LIVY, '/sessions', '{"kind":"spark"}', {kind: 'spark', proxyUser: 'ann'})
test(tells, LIVY, '/v1/batches/', '{"proxyUser":"root","proxyUser":"root"}', {proxyUser: 'ann'})
test(tells, LIVY, '/sessi%6Fns;x=1', '{"\\u0070roxyUser":"root"}', {proxyUser: 'ann'})
test(tells, LIVY, '/sessions//', '{"proxyUser":"root"}', {proxyUser: 'ann'})
test(tells, LIVY, '/sessions/0/statements', '{"proxyUser":"root"}', {proxyUser: 'root'})
test(tells, LIVY, '/sessions', 'proxyUser=root', 400)
test(tells, LIVY, '/sessions', '[{"proxyUser":"root"}]', 400)
test(tells, LIVY, '/sessions', '', 400)
test(tells, LIVY, '/sessions', `{"x":"${'x'.repeat(1_100_000)}"}`, 413)
test(tells, JKG, '/api/kernels', '{"name":"p","env":{"KERNEL_USERNAME":"root","A":"1"}}', {
  name: 'p',
  env: {KERNEL_USERNAME: 'ann', A: '1'},
})
test(tells, JKG, '/api/kernels', '{"name":"p"}', {name: 'p', env: {KERNEL_USERNAME: 'ann'}})
test(tells, JKG, '/api/kernels', '{"env":"KERNEL_USERNAME=root"}', 400)

test('NiFi is told the user, by nobody else, and the path before its own', async t => {
  const {ask, got} = await behind(t, {dispatch: 'dispatch.NiFiDispatch', answers: [OK]})
  await ask('/api/flow/', {fields: ['X-ProxiedEntitiesChain: <root>', 'Cookie: a=b'], user: 'CN=<é>'})
  const [[asked] = []] = got
  const headers = asked?.headers ?? []
  t.is(asked?.startLine, 'GET /api/flow/ HTTP/1.1')
  t.is(fieldOf(headers, 'x-proxiedentitieschain'), `<<${Buffer.from('CN=\\<é\\>').toString('base64')}>>`)
  t.is(headers.filter(each => each.toLowerCase() === 'x-proxiedentitieschain').length, 1)
  t.is(fieldOf(headers, 'cookie'), undefined)
  t.is(fieldOf(headers, 'x-forwarded-context'), '/gateway/t/x')
})

test('a redirect of NiFi to the path that was asked for leads through the gateway', async t => {
  const redirect = answer('302 Found', '', ['Location: http://nifi.internal:1/gateway/t/x/flow/?a=b#c'])
  const {ask} = await behind(t, {dispatch: 'dispatch.NiFiRegistryHaDispatch', answers: [redirect]})
  const response = await ask('/flow')
  t.is(fieldOf(response.headers, 'location'), 'http://gw.test:8443/gateway/t/x/flow/?a=b#c')
})

test('NiFi behind a frontend with a path of its own: the context is that of the gateway, redirects lead to the frontend', async t => {
  const redirect = answer('302 Found', '', ['Location: http://nifi.internal:1/gateway/t/x/flow/'])
  const settings = {'gateway.frontend.url': 'https://front.test/own/path'}
  const {ask, got} = await behind(t, {dispatch: 'dispatch.NiFiDispatch', answers: [redirect], settings})
  const {headers} = await ask('/flow')
  t.is(fieldOf(got[0]?.[0]?.headers ?? [], 'x-forwarded-context'), '/gateway/t/x')
  t.is(fieldOf(headers, 'location'), 'https://front.test/own/path/t/x/flow/')
})

test('Hive is told the user by Basic when asked to, and never what the client sent', async t => {
  const on =
    '<param><name>basicAuthPreemptive</name><value>true</value></param><param><name>requestExcludeHeaders</name><value>X-None</value></param>'
  const {ask, got} = await behind(t, {dispatch: 'hive.HiveHaDispatch', answers: [OK], params: on})
  await ask('/q', {fields: [`Authorization: Basic ${btoa('root:x')}`]})
  t.deepEqual(
    (got[0]?.[0]?.headers ?? []).filter(each => each.startsWith('Basic ')),
    [`Basic ${btoa('ann:*')}`],
  )
  t.regex((await ask('/q', {user: 'root:x'})).startLine, / 403 /)
})

test('Hive and Impala are not told so otherwise', async t => {
  for (const dispatch of ['hive.HiveDispatch', 'impala.ImpalaDispatch', 'impala.ImpalaHaDispatch']) {
    const {ask, got} = await behind(t, {dispatch, answers: [OK]})
    await ask('/q', {fields: ['Authorization: Basic x']})
    t.is(fieldOf(got[0]?.[0]?.headers ?? [], 'authorization'), undefined)
  }
})

test('what each passes of WWW-Authenticate and Set-Cookie', async t => {
  const both = answer('401 U', '', ['WWW-Authenticate: Negotiate', 'Set-Cookie: a=b'])
  for (const [dispatch, expected] of [
    ['storm.StormDispatch', 'Negotiate'],
    ['ha.dispatch.AtlasHaDispatch', 'Negotiate'],
    ['ha.dispatch.AtlasTrustedProxyHaDispatch', undefined],
  ] as const) {
    const {ask} = await behind(t, {dispatch, answers: [both]})
    const {headers} = await ask('/a')
    t.deepEqual([fieldOf(headers, 'www-authenticate'), fieldOf(headers, 'set-cookie')], [expected, undefined], dispatch)
  }
})

const arrives = test.macro({
  async exec(t, dispatch: string, target: string, expected: string) {
    const {ask, got} = await behind(t, {dispatch, answers: [OK]})
    await ask(target, {fields: ['X-Knox-Meta-userName: root']})
    const [[asked] = []] = got
    t.is(asked?.startLine, `GET ${expected} HTTP/1.1`)
    t.is(fieldOf(asked?.headers ?? [], 'x-knox-meta-username'), dispatch.includes('restcatalog') ? undefined : 'root')
  },
  title: (_, dispatch, target) => `${dispatch} sends ${target}`,
})

test(arrives, 'hbase.HBaseDispatch', '/t/a%3Ab?x=%3A', '/t/a:b?x=%3A')
test(arrives, 'hbase.HBaseUIDispatch', '/logs/', '/logs/')
test(arrives, 'hbase.HBaseUIHaDispatch', '/logs/?a=b', '/logs/?a=b')
test(arrives, 'service.restcatalog.RestCatalogDispatch', '/v1/config', '/v1/config')
test(arrives, 'service.restcatalog.RestCatalogHaDispatch', '/v1/config', '/v1/config')
