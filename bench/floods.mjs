#!/usr/bin/env node
// What floods of HTTP/2 do to others: the delay of events of ten streams over HTTP/2 and ten over HTTP/1.1, before and while a
// process of its own floods the gateway and comes back as soon as it is cut off. usage: bench/floods.mjs [seconds] [flood …]
import {fork, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, rmSync} from 'node:fs'
import {createServer, get} from 'node:http'
import {connect} from 'node:http2'
import {connect as connectPlain} from 'node:net'
import {setPriority, tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import * as frames from '../build/test/helpers/frames.js'
import {writePassAllHome} from '../test/tools/pass-all-home.mjs'

const {CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PING, PRIORITY, RST_STREAM, SETTINGS, WINDOW_UPDATE} =
  frames
const {frame, number} = frames

const STREAMS = 10
const EVERY_MS = 100
const LIMIT = 3
const PORT = 19_411

const request = (...more) => frames.get('/gw/svc/never', ...more)
const head = (stream, flags = END_HEADERS | END_STREAM, block = request()) => frame(HEADERS, flags, stream, block)
const many = (count, make) => Buffer.concat(Array.from({length: count}, (_, i) => make(2 * i + 1)))
/** For floods of requests, whose numbers rise. */
const rising = make => Array.from({length: 40}, (_, i) => many(100, stream => make(200 * i + stream)))

/** A field that goes into the table of HPACK (RFC 7541 §6.2.1), and 4,000 references to it. */
const bomb = Buffer.concat([
  request(),
  Buffer.from([0x40, 1, 0x78, 127, ...[0x81, 0x1e]]),
  Buffer.alloc(4000, 0x79),
  Buffer.alloc(4000, 0xbe),
])

/** What one connection sends first, and then again and again; `atOnce`: how many connections. */
const FLOODS = {
  'rapid reset': {again: rising(stream => Buffer.concat([head(stream), frame(RST_STREAM, 0, stream, number(8))]))},
  'made to reset': {
    again: rising(stream =>
      Buffer.concat([
        head(stream, END_HEADERS, request(['content-length', '1'])),
        frame(DATA, 0, stream, Buffer.from('ab')),
      ]),
    ),
  },
  PING: {again: many(1000, () => frame(PING, 0, 0, Buffer.alloc(8)))},
  SETTINGS: {again: many(1000, () => frame(SETTINGS, 0, 0))},
  CONTINUATION: {
    first: head(1, END_STREAM),
    again: many(1000, () => frame(CONTINUATION, 0, 1, frames.literals([['x', 'y']]))),
  },
  'HPACK bomb': {again: rising(stream => head(stream, END_HEADERS | END_STREAM, bomb))},
  'DATA without data': {first: head(1, END_HEADERS), again: many(5000, () => frame(DATA, 0, 1))},
  WINDOW_UPDATE: {again: many(5000, () => frame(WINDOW_UPDATE, 0, 0, number(1)))},
  PRIORITY: {again: many(5000, () => frame(PRIORITY, 0, 3, Buffer.alloc(5, 1)))},
  'many connections': {again: head(1), atOnce: 100, once: true},
}

/** Streams of events that hold the time at which they were sent. */
function serve() {
  const server = createServer((req, res) => {
    res.writeHead(200, {'Content-Type': 'text/event-stream'})
    if (!req.url.includes('/events')) return
    const timer = setInterval(() => res.write(`data: ${process.hrtime.bigint()}\n\n`), EVERY_MS)
    res.on('close', () => clearInterval(timer))
  })
  server.listen(0, '127.0.0.1', () => process.send(server.address().port))
}

/** Tells how many connections it made and how many bytes it sent, when asked. */
function flood(name) {
  // It stands for another machine, and shall not take the gateway's processor.
  setPriority(19)
  const {first = Buffer.alloc(0), again, atOnce = 4, once: leaves} = FLOODS[name]
  const pieces = [again].flat()
  const start = Buffer.concat([Buffer.from(frames.PREFACE), frame(SETTINGS, 0, 0), first])
  const sent = {connections: 0, bytes: 0}
  const come = () => {
    const socket = connectPlain(PORT, '127.0.0.1').resume()
    let next = 0
    const send = () => {
      const piece = pieces[next++ % pieces.length]
      sent.bytes += piece.length
      if (leaves || (pieces.length > 1 && next === pieces.length)) socket.end(piece)
      else socket.write(piece, error => error ?? setImmediate(send))
    }
    socket.on('error', () => {}).on('close', come)
    socket.on('connect', () => {
      sent.connections++
      socket.write(start)
      send()
    })
  }
  for (let i = 0; i < atOnce; i++) come()
  process.on('message', () => process.send(sent))
}

/** Keeps the delays in ms of the events of one stream. */
function reader(into) {
  let text = ''
  return chunk => {
    const now = process.hrtime.bigint()
    const lines = (text + chunk).split('\n')
    text = lines.pop()
    for (const line of lines) if (line.startsWith('data: ')) into.push(Number(now - BigInt(line.slice(6))) / 1e6)
  }
}

function openStreams(delays) {
  const session = connect(`http://127.0.0.1:${PORT}`)
  for (let i = 0; i < STREAMS; i++) {
    session.request({':path': '/gw/svc/events'}).setEncoding('latin1').on('data', reader(delays['HTTP/2']))
    get({port: PORT, host: '127.0.0.1', path: '/gw/svc/events', agent: false}, response =>
      response.setEncoding('latin1').on('data', reader(delays['HTTP/1.1'])),
    )
  }
}

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))

