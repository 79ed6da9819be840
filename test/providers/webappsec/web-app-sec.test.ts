import test from 'ava'
import {valueOf, valuesOf} from '../../../gateway/http/headers.js'
import {goneSource} from '../../../gateway/pipeline/gone.js'
import {testClock} from '../../helpers/clock.js'
import {answered, type Coming, coming, filtersOf, type Params, toldOf} from '../filters.js'

const ask = (params: Params, request: Coming, headers?: readonly string[]) =>
  answered(filtersOf('webappsec', 'WebAppSec', params), coming(request), headers)

const CORS = {'cors.enabled': 'true', 'cors.allowOrigin': 'https://a.test, http://b.test:8080'}
const from = (origin: string, method = 'GET', more: readonly string[] = []): Coming => ({
  method,
  headers: ['Origin', origin, ...more],
})
const question = (origin: string, method: string, headers?: string) =>
  from(origin, 'OPTIONS', [
    'Access-Control-Request-Method',
    method,
    ...(headers === undefined ? [] : ['Access-Control-Request-Headers', headers]),
  ])

/** Status and the CORS headers in short. */
const cors = test.macro({
  async exec(t, params: Params, request: Coming, expected: string) {
    const {status, headers} = await ask({...CORS, ...params}, request, [
      'Vary',
      'Accept',
      'Access-Control-Allow-Origin',
      '*',
    ])
    const told = [
      'allow-origin',
      'allow-credentials',
      'allow-methods',
      'allow-headers',
      'expose-headers',
      'max-age',
    ].flatMap(name => valuesOf(headers, `access-control-${name}`).map(value => `${name}=${value}`))
    t.is([status, ...told].join(' '), expected)
    t.is(
      valuesOf(headers, 'vary').includes('Origin'),
      told.some(each => /^allow-origin=[^*]/.test(each)),
    )
  },
  title: (_, params: Params, request: Coming) => `CORS ${JSON.stringify(params)} ${JSON.stringify(request)}`,
})

// params, request, status and headers
test(cors, {}, {}, '200 allow-origin=*')
test(cors, {}, from('http://gw:8443'), '200 allow-origin=*')
test(cors, {}, from('https://a.test'), '200 allow-origin=https://a.test allow-credentials=true')
test(cors, {}, from('http://b.test:8080', 'POST'), '200 allow-origin=http://b.test:8080 allow-credentials=true')
for (const origin of [
  'http://a.test',
  'https://a.test:444',
  'https://x.a.test',
  'https://evil.test',
  'null',
  'HTTPS://A.TEST',
  'https://a.test/',
  'https://a.test.evil',
  '',
])
  test(cors, {}, from(origin), '403')
// between spaces, as Knox's guide has it; as a browser sends it, however it is written
const spaced = {'cors.allowOrigin': 'https://c.test  HTTPS://A.Test:443', 'cors.supportedMethods': 'GET PUT'}
test(cors, spaced, from('https://a.test', 'PUT'), '200 allow-origin=https://a.test allow-credentials=true')
test(cors, spaced, from('https://a.test', 'POST'), '405')
const subdomains = {'cors.allowSubdomains': 'true'}
test(cors, subdomains, from('https://x.y.a.test'), '200 allow-origin=https://x.y.a.test allow-credentials=true')
test(cors, subdomains, from('https://xa.test'), '403')
test(cors, subdomains, from('http://x.a.test'), '403')
test(cors, subdomains, from('https://x.a.test.evil'), '403')
test(cors, {}, from('https://a.test', 'DELETE'), '405')
const lists = {
  'CORS.supportedMethods': 'GET, put',
  'cors.supportedHeaders': 'X-A, Content-Type',
  'cors.exposedHeaders': 'X-E, X-F',
  'cors.maxAge': '600',
}
test(
  cors,
  lists,
  from('https://a.test', 'PUT'),
  '200 allow-origin=https://a.test allow-credentials=true expose-headers=X-E, X-F',
)
test(
  cors,
  lists,
  question('https://a.test', 'PUT', 'content-type'),
  '200 allow-origin=https://a.test allow-credentials=true allow-methods=GET, PUT allow-headers=X-A, Content-Type max-age=600',
)
test(cors, lists, question('https://a.test', 'PUT', 'x-a, x-b'), '403')
test(cors, lists, question('https://a.test', 'POST'), '405')
test(cors, lists, question('https://evil.test', 'PUT'), '403')
test(
  cors,
  {},
  question('https://a.test', 'get', 'X-Any'),
  '200 allow-origin=https://a.test allow-credentials=true allow-methods=HEAD, POST, GET, OPTIONS allow-headers=X-Any',
)
test(cors, {'cors.supportsCredentials': 'false'}, from('https://a.test'), '200 allow-origin=https://a.test')
test(cors, {'cors.allowOrigin': '*', 'cors.supportsCredentials': 'false'}, from('https://x.test'), '200 allow-origin=*')
test(cors, {'cors.allowGenericHttpRequests': 'false'}, {}, '403')

