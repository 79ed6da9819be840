import test from 'ava'
import {testClock} from '../../helpers/clock.js'
import {guarded, provider} from '../../helpers/guarded.js'
import {openIdProvider} from '../../helpers/openid-provider.js'
import {signingKey} from '../../helpers/token-issuer.js'

test('an OpenID provider changes its keys: its tokens pass all the while, those of a key that it gave up do not', async t => {
  const openId = await openIdProvider(t, 'http://127.0.0.1:1/back')
  const clock = testClock()
  const jwt = provider('federation', 'JWTProvider', {
    'knox.token.jwks.url': `${openId.issuer}/jwks`,
    'knox.token.allowed.jws.types': 'at+jwt',
    'jwt.expected.issuer': openId.issuer,
  })
  const {ask} = await guarded(t, jwt, {clock: {...clock, date: () => Date.now()}})
  const status = async (token: string) => (await ask('p', ['Authorization', `Bearer ${token}`])).status
  const [old, next] = [signingKey('old'), signingKey('next')]
  openId.publish(old)
  const first = await openId.token()
  t.is(await status(first), 200)
  clock.turn(60_000)
  openId.publish(old, next)
  t.is(await status(await openId.token()), 200, 'the new key is told of')
  openId.publish(next, old)
  const second = await openId.token()
  t.is(await status(second), 200, 'it signs')
  t.is(await status(first), 200, 'the old one still holds')
  openId.publish(next)
  clock.turn(5 * 60_000)
  t.is(await status(await openId.token()), 200)
  t.is(await status(first), 401, 'the old one is given up')
  t.is(await status(second), 200)
  t.deepEqual(openId.told, [])
})
