import {join} from 'node:path'
import test, {type ExecutionContext} from 'ava'
import {type Clock, systemClock} from '../../gateway/common/clock.js'
import type {FiguresRecord} from '../../gateway/streams/figures.js'
import type {StreamRecord} from '../../gateway/streams/stream-record.js'
import {eventClient} from '../helpers/event-client.js'
import {definition, type HomeText, site, startGateway, temporaryHome} from '../helpers/home.js'
import {replica} from '../helpers/replica.js'
import {xTopology} from '../server/through.js'
import {gateway, started} from './program.js'

const homeOf = (url: string, settings: Readonly<Record<string, string>> = {}): HomeText => ({
  ...definition('X', 'sse'),
  'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true', ...settings}),
  'conf/topologies/t.xml': xTopology([url]),
  'conf/topologies/u.xml': xTopology([url]),
})

/** A gateway with two open streams, one of each topology, the first with an ID. */
async function opened(t: ExecutionContext) {
  const service = await replica(t, () => 'data: a\n\n')
  const {url, home} = await startGateway(t, homeOf(service.url), {control: true})
  const [first, second] = [await eventClient(t, `${url}/t/x/events`), await eventClient(t, `${url}/u/x/events`)]
  await Promise.all([first.until(1), second.until(1)])
  return {service, home, first, second}
}

test('the open streams of a running gateway are listed, shown and ended', async t => {
  const {service, home, first, second} = await opened(t)
  const listed = await gateway(['streams', 'list', '--home', home])
  t.is(listed.code, 0)
  t.regex(listed.out, /^id +client +version +user +topology +service +endpoint +since +events +bytes +lastEventId/)
  t.regex(
    listed.out,
    /^1 +127\.0\.0\.1 +1\.1 +anonymous +t +X +http:\/\/127\.0\.0\.1:\d+ +\S+ +1 +9 +- +false +0 +open$/m,
  )
  const json = await gateway(['streams', 'list', '--home', home, '--topology', 'u', '--json'])
  const {streams} = JSON.parse(json.out) as {streams: StreamRecord[]}
  t.like(streams, {length: 1})
  t.like(streams[0], {id: 2, topology: 'u', service: 'X', user: 'anonymous', events: 1, lastEventId: ''})
  const none = await gateway(['streams', 'list', '--home', home, '--user', 'ann', '--service', 'X'])
  t.is(none.out.trim().split('\n').length, 1)

  const broken = await gateway(['streams', 'end', '2', '--home', home])
  t.regex(broken.out, /^broken off: /)
  await second.over()
  t.is(second.ended, 'broken')
  service.send('id: 5\ndata: b\n\n')
  await first.until(2)
  t.regex((await gateway(['streams', 'show', '1', '--home', home])).out, /^lastEventId +5$/m)
  const whole = await gateway(['streams', 'end', '1', '--home', home])
  t.regex(whole.out, /^it ends between two events/)
  await first.over()
  t.is(first.ended, 'whole')
  t.deepEqual(await gateway(['streams', 'show', '1', '--home', home]), {
    code: 1,
    out: '',
    err: 'there is no open stream 1\n',
  })
})

test('figures are printed, for people and as JSON', async t => {
  const {home} = await opened(t)
  const {code, out} = await gateway(['figures', '--home', home])
  t.is(code, 0)
  t.regex(out, /^loop delay +median [\d.]+ ms, /)
  t.regex(out, /^topology +t\nservice +X\nendpoint +http:\/\/127\.0\.0\.1:\d+\nstreams +1 open, 1 begun\n/m)
  const {streams} = JSON.parse((await gateway(['figures', '--json', '--home', home])).out) as {streams: FiguresRecord[]}
  t.like(streams[1], {topology: 'u', service: 'X', open: 1, events: {in: 1, out: 1}})
})

