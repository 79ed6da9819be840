import test from 'ava'
import {testClock} from '../../helpers/clock.js'
import {type Guarded, guarded, provider} from '../../helpers/guarded.js'
import {hmacToken, keyServer, signingKey, token} from '../../helpers/token-issuer.js'

const key = signingKey('one')
const PEM = {'knox.token.verification.pem': key.publicPem}
const bearer = (text: string) => ['Authorization', `Bearer ${text}`]
const basic = (text: string) => ['Authorization', `Basic ${Buffer.from(text).toString('base64')}`]

const jwt = (params: Readonly<Record<string, string>>) => provider('federation', 'JWTProvider', params)

const gives = test.macro({
  async exec(t, params: Readonly<Record<string, string>>, headers: readonly string[], expected: string | number) {
    const {ask, told} = await guarded(t, jwt({...PEM, ...params}))
    const {status, saw, body, headers: answered} = await ask('p', headers)
    if (typeof expected === 'string') t.is(saw?.target, `/p?user.name=${expected}`)
    else {
      t.is(status, expected)
      t.is(saw, undefined)
      t.is(answered['www-authenticate'], undefined)
      const {error, message} = JSON.parse(body) as {error: string; message: string}
      t.deepEqual(
        [error, message],
        status === 401
          ? ['not-authenticated', 'You are not authenticated.']
          : ['bad-token', 'The token cannot be used here.'],
      )
      t.true(
        told.some(line => line.startsWith('refused')),
        'the log names the cause',
      )
      t.false(
        told.some(line => headers[1] !== undefined && line.includes(headers[1].slice(-20))),
        'but not the token',
      )
    }
  },
  title: (given, _params, _headers, expected) => `${given}: ${expected}`,
})

// params, header fields, user or status
test('a good token', gives, {}, bearer(token(key)), 'alice')
test('a good token as password of Token', gives, {}, basic(`token:${token(key)}`), 'alice')
test('a good token as password of somebody else', gives, {}, basic(`alice:${token(key)}`), 401)
test('no token', gives, {}, [], 401)
test('an expired token', gives, {}, bearer(token(key, {exp: 1_700_000_000})), 401)
test(
  'an expired token that the skew allows',
  gives,
  {'jwt.clock.skew': '600'},
  bearer(token(key, {exp: Math.floor(Date.now() / 1000) - 60})),
  'alice',
)
test('a token of another issuer', gives, {}, bearer(token(key, {iss: 'OTHER'})), 401)
test('a token of a second issuer', gives, {'jwt.expected.issuer': 'I1, I2'}, bearer(token(key, {iss: 'I2'})), 'alice')
test('a token for others', gives, {'knox.token.audiences': 'app1'}, bearer(token(key, {aud: 'app2'})), 400)
test('a token for us', gives, {'knox.token.audiences': 'app1'}, bearer(token(key, {aud: ['x', 'app1']})), 'alice')
test('a token that does not hold yet', gives, {}, bearer(token(key, {nbf: 4_102_444_000})), 400)
test('a token of nobody', gives, {}, bearer(token(key, {sub: ' '})), 401)
test(
  'a claim instead of sub',
  gives,
  {'knox.token.principal.claim': 'email'},
  bearer(token(key, {email: 'Carol'})),
  'carol',
)
test('a forged token', gives, {}, bearer(token(signingKey('one'))), 401)
test(
  'a changed token',
  gives,
  {},
  bearer(token(key).replace(/\.[^.]+\./, `.${Buffer.from('{"sub":"root","iss":"KNOXSSO"}').toString('base64url')}.`)),
  401,
)
test('alg none', gives, {}, bearer(token(key, {}, {alg: 'none'}).replace(/[^.]*$/, '')), 401)
test('alg None', gives, {}, bearer(token(key, {}, {alg: 'None'}).replace(/[^.]*$/, '')), 401)
test('the public key as a shared secret', gives, {}, bearer(hmacToken(key.publicPem)), 401)
test(
  'a key that the token brings',
  gives,
  {},
  bearer(token(signingKey('x'), {}, {jwk: signingKey('x').publicKey.export({format: 'jwk'})})),
  401,
)
test('an algorithm that is not expected', gives, {'jwt.expected.sigalg': 'RS512'}, bearer(token(key)), 401)
test('an unknown critical header', gives, {}, bearer(token(key, {}, {crit: ['x'], x: 1})), 401)
test('a token too long', gives, {}, bearer(token(key, {pad: 'x'.repeat(7000)})), 401)
test('exp as text', gives, {}, bearer(token(key, {exp: '4102444800'})), 401)
test('what is no token', gives, {}, bearer('a.b.c'), 401)
test('a second Authorization', gives, {}, [...bearer(token(key)), ...bearer(token(key))], 401)

