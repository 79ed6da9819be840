import {createServer, type IncomingMessage, request, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {json} from 'node:stream/consumers'
import test, {type ExecutionContext} from 'ava'
import {EventSource} from 'eventsource'
import {systemClock} from '../../../gateway/common/clock.js'
import type {GatewayOptions} from '../../../gateway/index.js'
import {testClock} from '../../helpers/clock.js'
import {eventClient} from '../../helpers/event-client.js'
import {guardedHome, provider} from '../../helpers/guarded.js'
import {definition, type Running, site, startGateway, writeHome} from '../../helpers/home.js'
import {rawClient} from '../../helpers/raw-client.js'
import {scriptedService} from '../../helpers/scripted-service.js'
import {signingKey, token} from '../../helpers/token-issuer.js'
import {capitals, frame, handshake, OFFER} from '../../helpers/web-socket.js'
import {ask} from '../../server/through.js'

const HEADER = provider('federation', 'HeaderPreAuth', {
  'preauth.custom.header': 'X-User',
  'preauth.custom.group.header': 'X-Groups',
})
const TICKET = provider('ticket', 'StreamTicket')
const EVENTS = '/gateway/t/x/events'

type Fields = Readonly<Record<string, string>>
const ALICE: Fields = {'X-User': 'alice', 'X-Groups': 'readers'}

interface Streams {
  readonly url: string
  /** Heads of all requests. */
  readonly saw: IncomingMessage[]
  /** Streams that are open, in the order in which they came. */
  readonly open: ServerResponse[]
}

/** A service whose streams begin after `Last-Event-ID`, with one event. */
async function streams(t: ExecutionContext): Promise<Streams> {
  const saw: IncomingMessage[] = []
  const open: ServerResponse[] = []
  const server = createServer((req, res) => {
    saw.push(req)
    open.push(res)
    const id = Number(req.headers['last-event-id'] ?? 0) + 1
    res.writeHead(200, {'Content-Type': 'text/event-stream'})
    res.write(`retry: 1\nid: ${id}\ndata: ${id}\n\n`)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, saw, open}
}

interface Ticketed extends Running, Streams {
  readonly origin: string
  readonly clock: ReturnType<typeof testClock>
  /** An address that opens the stream at `path` once. */
  ticket(path?: string, headers?: Fields): Promise<string>
  /** Status of a GET, whose stream is left. */
  status(path: string, headers?: Fields): Promise<number>
}

async function ticketed(
  t: ExecutionContext,
  providers = HEADER + TICKET,
  options: Partial<GatewayOptions> = {},
): Promise<Ticketed> {
  const service = await streams(t)
  const clock = testClock()
  const running = await startGateway(t, guardedHome(providers, service.url, 'sse'), {clock, ...options})
  const origin = `http://127.0.0.1:${running.port}`
  return {
    ...running,
    ...service,
    origin,
    clock,
    ticket: (path = EVENTS, headers = ALICE) => ticketFrom(origin, path, headers),
    async status(path, headers = {}) {
      const answer = await sent(origin + path, headers)
      answer.destroy()
      return answer.statusCode ?? 0
    },
  }
}

async function ticketFrom(origin: string, path: string, headers: Fields): Promise<string> {
  const [before = '', query] = path.split('?')
  const asked = await sent(`${origin}${before}/ticket${query === undefined ? '' : `?${query}`}`, headers, 'POST')
  const {url} = (await json(asked)) as {url: string}
  return url
}

/** On a connection of its own: those that fetch keeps in hand end as a test turns the clock. */
function sent(url: string, headers: Fields, method = 'GET'): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, {method, headers, agent: false}, resolve).on('error', reject).end()
  })
}

const cookieOf = (field: string | undefined) => field?.split(';')[0] ?? ''