test('a refusal further in is told to the page that may read it', async t => {
  const filters = [
    ...filtersOf('webappsec', 'WebAppSec', CORS),
    ...filtersOf('authorization', 'AclsAuthz', {'plain.acl': 'bob;*;*'}),
  ]
  const {status, headers} = await answered(filters, coming(from('https://a.test')))
  t.is(status, 403)
  t.is(valueOf(headers, 'access-control-allow-origin'), 'https://a.test')
})

const HEADERS = {
  'xframe.options.enabled': 'true',
  'xcontent-type.options.enabled': 'true',
  'xss.protection.enabled': 'true',
  'strict.transport.enabled': 'true',
  'strict.transport': 'max-age=1; includeSubDomains',
  'security.header.enabled': 'true',
  'security.header.Content-Security-Policy': "default-src 'self'",
}
const SET = [
  ['x-frame-options', 'DENY'],
  ['x-content-type-options', 'nosniff'],
  ['x-xss-protection', '1;mode=block'],
  ['strict-transport-security', 'max-age=1; includeSubDomains'],
  ['content-security-policy', "default-src 'self'"],
]

const bears = test.macro({
  async exec(t, params: Params, request: Coming, status: number) {
    const given = ['X-Frame-Options', 'ALLOWALL', 'x-frame-options', 'B', 'Content-Security-Policy', '', 'X-Kept', '1']
    const answer = await ask({...HEADERS, ...params}, request, given)
    t.is(answer.status, status)
    for (const [name = '', value] of SET) t.deepEqual(valuesOf(answer.headers, name), [value])
    t.is(valueOf(answer.headers, 'x-kept'), status === 200 && request.method !== 'OPTIONS' ? '1' : undefined)
  },
  title: (_, params: Params, _request: Coming, status: number) =>
    `headers stand on ${status} with ${JSON.stringify(params)}`,
})

test(bears, {}, {}, 200)
test(bears, {'csrf.enabled': 'true'}, {method: 'POST'}, 400)
test(bears, CORS, from('https://evil.test'), 403)
test(bears, CORS, question('https://a.test', 'GET'), 200)
test(bears, {'security.header.enabled': 'false', 'security.header..enabled': 'true'}, {}, 200)

test('headers are those of the service while nothing is switched on', async t => {
  const params = {'xframe.options': 'DENY', 'strict.transport.enabled': 'false', 'security.header.X-My': 'one'}
  t.deepEqual((await ask(params, {}, ['X-Frame-Options', 'B'])).headers, ['X-Frame-Options', 'B'])
})

const csrf = test.macro({
  async exec(t, params: Params, method: string, headers: readonly string[], status: number) {
    t.is((await ask({'csrf.enabled': 'true', ...params}, {method, headers})).status, status)
  },
  title: (_, params: Params, method: string, headers: readonly string[], status: number) =>
    `CSRF ${JSON.stringify(params)} ${method} ${headers.join(':')} is ${status}`,
})

for (const method of ['GET', 'HEAD', 'OPTIONS']) test(csrf, {}, method, [], 200)
for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) test(csrf, {}, method, [], 400)
test(csrf, {}, 'POST', ['x-xsrf-header', ''], 200)
test(csrf, {}, 'POST', ['X-XSRF-Headers', '1'], 400)
const own = {'csrf.customheader': 'X-Mine', 'csrf.methodsToIgnore': 'GET, post'}
test(csrf, own, 'POST', [], 200)
test(csrf, own, 'HEAD', [], 400)
test(csrf, own, 'HEAD', ['X-Mine', 'y'], 200)

const RATE = {'rate.limiting.enabled': 'true', 'rate.limiting.maxRequestsPerSec': '2', 'rate.limiting.delayMs': '-1'}