const COOKIE = {'knox.token.use.cookie': 'true'}
test('a cookie', gives, COOKIE, ['Cookie', `a=1; hadoop-jwt=${token(key)}`], 'alice')
test('a cookie that is not wanted', gives, {}, ['Cookie', `hadoop-jwt=${token(key)}`], 401)
test(
  'a bad cookie beside a good bearer token',
  gives,
  COOKIE,
  ['Cookie', 'hadoop-jwt=junk', ...bearer(token(key))],
  401,
)
test(
  'a cookie that is no token beside one that is',
  gives,
  COOKIE,
  ['Cookie', `hadoop-jwt=junk; hadoop-jwt=${token(key)}`],
  'alice',
)
test(
  'a cookie that another site put beside it',
  gives,
  COOKIE,
  ['Cookie', `hadoop-jwt=${token(key)}; hadoop-jwt=${token(key, {sub: 'mallory'})}`],
  401,
)

test('a token in the query ends here, and the log does not have it', async t => {
  const {ask, told, accesses, gateway} = await guarded(t, jwt({...PEM, 'knox.token.query.param.name': 'token'}))
  const good = token(key)
  t.is((await ask(`p?a=1&%74oken=${good}&b=2`)).saw?.target, '/p?a=1&b=2&user.name=alice')
  t.is((await ask(`p?token=${good}&token=${good}`)).status, 401)
  t.is((await ask(`p?token=${token(key, {exp: 1})}`, bearer(good))).saw?.target, '/p?user.name=alice')
  await gateway.close()
  t.is(accesses.length, 3)
  const lines = JSON.stringify([told, accesses])
  t.false(lines.includes('eyJ'))
  t.true(lines.includes('token=***'))
})

test('a token that a path does not need ends here as well', async t => {
  const places = {...COOKIE, 'knox.token.query.param.name': 'token', 'jwt.unauthenticated.path.list': '/x/open'}
  const {ask, accesses, gateway} = await guarded(t, jwt({...PEM, ...places}))
  const {saw} = await ask(`open?token=${token(key)}`, ['Cookie', `a=1; hadoop-jwt=${token(key)}`])
  t.is(saw?.target, '/open?user.name=anonymous')
  t.is(saw?.headers.cookie, 'a=1')
  await gateway.close()
  t.false(JSON.stringify(accesses).includes('eyJ'))
})

test('a path that needs no token is only that path', async t => {
  const {ask} = await guarded(t, jwt({...PEM, 'jwt.unauthenticated.path.list': '/x/open;/x/also'}))
  t.is((await ask('open')).saw?.target, '/open?user.name=anonymous')
  for (const path of ['open/', 'open/x', 'OPEN', 'open;x', '%6fpen', 'open/../p', 'open%2f..%2fp', './open', '/open'])
    t.is((await ask(path)).saw, undefined, path)
})

const KEYS = (url: string) => jwt({'knox.token.jwks.url': url})

test('a provider that changes its keys is followed', async t => {
  const clock = testClock()
  const [old, next] = [signingKey('old'), signingKey('next')]
  const server = await keyServer(t, old)
  const {ask} = await guarded(t, KEYS(server.url), {clock})
  t.is((await ask('p', bearer(token(old)))).status, 200)
  t.is((await ask('p', bearer(token(old)))).status, 200)
  t.is(server.asked, 1)
  server.keys = [next]
  t.is((await ask('p', bearer(token(next)))).status, 401, 'asked a moment ago')
  clock.turn(30_000)
  t.is((await ask('p', bearer(token(next)))).status, 200)
  t.is(server.asked, 2)
  t.is((await ask('p', bearer(token(old)))).status, 401, 'its key is gone')
  for (const id of ['x', 'y', 'z']) t.is((await ask('p', bearer(token(signingKey(id))))).status, 401)
  t.is(server.asked, 2, 'unknown keys do not make it ask again and again')
})

