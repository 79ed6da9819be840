import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import test from 'ava'
import {testClock} from '../helpers/clock.js'
import {eventClient} from '../helpers/event-client.js'
import {guardedHome, provider} from '../helpers/guarded.js'
import {startGateway} from '../helpers/home.js'
import {rawClient} from '../helpers/raw-client.js'
import {scriptedService} from '../helpers/scripted-service.js'
import {signingKey, token} from '../helpers/token-issuer.js'
import {capitals, frame, handshake, OFFER} from '../helpers/web-socket.js'
import {ask} from './through.js'

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

test('a WebSocket ends with the token that it began with', async t => {
  const key = signingKey('one')
  const service = await scriptedService(capitals)
  t.teardown(() => service.close())
  const jwt = provider('federation', 'JWTProvider', {'knox.token.verification.pem': key.publicPem})
  const clock = testClock()
  const {port, gateway} = await startGateway(t, guardedHome(jwt, `http://127.0.0.1:${service.port}`), {clock})
  const client = await rawClient(port)
  const exp = clock.date() / 1000 + 2 * 86_400
  await client.send(ask('/s', [...OFFER, `Authorization: Bearer ${token(key, {exp})}`]))
  await handshake(client)
  clock.turn(2 * 86_400_000 - 1)
  await client.send(frame('still'))
  await client.until('STILL')
  clock.turn(1)
  await client.closed
  await (await service.connection(0)).closed
  await gateway.close()
  t.pass()
})