test('a ticket opens its stream once, with name and groups, and the service sees nothing of it', async t => {
  const acl = provider('authorization', 'AclsAuthz', {'x.acl': '*;readers;*'})
  const {ticket, origin, saw, accesses, told, gateway, status} = await ticketed(t, HEADER + TICKET + acl)
  const path = `${EVENTS}?topic=a&b=%20c`
  const address = await ticket(path)
  t.regex(address, /^\/gateway\/t\/x\/events\?topic=a&b=%20c&streamTicket=[\w-]+$/)
  const client = await eventClient(t, origin + address, {Cookie: 'a=1; STREAMLEASE-x=y; b=2'})
  await client.until(1)
  t.is(client.response.statusCode, 200)
  t.is(saw[0]?.url, '/events?topic=a&b=%20c&user.name=alice')
  t.is(saw[0]?.headers.cookie, 'a=1; b=2')
  t.is(client.response.headers['referrer-policy'], 'no-referrer')
  const [lease = ''] = client.response.headers['set-cookie'] ?? []
  t.regex(
    lease,
    /^STREAMLEASE-[\w-]{16}=[\w-]+; Path=\/gateway\/t\/x\/events; Max-Age=3600; Secure; HttpOnly; SameSite=Strict$/,
  )
  t.is(await status(address), 401)
  t.is(await status(`/gateway/elsewhere${address}`), 404)
  t.is(await status(await ticket(path, {'X-User': 'bob'})), 403, 'what the user may see is judged as ever')
  await gateway.close()
  const logged = JSON.stringify(accesses) + told.join('\n')
  t.false(logged.includes(address.slice(-40)))
  t.true(logged.includes('streamTicket=***'))
  t.true(logged.includes('"user":"alice"'))
})

const refused = test.macro({
  async exec(t, change: (address: string, given: Ticketed) => string, headers: Fields = {}) {
    const given = await ticketed(t)
    const {origin, ticket, saw} = given
    const answer = await fetch(origin + change(await ticket(`${EVENTS}?a=1`), given), {headers})
    t.is(answer.status, 401)
    t.is(answer.headers.get('set-cookie'), null)
    t.is(((await answer.json()) as {message: string}).message, 'You are not authenticated.')
    t.is(saw.length, 0)
  },
  title: (given = '') => `refused: a ticket ${given}`,
})

test('that was changed', refused, address => address.slice(0, -1) + (address.endsWith('A') ? 'B' : 'A'))
test('that was cut', refused, address => address.slice(0, -1))
test('that is none', refused, () => `${EVENTS}?a=1&streamTicket=abc`)
test('that is empty', refused, () => `${EVENTS}?a=1&streamTicket=`)
test('for another path', refused, address => address.replace('events', 'others'))
test('for another spelling of the path', refused, address => address.replace('events', '%65vents'))
test('for another query', refused, address => address.replace('a=1', 'a=2'))
test('with more of a query', refused, address => `${address}&b=2`)
test('without the query', refused, address => address.replace('a=1&', ''))
test('that comes twice', refused, address => `${address}&${address.split('&')[1]}`)
test('under an escape, for another query', refused, address => address.replace('a=1&st', 'a=2&%73t'))
test('that is late', refused, (address, {clock}) => {
  clock.turn(30_000)
  return address
})
test('for elsewhere, beside good credentials', refused, address => address.replace('events', 'others'), ALICE)
test('with a lease that is none', refused, address => address.replace('a=1', 'a=2'), {Cookie: 'STREAMLEASE-x=y'})

test('a ticket is for GET, for its topology and for its gateway', async t => {
  const one = await ticketed(t)
  const other = await ticketed(t)
  const address = await one.ticket()
  t.is(await other.status(address), 401)
  const posted = await fetch(one.origin + address, {method: 'POST', headers: ALICE})
  t.is(posted.status, 401)
  writeHome(one.home, {
    'conf/topologies/u.xml': `<topology><gateway>${HEADER}${TICKET}</gateway><service><role>X</role><url>${one.url}</url></service></topology>`,
  })
  t.deepEqual(one.gateway.reload(), [])
  t.is(await one.status(address.replace('/t/', '/u/')), 401)
  t.is(await one.status(address), 200)
})

