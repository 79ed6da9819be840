import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import test from 'ava'
import {testClock} from '../helpers/clock.js'
import {eventClient} from '../helpers/event-client.js'
import {guardedHome, provider} from '../helpers/guarded.js'
import {startGateway} from '../helpers/home.js'
import {signingKey, token} from '../helpers/token-issuer.js'

test('a stream ends with the token that it began with, and who comes back with it gets 401', async t => {
  const key = signingKey('one')
  const service = createServer((_, res) => {
    res.writeHead(200, {'Content-Type': 'text/event-stream'})
    res.write('id: 1\ndata: a\n\n')
  })
  await new Promise<void>(resolve => service.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    service.closeAllConnections()
    service.close()
  })
  const jwt = provider('federation', 'JWTProvider', {'knox.token.verification.pem': key.publicPem})
  const clock = testClock()
  const home = guardedHome(jwt, `http://127.0.0.1:${(service.address() as AddressInfo).port}`, 'sse')
  const {url, gateway} = await startGateway(t, home, {clock})
  const headers = {Authorization: `Bearer ${token(key, {exp: clock.date() / 1000 + 60})}`}
  const stream = await eventClient(t, `${url}/t/x/events`, headers)
  await stream.until(1)
  clock.turn(59_000)
  t.is(stream.ended, 'no')
  clock.turn(1500)
  await stream.over()
  t.is(stream.ended, 'whole')
  t.is((await eventClient(t, `${url}/t/x/events`, headers)).response.statusCode, 401)
  await gateway.close()
})
