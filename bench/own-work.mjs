#!/usr/bin/env node
// Prices what the gateway itself does for a request: reading the head, match, filters, rewriting, headers both ways,
// the access log's line. All golden URLs, shuffled, with all of Knox's definitions and topologies loaded; the service's
// answer and the client's socket are stand-ins that cost next to nothing.
// usage: bench/own-work.mjs [rounds]
import {cpSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const shared = fileURLToPath(new URL('../../shared', import.meta.url))
const at = path => new URL(`../build/gateway/${path}`, import.meta.url).href
const {loadHome} = await import(at('server/home.js'))
const {goLive} = await import(at('server/go-live.js'))
const {newParts} = await import(at('server/parts.js'))
const {serve, visit} = await import(at('server/serve.js'))
const {accessLog} = await import(at('observe/access-log.js'))
const {systemClock} = await import(at('common/clock.js'))
const {bytesBody} = await import(at('http/body.js'))

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
const BODY = bytesBody(Buffer.alloc(1024))

const home = mkdtempSync(join(tmpdir(), 'gateway-own-work-'))
cpSync(join(shared, 'knox/services'), join(home, 'data/services'), {recursive: true})
cpSync(join(shared, 'knox/topologies'), join(home, 'conf/topologies'), {recursive: true})
const {plan, site} = loadHome(home, {})
rmSync(home, {recursive: true})

const quiet = {info() {}, warn() {}, error() {}}
const parts = newParts(site.settings, {clock: systemClock, log: quiet, lookup: undefined})
await parts.transport.close()
let answered = 0
const transport = {
  send: () => Promise.resolve({status: 200, headers: SERVICE_HEADERS, body: BODY}),
  close: () => Promise.resolve(),
}
const live = goLive(plan, {...parts, transport})
const limits = {target: 8192, fields: 200, body: 0}
const access = accessLog('json', () => {}, systemClock)
const serving = {live, clock: systemClock, log: quiet, access, limits, stopping: false, own: () => undefined}

/** What node:http would hand over. */
class Response {
  destroyed = false
  writableEnded = false
  shouldKeepAlive = true
  on(name, listener) {
    if (name === 'close') this.close = listener
  }
  writeHead(status) {
    this.statusCode = status
  }
  end() {
    answered++
    this.writableEnded = true
    this.close()
  }
}
const socket = {remoteAddress: '127.0.0.1'}
const headers = {'user-agent': CLIENT_HEADERS[3]}
const request = url => ({
  method: 'GET',
  url,
  rawHeaders: CLIENT_HEADERS,
  headers,
  httpVersion: '1.1',
  socket,
  complete: true,
})

const golden = readFileSync(join(shared, 'golden/service-routes.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line))
const planned = golden.filter(
  ({status, note, topology}) => status === 200 && !note && plan.topologies[topology] !== undefined,
)
const urls = planned.map(({inbound}) => inbound)
for (let i = urls.length - 1, seed = 7; i > 0; i--) {
  seed = (seed * 1103515245 + 12345) % 2147483648
  const j = seed % (i + 1)
  ;[urls[i], urls[j]] = [urls[j], urls[i]]
}

async function round() {
  const before = process.cpuUsage()
  let count = 0
  for (let pass = 0; pass < 20; pass++) {
    for (const url of urls) {
      const res = new Response()
      serve(serving, visit(serving, request(url), res, false))
      count++
      if (count % 64 === 0) await new Promise(setImmediate)
    }
  }
  await new Promise(setImmediate)
  const {user, system} = process.cpuUsage(before)
  return (user + system) / count
}

const figures = []
for (let i = 0; i < Number(process.argv[2] ?? 7); i++) figures.push(await round())
const sorted = figures.slice(1).sort((a, b) => a - b)
console.log(`${urls.length} URLs of ${Object.keys(plan.topologies).length} topologies, ${answered} answered`)
console.log(
  `own work: ${sorted[sorted.length >> 1].toFixed(2)} µs of CPU a request (limit 4; rounds ${figures.map(each => each.toFixed(1)).join(' ')})`,
)
process.exit(0)
