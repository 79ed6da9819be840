#!/usr/bin/env node
// What HTTP/2 costs: CPU of a request beside HTTP/1.1 through the same gateway, and KB of a silent stream, beside nginx where it
// is there. usage: bench/http2.mjs [rounds]; needs `npm run setup`, openssl.
import {execFileSync, spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {Agent, createServer, get} from 'node:http'
import {connect} from 'node:http2'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {writePassAllHome} from '../test/tools/pass-all-home.mjs'

const REQUESTS = 20_000
const AT_A_TIME = 64
const STREAMS = 2000
const STREAMS_EACH = 200
const ROUNDS = Number(process.argv[2] ?? 3)
const PORTS = {service: 19_401, cleartext: 19_402, TLS: 19_403, nginx: 19_404, 'nginx TLS': 19_405}

const scratch = process.argv[2] === 'service' ? '' : mkdtempSync(join(tmpdir(), 'gateway-http2-'))
const cert = join(scratch, 'cert.pem')
const key = join(scratch, 'key.pem')
const started = []

const median = values => values.toSorted((a, b) => a - b)[values.length >> 1]

/** A process, once it says or does something that shows that it listens. */
async function start(command, args, port) {
  const child = spawn(command, args, {stdio: ['ignore', 'ignore', 'inherit']})
  started.push(child)
  for (let tries = 0; tries < 200; tries++) {
    await new Promise(resolve => setTimeout(resolve, 100))
    const open = await new Promise(resolve =>
      get({port, host: '127.0.0.1', path: '/'}, response => resolve(response.resume())).on('error', error =>
        resolve(error.code !== 'ECONNREFUSED'),
      ),
    )
    if (open) return child.pid
  }
  throw new Error(`${command} does not listen`)
}

function gateway(name, settings) {
  const home = join(scratch, name)
  writePassAllHome(home, {
    path: 'gw',
    topology: 'svc',
    urls: [`http://127.0.0.1:${PORTS.service}`],
    sse: true,
    params: {'sse.keepalive.interval': '0'},
    settings: {'gateway.access.log.format': 'off', ...settings},
  })
  const program = fileURLToPath(new URL('../bin/gateway', import.meta.url))
  return start(process.execPath, [program, 'start', '--home', home, '--port', `${PORTS[name]}`], PORTS[name])
}

/** The process and its children: nginx has workers. */
function tree(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  return [pid, ...children.flatMap(child => tree(Number(child)))]
}

/** Ends a process, and its children with it. */
async function end(child) {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  for (const pid of tree(child.pid)) process.kill(pid, 'SIGKILL')
  await ended
}

/** Microseconds of CPU. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

/** KB of memory of its own. */
const memory = pid =>
  tree(pid).reduce((sum, each) => {
    const [, kb] = /^Anonymous:\s+(\d+)/m.exec(readFileSync(`/proc/${each}/smaps_rollup`, 'utf8'))
    return sum + Number(kb)
  }, 0)

/** Sends the requests, so many at a time. */
async function load(ask) {
  let left = REQUESTS
  const worker = async () => {
    while (left-- > 0) await ask()
  }
  await Promise.all(Array.from({length: AT_A_TIME}, worker))
}

const byHttp1 = (agent, port) => () =>
  new Promise((resolve, reject) =>
    get({agent, port, host: '127.0.0.1', path: '/gw/svc/json'}, response => response.resume().on('end', resolve)).on(
      'error',
      reject,
    ),
  )

function byHttp2(sessions) {
  let next = 0
  return () =>
    new Promise((resolve, reject) => {
      const stream = sessions[next++ % sessions.length].request({':path': '/gw/svc/json'})
      stream.on('error', reject).on('close', resolve).resume()
    })
}

const opened = (port, secure, count) =>
  Array.from({length: count}, () =>
    connect(`${secure ? 'https' : 'http'}://127.0.0.1:${port}`, {rejectUnauthorized: false}),
  )

async function costOf(pid, ask) {
  await load(ask)
  const before = cpu(pid)
  await load(ask)
  return (cpu(pid) - before) / REQUESTS
}

async function costs() {
  const pid = await gateway('cleartext', {})
  const agent = new Agent({keepAlive: true, maxSockets: AT_A_TIME})
  const all = {http1: [], http2: []}
  for (let i = 0; i < ROUNDS; i++) {
    all.http1.push(await costOf(pid, byHttp1(agent, PORTS.cleartext)))
    // Opened for each round: the gateway ends those that ask nothing for too long.
    const sessions = opened(PORTS.cleartext, false, 4)
    all.http2.push(await costOf(pid, byHttp2(sessions)))
    for (const session of sessions) session.destroy()
  }
  agent.destroy()
  const [one, two] = [median(all.http1), median(all.http2)]
  console.log(
    `CPU a request: HTTP/2 ${two.toFixed(1)} µs, HTTP/1.1 ${one.toFixed(1)} µs: ${(two / one).toFixed(2)} × (limit 1.6)`,
  )
  return pid
}

/** KB of one more silent stream, once as many are open: of a process that has just begun, most would be room that it keeps. */
async function sizeOf(pid, port, secure) {
  const first = await silent(port, secure)
  const before = memory(pid)
  const more = await silent(port, secure)
  const size = (memory(pid) - before) / STREAMS
  for (const session of [...first, ...more]) session.destroy()
  return size
}

/** Opens silent streams, and gives the process time to come to rest. */
async function silent(port, secure) {
  const sessions = opened(port, secure, STREAMS / STREAMS_EACH)
  await Promise.all(
    sessions.flatMap(session =>
      Array.from(
        {length: STREAMS_EACH},
        () =>
          new Promise((resolve, reject) =>
            session.request({':path': '/gw/svc/events'}).on('response', resolve).on('error', reject).resume(),
          ),
      ),
    ),
  )
  await new Promise(resolve => setTimeout(resolve, 3000))
  return sessions
}

function nginxConfig() {
  const server = (port, secure) => `server {
    listen 127.0.0.1:${port} ${secure ? 'ssl ' : ''}http2;
    ${secure ? `ssl_certificate ${cert}; ssl_certificate_key ${key};` : ''}
    location /gw/svc/ { proxy_pass http://127.0.0.1:${PORTS.service}/; proxy_http_version 1.1; proxy_buffering off; proxy_read_timeout 1h; }
  }`
  return `daemon off; worker_processes 1; pid ${scratch}/nginx.pid; error_log /dev/null; worker_rlimit_nofile 20000;
events { worker_connections 9000; }
http { access_log off; http2_max_concurrent_streams 256; keepalive_requests 100000;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(each => `${each}_temp_path ${scratch}/${each};`).join(' ')}
  ${server(PORTS.nginx, false)} ${server(PORTS['nginx TLS'], true)} }`
}

const hasNginx = () => spawnSync('nginx', ['-v']).error === undefined

function serve() {
  const body = JSON.stringify({text: 'x'.repeat(1000)})
  const server = createServer((request, response) => {
    if (!request.url.includes('/events')) response.end(body)
    else {
      response.writeHead(200, {'Content-Type': 'text/event-stream'})
      response.write('data: 1\n\n')
    }
  })
  return new Promise(resolve => server.listen({port: PORTS.service, host: '127.0.0.1', backlog: 4096}, resolve))
}

async function main() {
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
      '-keyout',
      key,
      '-out',
      cert,
    ],
    {stdio: 'ignore'},
  )
  await start(process.execPath, [fileURLToPath(import.meta.url), 'service'], PORTS.service)
  const sizes = {cleartext: await sizeOf(await costs(), PORTS.cleartext, false)}
  sizes.TLS = await sizeOf(
    await gateway('TLS', {'ssl.enabled': 'true', 'gateway.tls.certificate': cert, 'gateway.tls.key': key}),
    PORTS.TLS,
    true,
  )
  if (hasNginx()) {
    mkdirSync(join(scratch, 'logs'), {recursive: true})
    writeFileSync(join(scratch, 'nginx.conf'), nginxConfig())
    const pid = await start('nginx', ['-p', scratch, '-c', join(scratch, 'nginx.conf')], PORTS.nginx)
    sizes.nginx = await sizeOf(pid, PORTS.nginx, false)
    sizes['nginx TLS'] = await sizeOf(pid, PORTS['nginx TLS'], true)
  }
  for (const [name, size] of Object.entries(sizes))
    console.log(`KB a silent stream at ${STREAMS}, ${name}: ${size.toFixed(1)}`)
}

if (process.argv[2] === 'service') await serve()
else
  try {
    await main()
  } finally {
    await Promise.all(started.map(end))
    rmSync(scratch, {recursive: true, force: true})
  }