/** The delays of so many seconds. */
async function measured(delays, seconds) {
  for (const each of Object.values(delays)) each.length = 0
  await sleep(seconds * 1000)
  return Object.fromEntries(Object.entries(delays).map(([version, all]) => [version, figures(all, seconds)]))
}

function figures(all, seconds) {
  const sorted = all.toSorted((a, b) => a - b)
  const at = part => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]
  return {p50: at(0.5), p99: at(0.99), max: at(1), part: all.length / ((STREAMS * seconds * 1000) / EVERY_MS)}
}

const told = ({p50, p99, max}) => `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, most ${max.toFixed(1)} ms`

async function main(seconds, names) {
  const home = mkdtempSync(join(tmpdir(), 'gateway-floods-'))
  const self = fileURLToPath(import.meta.url)
  const service = fork(self, ['service'], {execArgv: []})
  const [servicePort] = await once(service, 'message')
  writePassAllHome(home, {
    path: 'gw',
    topology: 'svc',
    urls: [`http://127.0.0.1:${servicePort}`],
    sse: true,
    settings: {'gateway.http2.cleartext': 'true', 'gateway.access.log.format': 'off', 'gateway.control.socket': ''},
  })
  const program = fileURLToPath(new URL('../bin/gateway', import.meta.url))
  const gateway = spawn(process.execPath, [program, 'start', '--home', home, '--port', `${PORT}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    await sleep(2000)
    const delays = {'HTTP/2': [], 'HTTP/1.1': []}
    openStreams(delays)
    await sleep(1000)
    for (const name of names) {
      const before = await measured(delays, seconds)
      const flooder = fork(self, ['flood', name], {execArgv: []})
      await sleep(500)
      const during = await measured(delays, seconds)
      flooder.send('figures')
      const [{connections, bytes}] = await once(flooder, 'message')
      flooder.kill('SIGKILL')
      console.log(`${name}: ${connections} connections, ${(bytes / 1e6).toFixed(1)} MB`)
      for (const version of Object.keys(delays)) {
        const [one, two] = [before[version], during[version]]
        console.log(
          `  ${version}: ${told(one)}; while flooded ${told(two)}: p50 ${(two.p50 / one.p50).toFixed(1)} ×, p99 ${(two.p99 / one.p99).toFixed(1)} × (limit ${LIMIT}); ${(100 * two.part).toFixed(0)} % of the events came`,
        )
      }
      await sleep(1000)
    }
  } finally {
    gateway.kill('SIGKILL')
    service.kill('SIGKILL')
    rmSync(home, {recursive: true, force: true})
  }
}

const [role = '10', ...rest] = process.argv.slice(2)
if (role === 'service') serve()
else if (role === 'flood') flood(rest[0])
else {
  await main(Number(role), rest.length > 0 ? rest : Object.keys(FLOODS))
  process.exit()
}