test('a lease lets the same browser come back until the grant ends, with its ticket and not without', async t => {
  const {ticket, origin, status, clock, saw} = await ticketed(
    t,
    HEADER + provider('ticket', 'StreamTicket', {'lease.seconds': '100'}),
  )
  const address = await ticket()
  const first = await eventClient(t, origin + address)
  const Cookie = cookieOf(first.response.headers['set-cookie']?.[0])
  clock.turn(60_000)
  const again = await eventClient(t, origin + address, {Cookie: `c=1; ${Cookie}`})
  t.is(again.response.statusCode, 200)
  t.is(saw[1]?.url, '/events?user.name=alice')
  t.is(saw[1]?.headers.cookie, 'c=1')
  t.is(await status(EVENTS, {Cookie}), 403, 'alone it is no credential')
  t.is(await status(address.replace('events', 'others'), {Cookie}), 401)
  t.is(await status(address, {Cookie: `${Cookie}; ${Cookie}`}), 401)
  t.is(await status(address, {Cookie: Cookie.replace(/.$/, last => (last === 'A' ? 'B' : 'A'))}), 401)
  const later = await ticket()
  t.is(await status(later, {Cookie}), 200, 'of the same user and stream')
  const bobs = await ticket(EVENTS, {'X-User': 'bob'})
  t.is(await status(bobs), 200)
  t.is(await status(bobs, {Cookie}), 401, 'of another user')
  clock.turn(40_000)
  t.is(await status(address, {Cookie}), 401)
  clock.turn(2000)
  await again.over()
})

test('a grant ends with the credentials that it was given for', async t => {
  const key = signingKey('k')
  const jwt = provider('federation', 'JWTProvider', {'knox.token.verification.pem': key.publicPem})
  const {ticket, origin, clock, status} = await ticketed(t, jwt + TICKET)
  const exp = clock.date() / 1000 + 20
  const address = await ticket(EVENTS, {Authorization: `Bearer ${token(key, {exp})}`})
  const client = await eventClient(t, origin + address)
  const [lease = ''] = client.response.headers['set-cookie'] ?? []
  t.regex(lease, /; Max-Age=20;/)
  clock.turn(21_000)
  await client.over()
  t.is(await status(address, {Cookie: cookieOf(lease)}), 401)
})

test('a stream that a ticket opened outlives reloads, and a used ticket is used for good', async t => {
  const {ticket, origin, home, gateway, status, open, url} = await ticketed(t, undefined, {clock: systemClock})
  const address = await ticket()
  const client = await eventClient(t, origin + address)
  const topology = (providers: string) => ({
    'conf/topologies/t.xml': `<topology><gateway>${providers}</gateway><service><role>X</role><url>${url}</url><param><name>sse.retry</name><value>${providers.length}</value></param></service></topology>`,
  })
  writeHome(home, topology(HEADER + provider('ticket', 'StreamTicket', {'lease.seconds': '1800'})))
  t.deepEqual(gateway.reload(), [])
  t.is(await status(address), 401)
  open[0]?.write('data: more\n\n')
  await client.until(2)
  t.deepEqual(client.data, ['1', 'more'])
  writeHome(home, topology(HEADER))
  t.deepEqual(gateway.reload(), [])
  await client.over()
})

test('a used ticket is used for good, also when tickets may then wait longer', async t => {
  const {ticket, home, gateway, status, clock, url} = await ticketed(t)
  const address = await ticket()
  t.is(await status(address), 200)
  const longer = provider('ticket', 'StreamTicket', {'ticket.seconds': '600'})
  writeHome(home, {
    'conf/topologies/t.xml': `<topology><gateway>${HEADER}${longer}</gateway><service><role>X</role><url>${url}</url></service></topology>`,
  })
  t.deepEqual(gateway.reload(), [])
  clock.turn(31_000)
  t.is(await status(await ticket()), 200)
  t.is(await status(address), 401)
})

test('a ticket beside a lease is used up all the same, and no log has one under an escape', async t => {
  const {ticket, status, origin, accesses, told, gateway} = await ticketed(t)
  const first = await fetch(origin + (await ticket()))
  await first.body?.cancel()
  const Cookie = cookieOf(first.headers.getSetCookie()[0])
  const second = (await ticket()).replace('streamTicket', 'stream%54icket')
  t.is(await status(second, {Cookie}), 200)
  t.is(await status(second), 401, 'without the lease it opens nothing more')
  t.is(await status(second, {Cookie}), 200)
  await gateway.close()
  t.false((JSON.stringify(accesses) + told.join('\n')).includes(second.slice(-40)))
})

