#!/usr/bin/env node
// What HTTP/2 towards services costs the gateway: CPU of a request and of an event beside HTTP/1.1 towards the same service, the
// clients by HTTP/1.1 in both cases. usage: bench/http2-services.mjs [rounds]
import {fork, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, rmSync} from 'node:fs'
import {Agent, createServer, get} from 'node:http'
import {createServer as createServer2} from 'node:http2'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {cpuOf, each, median, writeServiceHome} from './tls-clients.mjs'

const REQUESTS = 20_000
const AT_A_TIME = 64
const STREAMS = 200
const EVERY_MS = 100
const SECONDS = 5
const PORT = 19_421

/** The same service by both versions, and its ports. */
async function serve() {
  const body = JSON.stringify({text: 'x'.repeat(1000)})
  const answer = (request, response) => {
    if (!request.url.includes('/events')) {
      response.end(body)
      return
    }
    response.writeHead(200, {'content-type': 'text/event-stream'})
    const timer = setInterval(() => response.write(`data: ${'x'.repeat(90)}\n\n`), EVERY_MS)
    response.on('close', () => clearInterval(timer))
  }
  const servers = [createServer(answer), createServer2({settings: {maxConcurrentStreams: 1000}}, answer)]
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening')
  process.send(servers.map(server => server.address().port))
  process.on('disconnect', () => process.exit())
}

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))

const asked = (agent, path) =>
  new Promise((resolve, reject) => get({agent, port: PORT, host: '127.0.0.1', path}, resolve).on('error', reject))

async function requests(pid) {
  const agent = new Agent({keepAlive: true, maxSockets: AT_A_TIME})
  const load = () =>
    each(Array(REQUESTS), AT_A_TIME, async () => {
      const response = await asked(agent, '/gw/svc/json')
      await once(response.resume(), 'end')
    })
  await load()
  const before = cpuOf(pid)
  await load()
  agent.destroy()
  return ((cpuOf(pid) - before) / REQUESTS) * 1e6
}

async function events(pid) {
  let count = 0
  const agent = new Agent({maxSockets: STREAMS})
  await each(Array(STREAMS), AT_A_TIME, async () => {
    const response = await asked(agent, '/gw/svc/events')
    response.on('data', () => count++)
  })
  await sleep(1000)
  const before = cpuOf(pid)
  count = 0
  await sleep(SECONDS * 1000)
  const cost = ((cpuOf(pid) - before) / count) * 1e6
  agent.destroy()
  return cost
}

async function measured(servicePort, http2) {
  const home = mkdtempSync(join(tmpdir(), 'gateway-http2-services-'))
  writeServiceHome(home, servicePort, {'sse.keepalive.interval': '0', 'httpclient.http2': http2})
  const program = fileURLToPath(new URL('../bin/gateway', import.meta.url))
  const gateway = spawn(process.execPath, [program, 'start', '--home', home, '--port', `${PORT}`], {stdio: 'ignore'})
  try {
    for (let up = false; !up; await sleep(100))
      up = await asked(undefined, '/healthz').then(
        () => true,
        () => false,
      )
    return {request: await requests(gateway.pid), event: await events(gateway.pid)}
  } finally {
    gateway.kill('SIGKILL')
    await once(gateway, 'exit')
    rmSync(home, {recursive: true})
  }
}

if (process.argv[2] === 'service') await serve()
else {
  const service = fork(fileURLToPath(import.meta.url), ['service'], {execArgv: []})
  const [[one, two]] = await once(service, 'message')
  const all = {off: [], always: []}
  for (let round = 0; round < Number(process.argv[2] ?? 3); round++) {
    all.off.push(await measured(one, 'off'))
    all.always.push(await measured(two, 'always'))
  }
  for (const what of ['request', 'event']) {
    const [plain, modern] = [all.off, all.always].map(each => median(each.map(figures => figures[what])))
    console.log(
      `CPU a ${what}: HTTP/2 to the service ${modern.toFixed(1)} µs, HTTP/1.1 ${plain.toFixed(1)} µs: ${(modern / plain).toFixed(2)} ×`,
    )
  }
  service.disconnect()
}
