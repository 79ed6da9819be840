import test from 'ava'
import {guarded, guardedHome, provider} from '../../helpers/guarded.js'
import {site, startGateway} from '../../helpers/home.js'
import {signingKey, token} from '../../helpers/token-issuer.js'

const key = signingKey('one')
const LOGIN = 'https://sso.test/login'
const sso = (params: Readonly<Record<string, string>> = {}) =>
  provider('federation', 'SSOCookieProvider', {
    'sso.token.verification.pem': key.publicPem,
    'sso.authentication.provider.url': LOGIN,
    ...params,
  })
const HOST = ['Host', 'gw.test:8443']
const cookie = (...tokens: string[]) => ['Cookie', tokens.map(each => `hadoop-jwt=${each}`).join('; ')]

test('a good cookie says who it is, and ends here', async t => {
  const {ask} = await guarded(t, sso())
  const {saw} = await ask('p', ['Cookie', `a=1; hadoop-jwt=${token(key)}; b=2`])
  t.is(saw?.target, '/p?user.name=alice')
  t.is(saw?.headers.cookie, 'a=1; b=2')
})

test('a cookie that a path does not need ends here as well', async t => {
  const {ask} = await guarded(t, sso({'sso.unauthenticated.path.list': '/x/open'}))
  const {saw} = await ask('open', ['Cookie', `a=1; hadoop-jwt=${token(key)}`])
  t.deepEqual([saw?.target, saw?.headers.cookie], ['/open?user.name=anonymous', 'a=1'])
})

const sends = test.macro({
  async exec(t, headers: readonly string[], location: string, params: Readonly<Record<string, string>> = {}) {
    const {ask} = await guarded(t, sso(params))
    const {status, headers: answered, saw} = await ask('p?a=%20&b=1', [...HOST, ...headers])
    t.deepEqual([status, answered.location, saw], [302, location, undefined])
  },
  title: given => `sent to log in: ${given}`,
})

const original = encodeURIComponent('http://gw.test:8443/gateway/t/x/p?a=%20&b=1')
test('without a cookie', sends, [], `${LOGIN}?originalUrl=${original}`)
test('with a forged cookie', sends, cookie(token(signingKey('one'))), `${LOGIN}?originalUrl=${original}`)
test(
  'with an expired cookie beside a good one',
  sends,
  cookie(token(key, {exp: 1}), token(key)),
  `${LOGIN}?originalUrl=${original}`,
)
test('with a cookie for others', sends, cookie(token(key, {aud: 'x'})), `${LOGIN}?originalUrl=${original}`, {
  'sso.expected.audiences': 'y',
})
test('to a login with a query', sends, [], `${LOGIN}?x=1&originalUrl=${original}`, {
  'sso.authentication.provider.url': `${LOGIN}?x=1`,
})
test('to KnoxSSO here', sends, [], `http://gw.test:8443/gateway/knoxsso/api/v1/websso?originalUrl=${original}`, {
  'sso.authentication.provider.url': '',
})
test(
  'a header that is not asked for',
  sends,
  ['X-Original-URL', 'https://evil.example/'],
  `${LOGIN}?originalUrl=${original}`,
)
const FROM_HEADER = {'sso.use.original.url.from.header': 'true'}
test(
  'as a header says',
  sends,
  ['X-Original-URL', 'https://app.test/y'],
  `${LOGIN}?originalUrl=${encodeURIComponent('https://app.test/y')}`,
  FROM_HEADER,
)

const refused = test.macro({
  async exec(t, url: string, params: Readonly<Record<string, string>> = {}) {
    const {ask} = await guarded(t, sso({...FROM_HEADER, ...params}))
    const {status, headers} = await ask('p', [...HOST, 'X-Original-URL', url])
    t.deepEqual([status, headers.location], [400, undefined])
  },
  title: (_, url) => `nobody is sent back to ${url}`,
})

const LISTED = {
  'sso.original.url.from.header.verify.domain': 'true',
  'sso.original.url.from.header.domain.whitelist': 'good.test',
}
test(refused, 'https://evil.example/')
test(refused, 'javascript:alert(1)')
test(refused, '//evil.example/')
test(refused, 'https://gw.test@evil.example/')
test(refused, 'https://evil.test/', LISTED)
test(refused, 'https://sub.good.test/', LISTED)

test('browsers come back only to hosts of the whitelist', async t => {
  const home = guardedHome(sso(), 'http://127.0.0.1:1')
  const {port} = await startGateway(t, {
    ...home,
    'conf/gateway-site.xml': site({'gateway.dispatch.whitelist': 'https?://gw\\.test:8443'}),
  })
  const status = async (host: string) => await fetchStatus(port, host)
  t.is(await status('gw.test:8443'), 302)
  t.is(await status('evil.example:8443'), 400)
})

async function fetchStatus(port: number, host: string): Promise<number> {
  const {request} = await import('node:http')
  return new Promise((resolve, reject) => {
    request({port, host: '127.0.0.1', path: '/gateway/t/x/p', headers: {Host: host}, agent: false}, res => {
      res.resume()
      resolve(res.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })
}

test('a script gets 401', async t => {
  const {ask} = await guarded(t, sso())
  const {status, headers} = await ask('p', ['X-Requested-With', 'XMLHttpRequest'])
  t.deepEqual([status, headers.location], [401, undefined])
})

test('OPTIONS without a cookie does not pass', async t => {
  const {ask} = await guarded(t, sso())
  t.is((await ask('p', [], 'OPTIONS')).saw, undefined)
})