test('an EventSource comes back with its lease and the last event ID', async t => {
  const {ticket, origin, saw, open} = await ticketed(t, undefined, {clock: systemClock})
  let cookie = ''
  const source = new EventSource(origin + (await ticket()), {
    async fetch(url, init) {
      const answer = await fetch(url, {...init, headers: {...init.headers, Cookie: cookie}})
      cookie = cookieOf(answer.headers.getSetCookie()[0]) || cookie
      return answer
    },
  })
  t.teardown(() => source.close())
  const event = () =>
    new Promise<string>(resolve => source.addEventListener('message', ({data}) => resolve(data), {once: true}))
  t.is(await event(), '1')
  for (const id of ['2', '3']) {
    open.at(-1)?.end()
    t.is(await event(), id)
    t.is(saw.at(-1)?.headers['last-event-id'], String(Number(id) - 1))
    t.is(saw.at(-1)?.url, '/events?user.name=alice')
  }
})

test('a ticket opens a WebSocket', async t => {
  const service = await scriptedService(capitals)
  t.teardown(() => service.close())
  const {port} = await startGateway(t, guardedHome(HEADER + TICKET, `http://127.0.0.1:${service.port}`))
  const address = await ticketFrom(`http://127.0.0.1:${port}`, '/gateway/t/x/socket', ALICE)
  const client = await rawClient(port)
  t.teardown(() => client.socket.destroy())
  await client.send(ask(address.slice('/gateway/t/x'.length), OFFER))
  t.is((await handshake(client)).startLine, 'HTTP/1.1 101 Switching Protocols')
  await client.send(frame('hi'))
  await client.until('HI')
})

test('a stream goes on at the next endpoint without its ticket', async t => {
  const [first, second] = [await streams(t), await streams(t)]
  const {port} = await startGateway(t, {
    ...definition('X', 'sse'),
    'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true'}),
    'conf/topologies/t.xml': `<topology><gateway>${HEADER}${TICKET}${provider('ha', 'HaProvider', {X: 'enabled=true;failoverSleep=1'})}</gateway><service><role>X</role><url>${first.url}</url><url>${second.url}</url><param><name>sse.resume</name><value>last-event-id</value></param></service></topology>`,
  })
  const origin = `http://127.0.0.1:${port}`
  const client = await eventClient(t, origin + (await ticketFrom(origin, EVENTS, ALICE)))
  await client.until(1)
  first.open[0]?.destroy()
  await client.until(2)
  t.deepEqual(client.data, ['1', '2'])
  t.is(second.saw[0]?.url, '/events?user.name=alice')
})

test('who asks for a ticket must be known, may be told by a page, and must fit into an address', async t => {
  const cors = provider('webappsec', 'WebAppSec', {'cors.enabled': 'true', 'cors.allowOrigin': 'https://app.example'})
  const {origin, saw} = await ticketed(t, cors + HEADER + TICKET)
  const ask = (headers: Fields, method = 'POST') => fetch(`${origin}${EVENTS}/ticket`, {method, headers})
  t.is((await ask({})).status, 403)
  t.is((await ask(ALICE, 'OPTIONS')).headers.get('allow'), 'POST, OPTIONS')
  const preflight = {Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST'}
  t.is((await ask(preflight, 'OPTIONS')).headers.get('access-control-allow-origin'), 'https://app.example')
  t.is((await ask({...ALICE, Origin: 'https://evil.example'})).status, 403)
  const made = await ask({...ALICE, Origin: 'https://app.example'})
  t.is(made.status, 201)
  t.is(made.headers.get('cache-control'), 'no-store')
  t.is(((await made.json()) as {seconds: number}).seconds, 30)
  const groups = Array.from({length: 500}, (_, i) => `group-${i}`).join(',')
  t.is((await ask({...ALICE, 'X-Groups': groups})).status, 413)
  t.is(saw.length, 0)
})

test('where nobody is authenticated, nobody gets a ticket; where none is named, the path is the service’s', async t => {
  const open = await ticketed(t, TICKET)
  t.is((await fetch(`${open.origin}${EVENTS}/ticket`, {method: 'POST'})).status, 401)
  const none = await ticketed(t, HEADER)
  const answer = await fetch(`${none.origin}${EVENTS}/ticket?streamTicket=x`, {method: 'POST', headers: ALICE})
  await answer.body?.cancel()
  t.is(none.saw[0]?.url, '/events/ticket?streamTicket=x&user.name=alice')
})