/** Statuses of requests that come at once. */
const limits = test.macro({
  async exec(t, params: Params, requests: readonly Coming[], expected: readonly number[]) {
    const filters = filtersOf('webappsec', 'WebAppSec', {...RATE, ...params})
    const answers = await Promise.all(requests.map(request => answered(filters, coming(request))))
    t.deepEqual(
      answers.map(({status}) => status),
      expected,
    )
    for (const {status, headers} of answers) t.is(valueOf(headers, 'retry-after'), status === 200 ? undefined : '1')
  },
  title: (_, params: Params, requests: readonly Coming[]) =>
    `rates ${JSON.stringify(params)} of ${JSON.stringify(requests)}`,
})

const one: Coming = {address: '10.0.0.1', user: 'alice', service: 'PLAIN'}
test(limits, {}, [one, one, one, {...one, address: '10.0.0.2'}], [200, 200, 429, 200])
test(limits, {}, [one, one, {...one, user: 'bob', service: 'OTHER'}], [200, 200, 429])
test(
  limits,
  {'rate.limiting.by': 'user'},
  [one, {...one, address: '10.0.0.2'}, one, {...one, user: 'bob'}],
  [200, 200, 429, 200],
)
test(
  limits,
  {'rate.limiting.by': 'service'},
  [one, {...one, user: 'bob'}, {...one, address: '::1'}, {...one, service: 'OTHER'}],
  [200, 200, 429, 200],
)
test(limits, {'rate.limiting.by': 'user, service'}, [one, one, one, {...one, service: 'OTHER'}], [200, 200, 429, 200])
test(limits, {'rate.limiting.ipWhitelist': '10.0.0.0/8'}, [one, one, one, one], [200, 200, 200, 200])

test('another status may stand for too many requests', async t => {
  const filters = filtersOf('webappsec', 'WebAppSec', {
    ...RATE,
    'rate.limiting.maxRequestsPerSec': '1',
    'rate.limiting.tooManyCode': '503',
  })
  await answered(filters, coming(one))
  t.is((await answered(filters, coming(one))).status, 503)
})

test('what is over the limit may be held, so many at a time, and is let go with its client', async t => {
  const clock = testClock()
  const params = {
    ...RATE,
    'rate.limiting.maxRequestsPerSec': '1',
    'rate.limiting.delayMs': '200',
    'rate.limiting.throttledRequests': '2',
  }
  const filters = filtersOf('webappsec', 'WebAppSec', params, clock)
  t.is((await answered(filters, coming(one))).status, 200)
  const gone = goneSource()
  const held = [answered(filters, coming(one)), answered(filters, {...coming(one), gone})]
  t.is((await answered(filters, coming(one))).status, 429)
  t.is(clock.pending, 2)
  gone.set()
  t.is((await held[1])?.status, 499)
  clock.turn(200)
  t.is((await held[0])?.status, 200)
  t.is(clock.pending, 0)
})

const tells = test.macro({
  exec(t, params: Params, expected: RegExp) {
    const told = toldOf('webappsec', 'WebAppSec', params)
    t.is(told.length, 1)
    t.regex(told[0] ?? '', expected)
  },
  title: (_, params: Params) => `${JSON.stringify(params)} is told`,
})

test(tells, {'cors.enabled': 'true'}, /warning: param-doubtful: cors\.enabled: pages of any origin/)
for (const origin of ['a.test', 'https://a.test/', 'https://', 'https://u@a.test', 'https://a.test:x'])
  test(tells, {'cors.allowOrigin': origin}, /param-invalid: cors\.allowOrigin: ".*" is no origin/)
test(tells, {'cors.allowedOrigin': '*'}, /param-unknown: cors\.allowedOrigin.*did you mean cors\.allowOrigin/)
test(tells, {'cors.enabled': 'yes'}, /neither true nor false/)
test('X-Frame-Options may be set as files of Knox and its guide spell it', async t => {
  const value = async (more: Params) =>
    valueOf((await ask({'xframe-options.enabled': 'true', ...more}, {})).headers, 'x-frame-options')
  t.is(await value({}), 'DENY')
  t.is(await value({'xframe.options.value': 'SAMEORIGIN'}), 'SAMEORIGIN')
})

test(tells, {'xframe.options': 'DENY\u0007'}, /no header can have this value/)
test(tells, {'security.header.A B': 'x'}, /no header can have this name/)
test(tells, {'rate.limiting.by': 'session'}, /none of address, user, service/)
test(tells, {'rate.limiting.maxRequestsPerSec': '0'}, /not a whole number from 1/)
test(tells, {'rate.limiting.ipWhitelist': 'here'}, /neither an address nor a range/)
