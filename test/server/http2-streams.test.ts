import {once} from 'node:events'
import {type ClientHttp2Session, type ClientHttp2Stream, connect, type OutgoingHttpHeaders} from 'node:http2'
import test, {type ExecutionContext} from 'ava'
import type {GatewayOptions} from '../../gateway/index.js'
import {gateway as command} from '../cli/program.js'
import {testClock} from '../helpers/clock.js'
import {DATA, END_HEADERS, END_STREAM, frame, frameClient, get, HEADERS, PING} from '../helpers/frames.js'
import {guardedHome, provider} from '../helpers/guarded.js'
import {definition, type HomeText, site, startGateway} from '../helpers/home.js'
import {assertNoLeaks} from '../helpers/leaks.js'
import {replica} from '../helpers/replica.js'
import {signingKey, token} from '../helpers/token-issuer.js'
import {answered, secured, WAYS, type Way} from './http2.js'
import {xTopology} from './through.js'

assertNoLeaks(test)

const EVENTS = '/gateway/t/x/events'

/** A gateway over these files, its clock, and a connection to it. */
async function connected(t: ExecutionContext, way: Way, files: HomeText, options: Partial<GatewayOptions> = {}) {
  const clock = testClock()
  const running = await startGateway(t, way === 'TLS' ? secured(files) : files, {clock, ...options})
  const session = connect(running.url, {rejectUnauthorized: false})
  session.on('error', () => {})
  t.teardown(() => session.destroy())
  return {...running, clock, session}
}

/** A stream's text, as it comes. */
class Reader {
  text = ''
  readonly stream: ClientHttp2Stream

  constructor(session: ClientHttp2Session, path = EVENTS, fields: OutgoingHttpHeaders = {}) {
    this.stream = session.request({':path': path, accept: 'text/event-stream', ...fields})
    this.stream.setEncoding('latin1').on('data', (text: string) => {
      this.text += text
    })
    this.stream.on('error', () => {})
  }

  async until(text: string): Promise<void> {
    while (!this.text.includes(text)) await once(this.stream, 'data')
  }

  /** The code that it was closed with; 0: properly. */
  over(): Promise<number> {
    const {stream} = this
    return new Promise(resolve => stream.once('close', () => resolve(stream.rstCode ?? -1)))
  }
}

const xHome = (url: string, settings: Readonly<Record<string, string>> = {}): HomeText => ({
  ...definition('X', 'sse'),
  'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true', ...settings}),
  'conf/topologies/t.xml': xTopology([url]),
})

