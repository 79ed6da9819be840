// What a build of the gateway does for a request of each golden URL, shuffled, with all of Knox's definitions and topologies
// loaded: its own work, and all of it. The service's answer and the client's socket are stand-ins that cost next to nothing,
// and lines of the log go to /dev/null. Imported with `?build=`, the address of its `build/gateway/`: a module for each build,
// since V8 takes constants of a module for what they are, as it does where the gateway serves.
import {cpSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const shared = fileURLToPath(new URL('../../shared', import.meta.url))
const CLIENT_HEADERS = [
  'Host',
  'gw.example:8443',
  'User-Agent',
  'Mozilla/5.0 (X11; Linux x86_64)',
  'Accept',
  'application/json',
]
CLIENT_HEADERS.push('Accept-Encoding', 'gzip, deflate, br', 'Accept-Language', 'en', 'Cookie', 'theme=dark; lang=en')
CLIENT_HEADERS.push(
  'Authorization',
  'Bearer abc.def.ghi',
  'Connection',
  'keep-alive',
  'Cache-Control',
  'no-cache',
  'X-Trace',
  '0123456789',
)
const SERVICE_HEADERS = [
  'Content-Type',
  'application/json',
  'Content-Length',
  '1024',
  'Cache-Control',
  'no-store',
  'Date',
  'Sat, 21 Nov 2026 07:00:00 GMT',
  'Server',
  'x/1',
]
const COMMITTED = {status: 200, bytes: 1024, outcome: 'whole'}
const gone = {is: false, on: () => () => {}}

/** What a client's connection is to the front end. */
class Socket {
  remoteAddress = '127.0.0.1'
  writableLength = 0
  destroyed = false
  on(name, listener) {
    if (name === 'data') this.data = listener
    return this
  }
  isPaused() {
    return false
  }
  pause() {
    return this
  }
  resume() {
    return this
  }
  write(_bytes, encoding, sent = encoding) {
    if (typeof sent === 'function') process.nextTick(sent)
    return true
  }
}

const at = path => new URL(path, new URL(import.meta.url).searchParams.get('build')).href
const {loadHome} = await import(at('server/files/home.js'))
const {goLive} = await import(at('server/live/go-live.js'))
const {newParts} = await import(at('server/live/parts.js'))
const {accessLog} = await import(at('observe/access-log.js'))
const {find} = await import(at('server/live/live.js'))
const {headerRules} = await import(at('dispatch/header-rules.js'))
const {newExchange} = await import(at('server/live/new-exchange.js'))
const {http1Connections} = await import(at('server/front/http1-connections.js'))
const {logVisit} = await import(at('server/front/visit-log.js'))
const {cutTarget} = await import(at('server/front/request.js'))
const {systemClock} = await import(at('common/clock.js'))
const {bytesBody} = await import(at('http/body.js'))

const BODY = bytesBody(Buffer.alloc(1024))

const home = mkdtempSync(join(tmpdir(), 'gateway-own-work-'))
cpSync(join(shared, 'knox/services'), join(home, 'data/services'), {recursive: true})
cpSync(join(shared, 'knox/topologies'), join(home, 'conf/topologies'), {recursive: true})
const loaded = loadHome(home, {})
const {plan} = loaded
export const topologies = Object.keys(plan.topologies).length
rmSync(home, {recursive: true})

const quiet = {info() {}, warn() {}, error() {}}
const parts = newParts(loaded, {clock: systemClock, log: quiet, lookup: undefined})
await parts.transport.close()
/** Of a type that no filter edits: what editing bodies costs is another bench's. */
const UNEDITED = SERVICE_HEADERS.map(each => (each === 'application/json' ? 'application/octet-stream' : each))
const transport = {
  send: () => Promise.resolve({status: 200, headers: UNEDITED, body: BODY}),
  close: () => Promise.resolve(),
}
const live = goLive(plan, {...parts, transport})
const limits = {target: 8192, fields: 200, body: 0}
const nowhere = openSync('/dev/null', 'w')
const access = accessLog('json', text => writeSync(nowhere, text), systemClock)
const serving = {live, clock: systemClock, log: quiet, access, limits, stopping: false, own: () => undefined}

/** Longer than any run: the sockets are silent while the own work is priced. */
const options = {idleTimeout: 3_600_000, headTimeout: 3_600_000, maxHeaderSize: 16_384}
const connections = http1Connections(serving, options, false, undefined)
/** As many as ask at a time, see `round`. */
const sockets = Array.from({length: 64}, () => {
  const socket = new Socket()
  connections.take(socket)
  return socket
})
const fields = Array.from({length: CLIENT_HEADERS.length / 2}, (_, i) =>
  CLIENT_HEADERS.slice(2 * i, 2 * i + 2).join(': '),
)
const headOf = url => Buffer.from(`GET ${url} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`)

const golden = readFileSync(join(shared, 'golden/service-routes.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line))
const planned = golden.filter(
  ({status, note, topology}) => status === 200 && !note && plan.topologies[topology] !== undefined,
)
export const urls = planned.map(({inbound}) => inbound)
for (let i = urls.length - 1, seed = 7; i > 0; i--) {
  seed = (seed * 1103515245 + 12345) % 2147483648
  const j = seed % (i + 1)
  ;[urls[i], urls[j]] = [urls[j], urls[i]]
}

const client1 = {method: 'GET', target: '/', version: '1.1', headers: CLIENT_HEADERS, socket: new Socket()}

/** A dispatch has them at hand. */
for (const url of urls) {
  const {value} = find(live, 'GET', cutTarget(url, 'http', 'gw.example:8443')).match
  value.rules = headerRules(value.route.dispatch.headers)
}

/** Match, filters in, address, headers for the service; headers for the client, filters out, log. */
export function ownWork(target) {
  const url = cutTarget(target, 'http', 'gw.example:8443')
  const {topology, match} = find(live, 'GET', url)
  const {filters, service, rules} = match.value
  const sentAs = {method: 'GET', url, headers: CLIENT_HEADERS, body: undefined, version: '1.1'}
  const begun = {id: 'bench-1', request: sentAs, clientAddress: '127.0.0.1', gone, inform: undefined}
  let exchange = newExchange(begun, topology, match.value)
  for (const filter of filters) if (filter.enter) exchange = filter.enter(exchange)
  const address = exchange.aim(service.urls[0], exchange)
  exchange.notes.endpoint = service.urls[0]
  const sent = rules.toService(exchange, address.host)
  let response = {status: 200, headers: rules.toClient(SERVICE_HEADERS), body: BODY}
  for (let i = filters.length - 1; i >= 0; i--) if (filters[i].leave) response = filters[i].leave(response, exchange)
  logVisit(serving, {client: client1, exchange, commit: COMMITTED, id: 'bench-1', headMs: 1, began: 0}, 'request')
  return sent.length + response.headers.length
}

const heads = new Map(urls.map(url => [url, headOf(url)]))
let turn = 0

/** Everything, from the bytes of the request to those of the response. */
export function whole(url) {
  sockets[turn++ % sockets.length].data(heads.get(url))
}