test('a provider that is down lets nobody in, and what was checked holds for its time', async t => {
  const clock = testClock()
  const one = signingKey('one')
  const server = await keyServer(t, one)
  await server.stop()
  const {ask} = await guarded(t, KEYS(server.url), {clock})
  t.is((await ask('p', bearer(token(one)))).status, 503)
  t.is((await ask('p', bearer('junk'))).status, 401)
  await server.start()
  t.is((await ask('p', bearer(token(one)))).status, 503, 'not asked again at once')
  clock.turn(1000)
  t.is((await ask('p', bearer(token(one)))).status, 200)
  await server.stop()
  clock.turn(9 * 60_000)
  t.is((await ask('p', bearer(token(one)))).status, 200)
  t.is((await ask('p', bearer(token(signingKey('other'))))).status, 503, 'its key may be a new one')
  clock.turn(20 * 60_000)
  t.is((await ask('p', bearer(token(one)))).status, 503)
})

test('a key comes from nowhere that a token names', async t => {
  const evil = signingKey('evil')
  const [server, theirs] = [await keyServer(t, key), await keyServer(t, evil)]
  const {ask} = await guarded(t, KEYS(server.url))
  const named = [
    {jku: theirs.url},
    {x5u: theirs.url},
    {jwk: evil.publicKey.export({format: 'jwk'})},
    {x5c: [evil.publicKey.export({type: 'spki', format: 'der'}).toString('base64')]},
    ...[theirs.url, '../../../../dev/null', "one' OR '1'='1", 'one\0', '', '__proto__', 'one'].map(kid => ({kid})),
  ]
  for (const header of named)
    t.is((await ask('p', bearer(token(evil, {}, header)))).status, 401, JSON.stringify(header))
  t.is(theirs.asked, 0)
})

const unusable = test.macro({
  async exec(t, body: string, status: number) {
    const server = await keyServer(t, key)
    server.instead = {status, body}
    const {ask} = await guarded(t, KEYS(server.url))
    t.is((await ask('p', bearer(token(key)))).status, 503)
  },
  title: given => `keys that cannot be used: ${given}`,
})

test('more than anybody has', unusable, JSON.stringify({keys: new Array(201).fill({kty: 'RSA'})}), 200)
test('a text without end', unusable, ' '.repeat(300_000), 200)
test('no JSON', unusable, '<html>', 200)
test('no keys', unusable, `{"keys":{}}`, 200)
test('a redirect', unusable, '', 302)

test('a shared secret in a key set is no key', async t => {
  const server = await keyServer(t, key)
  server.instead = {
    status: 200,
    body: JSON.stringify({keys: [{kty: 'oct', k: Buffer.from('secret').toString('base64url'), kid: 'h'}]}),
  }
  const {ask} = await guarded(t, KEYS(server.url))
  t.is((await ask('p', bearer(hmacToken('secret', {kid: 'h', typ: 'JWT'})))).status, 401)
})

test('of several keys that fit all are tried, and one that cannot be read is none', async t => {
  const jwk = (each: typeof key) => each.publicKey.export({format: 'jwk'})
  const server = await keyServer(t)
  const answer = (...keys: readonly object[]) => {
    server.instead = {status: 200, body: JSON.stringify({keys})}
  }
  const unnamed = bearer(token(key, {}, {kid: undefined}))
  answer(jwk(signingKey('other')), {...jwk(key), n: '!'}, jwk(key))
  const several = await guarded(t, KEYS(server.url))
  t.is((await several.ask('p', unnamed)).saw?.target, '/p?user.name=alice')
  t.is((await several.ask('p', bearer(token(signingKey('third'), {}, {kid: undefined})))).status, 401)
  answer({...jwk(key), n: '!'})
  const unreadable = await guarded(t, KEYS(server.url))
  t.is((await unreadable.ask('p', unnamed)).status, 401)
})

test('with keys of a URL the type of a token counts', async t => {
  const server = await keyServer(t, key)
  const {ask} = await guarded(t, jwt({'knox.token.jwks.url': server.url, 'knox.token.allowed.jws.types': 'at+jwt'}))
  const status = async (typ: string) => (await ask('p', bearer(token(key, {}, {typ})))).status
  t.deepEqual([await status('JWT'), await status('AT+JWT'), await status('application/at+jwt')], [401, 200, 200])
})

test('a remembered token still expires', async t => {
  const clock = testClock()
  const {ask} = await guarded(t, jwt(PEM), {clock})
  const short = token(key, {exp: clock.date() / 1000 + 60})
  const status = async ({ask}: Pick<Guarded, 'ask'>) => (await ask('p', bearer(short))).status
  t.is(await status({ask}), 200)
  clock.turn(59_000)
  t.is(await status({ask}), 200)
  clock.turn(1000)
  t.is(await status({ask}), 401)
})