for (const way of WAYS) {
  test(`streams of one connection end evenly, and none within an event, when the gateway drains (${way})`, async t => {
    const [count, seconds] = [20, 10]
    const service = await replica(t, () => 'id: 1\ndata: a\n\n')
    const {gateway, clock, session} = await connected(
      t,
      way,
      xHome(service.url, {'gateway.drain.timeout': `${seconds}s`}),
    )
    const readers = Array.from({length: count}, () => new Reader(session))
    await Promise.all(readers.map(each => each.until('data: a\n\n')))
    let ended = 0
    let someEnded = () => {}
    const codes = readers.map(async each => {
      const code = await each.over()
      ended++
      someEnded()
      return code
    })
    const untilEnded = async (wanted: number) => {
      while (ended < wanted)
        await new Promise<void>(resolve => {
          someEnded = resolve
        })
    }
    service.send('id: 2\ndata: ha')
    await Promise.all(readers.map(each => each.until('data: ha')))
    const drained = gateway.drain()
    clock.turn(10_000)
    await new Promise(setImmediate)
    clock.turn(4000)
    service.send('l')
    await Promise.all(readers.map(each => each.until('data: hal')))
    t.is(ended, 0)
    service.send('f\n\n')
    // The last second is left to the last one.
    const share = count / (seconds - 1)
    for (let second = 5; second < seconds; second++) {
      clock.turn(1000)
      await untilEnded(Math.floor(share * second))
      t.true(ended <= share * (second + 1), `${ended} after ${second} s`)
    }
    t.deepEqual(new Set(await Promise.all(codes)), new Set([0]))
    for (const {text} of readers) t.regex(text, /^id: 1\ndata: a\n\nid: 2\ndata: half\n\n(retry: \d+\n\n)?$/)
    await drained
  })

  test(`a stream ends with the token that it began with, and its neighbour goes on (${way})`, async t => {
    const key = signingKey('one')
    const service = await replica(t, () => 'id: 1\ndata: a\n\n')
    const jwt = provider('federation', 'JWTProvider', {'knox.token.verification.pem': key.publicPem})
    const {clock, session} = await connected(t, way, guardedHome(jwt, service.url, 'sse'))
    const until = (seconds: number) => ({authorization: `Bearer ${token(key, {exp: clock.date() / 1000 + seconds})}`})
    const fields = until(20)
    const [short, long] = [new Reader(session, EVENTS, fields), new Reader(session, EVENTS, until(3600))]
    await Promise.all([short.until('data: a\n\n'), long.until('data: a\n\n')])
    clock.turn(20_500)
    t.is(await short.over(), 0)
    service.send('data: b\n\n')
    await long.until('data: b\n\n')
    t.is((await answered(session.request({':path': EVENTS, ...fields}))).status, 401)
  })

  test(`a ticket opens its stream once (${way})`, async t => {
    const service = await replica(t, () => 'id: 1\ndata: a\n\n')
    const header = provider('federation', 'HeaderPreAuth', {'preauth.custom.header': 'x-user'})
    const {session} = await connected(
      t,
      way,
      guardedHome(header + provider('ticket', 'StreamTicket'), service.url, 'sse'),
    )
    const asked = session.request({':path': `${EVENTS}/ticket`, ':method': 'POST', 'x-user': 'alice'})
    const {url} = JSON.parse((await answered(asked)).body) as {url: string}
    await new Reader(session, url).until('data: a\n\n')
    t.is((await answered(session.request({':path': url}))).status, 401)
  })

  test(`a client that answers no PING within 30 s is gone, and its stream with it (${way})`, async t => {
    const service = await replica(t, () => 'id: 1\ndata: a\n\n')
    const {clock, session, port} = await connected(t, way, xHome(service.url))
    const silent = await frameClient(port, way === 'TLS')
    t.teardown(() => silent.socket.destroy())
    await silent.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, get(EVENTS)))
    const reader = new Reader(session)
    await Promise.all([reader.until('data: a\n\n'), silent.frame(({type}) => type === DATA)])
    const pinged = once(session, 'ping')
    clock.turn(30_000)
    await Promise.all([pinged, silent.frame(({type}) => type === PING)])
    // Its answer comes behind that of the client to the gateway's own.
    await new Promise(resolve => session.ping(resolve))
    clock.turn(30_000)
    await silent.closed
    while (service.streams.size > 1) await new Promise(setImmediate)
    service.send('data: b\n\n')
    await reader.until('data: b\n\n')
    t.is(service.streams.size, 1)
  })

  test(`a connection without a request ends after gateway.idle.timeout, one with a silent stream stays (${way})`, async t => {
    const service = await replica(t, () => 'id: 1\ndata: a\n\n')
    const {session, url} = await connected(t, way, xHome(service.url, {'gateway.idle.timeout': '200'}))
    const reader = new Reader(session)
    await reader.until('data: a\n\n')
    const idle = connect(url, {rejectUnauthorized: false})
    t.teardown(() => idle.destroy())
    const asked = once(idle, 'goaway')
    t.is((await answered(idle.request({':path': '/none'}))).status, 404)
    t.is((await asked)[0], 0)
    await once(idle, 'close')
    service.send('data: b\n\n')
    await reader.until('data: b\n\n')
  })

  test(`the list of open streams tells the version (${way})`, async t => {
    const service = await replica(t, () => 'id: 1\ndata: a\n\n')
    const {session, home} = await connected(t, way, xHome(service.url), {control: true})
    await new Reader(session).until('data: a\n\n')
    t.regex((await command(['streams', 'list', '--home', home])).out, /^1 +127\.0\.0\.1 +2\.0 +anonymous /m)
  })
}
