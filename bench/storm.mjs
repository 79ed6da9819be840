#!/usr/bin/env node
// All clients of the gateway come back at once, over TLS with resumed sessions, after it was killed and started again: how long
// until each has the event that it missed, beside the handshakes alone. So many come at a time as the kernel keeps for a listener:
// all of them with `unshare -rn sh -c 'ip link set lo up; echo 16384 >/proc/sys/net/core/somaxconn; exec node bench/storm.mjs'`.
// usage: bench/storm.mjs [clients] [rounds]
import {execFileSync, fork, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {cpuOf, each, handshake, listening, median, StreamClient, writeTlsHome} from './tls-clients.mjs'

const at = path => fileURLToPath(new URL(path, import.meta.url))
/** Each stream takes two files of the gateway, which has some 25 besides. */
const files = Number(execFileSync('sh', ['-c', 'ulimit -n'], {encoding: 'utf8'}))
const count = Math.min(Number(process.argv[2] ?? 10_000), Math.floor(files / 2) - 20)
const rounds = Number(process.argv[3] ?? 3)
const LIMIT = 1.5
const AT_A_TIME = 64
const PORT = 8653
const PATH = '/gw/svc/events'

const home = mkdtempSync(join(tmpdir(), 'gateway-storm-'))
const service = fork(at('event-service.mjs'), [], {execArgv: []})
const [servicePort] = await once(service, 'message')
writeTlsHome(home, servicePort, {
  'admission.max': String(AT_A_TIME),
  'admission.queue': '20000',
  'admission.timeout': '5m',
})
let gateway
const start = async () => {
  const args = [at('../bin/gateway'), 'start', '--home', home, '--host', '127.0.0.1', '--port', String(PORT)]
  gateway = spawn(process.execPath, args, {
    env: {...process.env, GATEWAY_MASTER: 'of the storm'},
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await listening(PORT)
}

/** Resolves when the gateway has closed what its clients have left: of files it has just enough. */
async function settled() {
  while (readdirSync(`/proc/${gateway.pid}/fd`).length > 100) await new Promise(resolve => setTimeout(resolve, 50))
}

/** Seconds of time and of the gateway's CPU. */
async function measured(work) {
  await settled()
  const [time, cpu] = [performance.now(), cpuOf(gateway.pid)]
  await work()
  return {time: (performance.now() - time) / 1000, cpu: cpuOf(gateway.pid) - cpu}
}

const clients = Array.from({length: count}, () => new StreamClient())
/** More than the kernel keeps for a listener would wait for seconds before they ask again, or be reset, also for handshakes alone. */
const atOnce = Math.floor(Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8')) * 0.75)
const all = work => each(clients, atOnce, work)
const told = []
try {
  await start()
  await each(clients, 100, client => client.open(PORT, PATH))
  for (let round = 1; round <= rounds; round++) {
    gateway.kill('SIGKILL')
    await once(gateway, 'exit')
    service.send('next')
    await start()
    const alone = await measured(() => all(client => handshake(PORT, client.session)))
    const full = await measured(() => all(() => handshake(PORT)))
    const back = await measured(() => all(client => client.open(PORT, PATH)))
    told.push({alone, full, back, ratio: back.time / alone.time})
    const text = ({time, cpu}) => `${time.toFixed(2)} s (CPU ${cpu.toFixed(2)} s)`
    console.log(
      `${count} handshakes alone: resumed ${text(alone)}, full ${text(full)}; all back with what they missed: ${text(back)}`,
    )
  }
  service.send('figures')
  const [{most}] = await once(service, 'message')
  const wanted = Array.from({length: rounds + 1}, (_, i) => i + 1).join()
  const whole = clients.filter(({ids}) => ids.join() === wanted).length
  const reused = clients.filter(client => client.reused === rounds).length
  console.log(
    `${median(told.map(({ratio}) => ratio)).toFixed(2)} × the resumed handshakes alone (limit ${LIMIT}), ${median(told.map(({full, back}) => back.time / full.time)).toFixed(2)} × full ones; ` +
      `the service was asked by ${most} at a time (limit ${AT_A_TIME}); ${whole} of ${count} have every event once; ${reused} resumed their sessions each time`,
  )
} finally {
  gateway?.kill('SIGKILL')
  service.disconnect()
  for (const client of clients) client.close()
  rmSync(home, {recursive: true, force: true})
}
