#!/usr/bin/env node
// Lets the suites of ../shared/suites judge the gateway: `--front cmd:test/suites/adapter.mjs`.
// Takes FRONT_PORT, BACKENDS (host:port,…) and SUITE; prints READY and the base URL.
import {spawn} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'
import {writePassAllHome} from '../tools/pass-all-home.mjs'

const {FRONT_PORT, BACKENDS = '', SUITE} = process.env
const urls = BACKENDS.split(',').map(address => `http://${address}`)
const several = SUITE === 'ha-faults'
const home = mkdtempSync(join(tmpdir(), 'gateway-suite-'))

writePassAllHome(home, {
  path: 'gateway',
  topology: 'all',
  urls,
  passHeaders: !several,
  sse: several,
  ha: several
    ? `enabled=true;maxFailoverAttempts=8;failoverSleep=100;failoverStatuses=502,503,504;loadBalancing=round-robin;slowStart=0;
healthCheckPath=/health;healthCheckInterval=200ms;healthCheckTimeout=500ms;healthyThreshold=1;unhealthyThreshold=1`
    : undefined,
  params: several
    ? {
        'httpclient.connectionTimeout': '1s',
        'httpclient.socketTimeout': '2s',
        'sse.connect.timeout': '1s',
        'sse.response.timeout': '2s',
        'sse.resume': 'last-event-id',
        'sse.idle.timeout': '1s',
        'sse.id.order': 'consecutive',
      }
    : {},
  settings: {'gateway.access.log.format': 'off', 'gateway.drain.delay': '0', 'gateway.drain.timeout': '1s'},
})

const gateway = spawn(
  process.execPath,
  [
    fileURLToPath(new URL('../../bin/gateway', import.meta.url)),
    'start',
    '--home',
    home,
    '--host',
    '127.0.0.1',
    '--port',
    FRONT_PORT,
  ],
  {stdio: ['ignore', 'pipe', 'inherit']},
)
createInterface({input: gateway.stdout}).on('line', line => {
  const [, url] = /^listening on (\S+)$/.exec(line) ?? []
  if (url !== undefined) console.log(`READY ${url}/all`)
})
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => gateway.kill('SIGTERM'))
gateway.on('exit', code => {
  rmSync(home, {recursive: true, force: true})
  process.exit(code ?? 1)
})