test('start opens the socket; without a gateway that is told: 1', async t => {
  const home = temporaryHome(t, homeOf('http://127.0.0.1:9'))
  const program = await started(t, ['--home', home])
  t.is((await gateway(['streams', '--home', home])).code, 0)
  program.process.kill('SIGKILL')
  await program.ended
  const {code, out, err} = await gateway(['streams', 'list', '--home', home])
  t.deepEqual([code, out], [1, ''])
  t.is(err, `no gateway runs with the control socket ${join(home, 'run/control.sock')}\n`)
})

test('a path that is too long, or none, is told: 1', async t => {
  const long = temporaryHome(t, homeOf('http://127.0.0.1:9', {'gateway.control.socket': `run/${'x'.repeat(100)}`}))
  const {code, err} = await gateway(['figures', '--home', long])
  t.is(code, 1)
  t.regex(err, /^the path of the control socket has \d+ bytes/)
  const none = temporaryHome(t, homeOf('http://127.0.0.1:9', {'gateway.control.socket': ''}))
  t.regex((await gateway(['figures', '--home', none])).err, /^gateway\.control\.socket is empty/)
})

test('a gateway that cannot have the socket serves, and says why', async t => {
  const long = {'gateway.control.socket': `run/${'x'.repeat(100)}`}
  const {url, told} = await startGateway(t, homeOf('http://127.0.0.1:9', long), {control: true})
  t.is((await fetch(`${url.replace('/gateway', '')}/healthz`)).status, 200)
  t.true(
    told.some(line => line.startsWith('the path of the control socket has ')),
    told.join('\n'),
  )
})

test('of two gateways over a home the second gets the socket when the first has ended', async t => {
  const first = await startGateway(t, homeOf('http://127.0.0.1:9'), {control: true})
  const socket = join(first.home, 'run/control.sock')
  let again: (() => void) | undefined
  const clock: Clock = {
    ...systemClock,
    after(ms: number, then: () => void) {
      if (ms !== 5000) return systemClock.after(ms, then)
      again = then
      return () => {}
    },
  }
  const shared = {control: true, clock}
  const second = await startGateway(t, homeOf('http://127.0.0.1:9', {'gateway.control.socket': socket}), shared)
  t.true(second.told.includes(`another gateway that runs has the control socket ${socket}`))
  await first.gateway.close()
  t.regex((await gateway(['figures', '--home', second.home])).err, /^no gateway runs/)
  again?.()
  for (;;) if ((await gateway(['figures', '--home', second.home])).code === 0) break
  t.pass()
})

test('an ID is a number: 2', async t => {
  t.is((await gateway(['streams', 'end', 'x'])).code, 2)
})

test('endpoints are printed with what they are at', async t => {
  const service = await replica(t, () => 'data: a\n\n')
  const {url, home} = await startGateway(
    t,
    {
      ...homeOf(service.url),
      'conf/topologies/t.xml': xTopology([service.url, 'http://127.0.0.1:1'], {
        ha: 'loadBalancing=least-streams;weights=1,3;ejectAfter=1;failoverSleep=0',
      }),
    },
    {control: true},
  )
  const clients = await Promise.all([1, 2].map(() => eventClient(t, `${url}/t/x/events`)))
  await Promise.all(clients.map(client => client.until(1)))
  const {code, out} = await gateway(['endpoints', '--home', home])
  t.is(code, 0)
  t.regex(out, /^topology +service +endpoint +state +since +weight +streams +cause$/m)
  t.regex(out, new RegExp(`^t +X +${service.url} +up +- +1 +2 +-$`, 'm'))
  t.regex(out, /^t +X +http:\/\/127\.0\.0\.1:1 +ejected +\S+Z +3 +0 +connect$/m)
  t.regex(out, new RegExp(`^u +X +${service.url} +unwatched +- +1 +0 +-$`, 'm'))
  const json = await gateway(['endpoints', '--home', home, '--topology', 'u', '--service', 'X', '--json'])
  const {endpoints} = JSON.parse(json.out) as {endpoints: object[]}
  t.like(endpoints, {length: 1})
  t.like(endpoints[0], {topology: 'u', state: 'unwatched', streams: 0})
})
