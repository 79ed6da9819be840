#!/usr/bin/env node
// Prices TLS beside nginx, in the same run: milliseconds of CPU a handshake, full and resumed, and KB of memory an idle event
// stream. Medians. usage: bench/tls.mjs [handshakes] [streams] [rounds]; needs nginx.
import {fork, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {cpuOf, each, handshake, listening, median, memoryOf, StreamClient, writeTlsHome} from './tls-clients.mjs'

const at = path => fileURLToPath(new URL(path, import.meta.url))
const handshakes = Number(process.argv[2] ?? 1000)
const streams = Number(process.argv[3] ?? 2000)
const rounds = Number(process.argv[4] ?? 3)
const PATH = '/gw/svc/events'
const PORTS = {ours: 8654, nginx: 8655}

const scratch = mkdtempSync(join(tmpdir(), 'gateway-tls-'))
const home = join(scratch, 'home')
const service = fork(at('event-service.mjs'), [], {execArgv: []})
const [servicePort] = await once(service, 'message')
writeTlsHome(home, servicePort)

/** With the gateway's own certificate, and the load harness's settings but for TLS. */
function writeNginx() {
  const pem = join(home, 'data/security/keystores/gateway.pem')
  mkdirSync(join(scratch, 'run'))
  const values = {workers: '1', run: join(scratch, 'run'), backend: servicePort, port: PORTS.nginx, reuseport: ''}
  const given = readFileSync(at('../../shared/bench/peers/nginx.conf'), 'utf8')
  const tls = `ssl_certificate ${pem}; ssl_certificate_key ${pem}; ssl_protocols TLSv1.2 TLSv1.3; ssl_session_timeout 1h;`
  const text = given
    .replace(/\{(workers|run|backend|port|reuseport)\}/g, (_, name) => values[name])
    .replace(/(listen [^;]+);/, `$1 ssl; ${tls}`)
  writeFileSync(join(scratch, 'nginx.conf'), text)
}

const START = {
  ours: () =>
    spawn(process.execPath, [at('../bin/gateway'), 'start', '--home', home, '--port', String(PORTS.ours)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  nginx: () => spawn('nginx', ['-c', join(scratch, 'nginx.conf')], {stdio: ['ignore', 'ignore', 'inherit']}),
}

/** A fresh process: milliseconds of CPU a full and a resumed handshake, KB a stream. */
async function measure(peer) {
  const port = PORTS[peer]
  const child = START[peer]()
  try {
    await listening(port)
    const cost = async session => {
      await each(Array(100), 8, () => handshake(port, session))
      const before = cpuOf(child.pid)
      let reused = 0
      await each(Array(handshakes), 8, async () => {
        if ((await handshake(port, session)).reused) reused++
      })
      if (reused !== (session ? handshakes : 0)) throw new Error(`${peer}: ${reused} sessions were resumed`)
      return ((cpuOf(child.pid) - before) * 1000) / handshakes
    }
    const full = await cost()
    const resumed = await cost((await handshake(port, undefined, true)).session)
    return {full, resumed, memory: await memoryOfStreams(child.pid, port)}
  } finally {
    // Killed outright, nginx would leave its worker behind.
    child.kill(peer === 'nginx' ? 'SIGTERM' : 'SIGKILL')
    await once(child, 'exit')
  }
}

async function memoryOfStreams(pid, port) {
  const clients = Array.from({length: streams}, () => new StreamClient())
  const before = memoryOf(pid)
  await each(clients, 50, client => client.open(port, PATH))
  // What has become garbage meanwhile counts, as with the load harness.
  await new Promise(resolve => setTimeout(resolve, 3000))
  const kilobytes = (memoryOf(pid) - before) / streams
  for (const client of clients) client.close()
  return kilobytes
}

try {
  const results = {ours: [], nginx: []}
  for (let round = 0; round < rounds; round++)
    for (const peer of ['ours', 'nginx']) {
      results[peer].push(await measure(peer))
      if (round === 0 && peer === 'ours') writeNginx()
    }
  for (const [title, name, digits] of [
    ['ms of CPU a full handshake', 'full', 2],
    ['ms of CPU a resumed handshake', 'resumed', 2],
    ['KB an idle stream over TLS', 'memory', 0],
  ]) {
    const [ours, nginx] = ['ours', 'nginx'].map(peer => median(results[peer].map(each => each[name])))
    console.log(
      `${title}: ours ${ours.toFixed(digits)}, nginx ${nginx.toFixed(digits)}: ${(ours / nginx).toFixed(2)} ×`,
    )
  }
} finally {
  service.disconnect()
  rmSync(scratch, {recursive: true, force: true})
}
