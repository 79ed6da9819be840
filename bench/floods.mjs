#!/usr/bin/env node
// What floods of HTTP/2 do to others: the delay of events of ten streams over HTTP/2 and ten over HTTP/1.1, before and while a
// process of its own floods the gateway and comes back as soon as it is cut off; once it waits for that, and once it gives up a
// connection that takes nothing for 100 ms. The client's own lateness is part of each delay, and told beside it.
// usage: bench/floods.mjs [seconds] [flood …]
import {fork, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
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
/** Milliseconds for which the impatient kind of flooder waits for a connection to take something; 0: for ever. */
const PATIENCE = {patient: 0, impatient: 100}
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

/** Streams of events that hold the time at which they were sent; tells how many it sent, when asked. */
function serve() {
  let sent = 0
  const server = createServer((req, res) => {
    res.writeHead(200, {'Content-Type': 'text/event-stream'})
    if (!req.url.includes('/events')) return
    const timer = setInterval(() => {
      sent++
      res.write(`data: ${process.hrtime.bigint()}\n\n`)
    }, EVERY_MS)
    res.on('close', () => clearInterval(timer))
  })
  process.on('message', () => process.send(sent))
  server.listen(0, '127.0.0.1', () => process.send(server.address().port))
}

/** Begins when it is told to, and tells how many connections it made and how many bytes it sent, when asked. */
function flood(name, patience) {
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
    socket.setTimeout(patience, () => socket.destroy())
    socket.on('error', () => {}).on('close', come)
    socket.on('connect', () => {
      sent.connections++
      socket.write(start)
      send()
    })
  }
  const begin = () => {
    for (let i = 0; i < atOnce; i++) come()
  }
  process.on('message', question => (question === 'begin' ? begin() : process.send(sent)))
  process.send('ready')
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

const answer = async (child, question = '') => {
  child.send(question)
  return (await once(child, 'message'))[0]
}

/** How much later than it was due each timer of this process was called, in ms. */
function ownLateness(into) {
  const every = 5
  let due = performance.now() + every
  const timer = setInterval(() => {
    const now = performance.now()
    // A timer of Node is due to a whole millisecond.
    into.push(Math.max(0, now - due))
    due = now + every
  }, every)
  return () => clearInterval(timer)
}

/** Seconds of CPU that a process has used. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** The delays of so many seconds, what the gateway used in them of a processor, and which part of the events that were sent in them came. */
async function measured({delays, seconds, service, gateway}) {
  for (const each of Object.values(delays)) each.length = 0
  const sent = await answer(service)
  const used = cpu(gateway.pid)
  const stop = ownLateness(delays.own)
  await sleep(seconds * 1000)
  stop()
  const got = delays['HTTP/2'].length + delays['HTTP/1.1'].length
  const part = got / ((await answer(service)) - sent)
  const busy = (cpu(gateway.pid) - used) / seconds
  return {part, busy, ...Object.fromEntries(Object.entries(delays).map(([kind, all]) => [kind, figures(all)]))}
}

function figures(all) {
  const sorted = all.toSorted((a, b) => a - b)
  const at = part => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]
  return {p50: at(0.5), p99: at(0.99), max: at(1)}
}

const percent = part => `${(100 * part).toFixed(0)} %`
const told = ({p50, p99, max}) => `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, most ${max.toFixed(1)} ms`

/** One flood, by one kind of flooder. */
async function flooded(name, kind, self, scene) {
  const before = await measured(scene)
  const flooder = fork(self, ['flood', name, kind], {execArgv: []})
  await once(flooder, 'message')
  flooder.send('begin')
  const during = await measured(scene)
  const {connections, bytes} = await answer(flooder)
  flooder.kill('SIGKILL')
  console.log(
    `${name}, ${kind}: ${connections} connections, ${(bytes / 1e6).toFixed(1)} MB; the gateway used ${percent(during.busy)} of a processor (${percent(before.busy)} before); ${percent(during.part)} of the events came`,
  )
  for (const version of ['HTTP/2', 'HTTP/1.1']) {
    const [one, two] = [before[version], during[version]]
    const ratios = `p50 ${(two.p50 / one.p50).toFixed(1)} ×, p99 ${(two.p99 / one.p99).toFixed(1)} × (limit ${LIMIT})`
    console.log(`  ${version}: ${told(one)}; while flooded ${told(two)}: ${ratios}`)
  }
  console.log(`  the client's own timers were late by ${told(before.own)}; while flooded ${told(during.own)}`)
  await sleep(1000)
}

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
    const delays = {'HTTP/2': [], 'HTTP/1.1': [], own: []}
    openStreams(delays)
    await sleep(1000)
    for (const name of names)
      for (const kind of Object.keys(PATIENCE)) await flooded(name, kind, self, {delays, seconds, service, gateway})
  } finally {
    gateway.kill('SIGKILL')
    service.kill('SIGKILL')
    rmSync(home, {recursive: true, force: true})
  }
}

const [role = '10', ...rest] = process.argv.slice(2)
if (role === 'service') serve()
else if (role === 'flood') flood(rest[0], PATIENCE[rest[1]])
else {
  await main(Number(role), rest.length > 0 ? rest : Object.keys(FLOODS))
  process.exit()
}
