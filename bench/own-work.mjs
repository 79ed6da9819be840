// The gateway's own work on a request, in µs of CPU: head, match, filters with rewriting, headers, line of the access log; no
// socket. Asks all addresses of ../shared/golden/service-routes.jsonl, shuffled, with Knox's definitions loaded.
// usage: own-work.mjs [passes]
import {cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const build = new URL('../build/gateway/', import.meta.url)
if (!existsSync(build)) await import('../bin/setup.mjs')
const {loadHome} = await import(new URL('server/home.js', build))
const {goLive} = await import(new URL('server/go-live.js', build))
const {newParts} = await import(new URL('server/parts.js', build))
const {serve, visit} = await import(new URL('server/serve.js', build))
const {accessLog} = await import(new URL('observe/access-log.js', build))
const {systemClock} = await import(new URL('common/clock.js', build))

const shared = fileURLToPath(new URL('../../shared/', import.meta.url))
const passes = Number(process.argv[2] ?? 40)
const WARM_UP = 10
const quiet = {info() {}, warn() {}, error() {}}

/** Of a browser, in the number and length that are usual. */
const REQUEST_HEADERS = [
  ['Host', 'self.test:19000'],
  ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'],
  ['Accept', 'application/json, text/plain, */*'],
  ['Accept-Language', 'en-GB,en;q=0.7'],
  ['Accept-Encoding', 'gzip, deflate, br'],
  ['Connection', 'keep-alive'],
  ['Cookie', 'session=0123456789abcdef0123456789abcdef'],
].flat()
const RESPONSE_HEADERS = [
  'Content-Type',
  'application/json',
  'Content-Length',
  '1024',
  'Date',
  'Sat, 21 Nov 2026 12:00:00 GMT',
  'Server',
  'x',
]
const BODY = Buffer.alloc(1024, 120)

/** A service that answers at once. */
const transport = {
  send: async () => ({
    status: 200,
    headers: RESPONSE_HEADERS,
    body: {
      flow(into) {
        into.write(BODY)
        into.end()
      },
      discard() {},
    },
  }),
  async close() {},
}

const socket = {remoteAddress: '127.0.0.1', remotePort: 40_000}

function request(url) {
  const headers = {'user-agent': REQUEST_HEADERS[3]}
  return {method: 'GET', url, rawHeaders: REQUEST_HEADERS, headers, httpVersion: '1.1', complete: true, socket}
}

/** Takes a response, and tells when it ended. */
class Response {
  writableLength = 0
  writableEnded = false
  destroyed = false
  #closed = () => {}
  constructor(done) {
    this.done = done
  }
  on(event, listener) {
    if (event === 'close') this.#closed = listener
  }
  writeHead(status) {
    this.statusCode = status
  }
  write() {
    return true
  }
  flushHeaders() {}
  end() {
    this.writableEnded = true
    this.#closed()
    this.done(this.statusCode)
  }
}

function shuffled(items) {
  let seed = 1
  const order = items.slice()
  for (let i = order.length - 1; i > 0; i--) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    const other = seed % (i + 1)
    ;[order[i], order[other]] = [order[other], order[i]]
  }
  return order
}

function loaded(home) {
  cpSync(join(shared, 'knox/services'), join(home, 'data/services'), {recursive: true})
  cpSync(join(shared, 'knox/topologies'), join(home, 'conf/topologies'), {recursive: true})
  writeFileSync(join(home, 'conf/gateway-site.xml'), '<configuration/>')
  return loadHome(home, {})
}

/** Median CPU of a request, in µs. One after the other: many at once would live long, and be paid for in garbage. */
async function cost(ask, urls) {
  const costs = []
  for (let i = -WARM_UP; i < passes; i++) {
    const before = process.cpuUsage()
    for (const url of urls) await ask(url)
    const {user, system} = process.cpuUsage(before)
    if (i >= 0) costs.push((user + system) / urls.length)
  }
  return costs.toSorted((a, b) => a - b)[costs.length >> 1]
}

const home = mkdtempSync(join(tmpdir(), 'gateway-work-'))
try {
  const {plan, site, definitions} = loaded(home)
  const parts = {...newParts(site.settings, {clock: systemClock, log: quiet}), transport}
  const access = accessLog('json', () => {}, systemClock)
  const limits = {target: 8192, fields: 200, body: 0}
  const serving = {live: goLive(plan, parts), clock: systemClock, log: quiet, access, limits, stopping: false, own() {}}
  const cases = readFileSync(join(shared, 'golden/service-routes.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const urls = shuffled(cases.filter(({topology}) => plan.topologies[topology]).map(({inbound}) => inbound))

  const ask = url => new Promise(done => serve(serving, visit(serving, request(url), new Response(done), false)))
  const statuses = []
  for (const url of urls) statuses.push(await ask(url))
  const served = urls.filter((_, i) => statuses[i] === 200)
  const all = await cost(ask, urls)
  const whole = await cost(ask, served)
  console.log(`${definitions.length} definitions, ${Object.keys(plan.topologies).length} topologies`)
  console.log(
    `own work: ${all.toFixed(2)} µs a request over ${urls.length} addresses, median of ${passes} passes (limit 4)`,
  )
  console.log(`of the ${served.length} that are served: ${whole.toFixed(2)} µs`)
  await parts.close()
} finally {
  rmSync(home, {recursive: true, force: true})
}
