#!/usr/bin/env node
// Measures the gateway beside nginx with the load harness of ../shared/bench: medians of three rounds.
// usage: bench/run.mjs [options of the harness's compare]; needs go, nginx and wrk.
import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const harness = fileURLToPath(new URL('../../shared/bench', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'gateway-bench-'))
const program = join(scratch, 'bench')
const out = join(scratch, 'out.json')

/** What is promised, as a multiple of nginx's or in the figure's own unit. `resume`: with streams that go on elsewhere. */
const FIGURES = [
  {title: 'CPU a request, GET 1 KB', metric: 'http_cpu_s_per_100k', limit: 2.4, ratio: true},
  {title: 'CPU an event', metric: 'rate_cpu_s_per_m_events', limit: 1.4, ratio: true},
  {title: 'CPU an event, resume', peer: 'ours-resume', metric: 'rate_cpu_s_per_m_events', limit: 1.7, ratio: true},
  {title: 'latency of an event, p99 in ms', metric: 'rate_p99_ms', limit: 2, ratio: true},
  {title: 'KB a stream at 5,000', metric: 'idle5000_kb_per_stream', limit: 18, ratio: false},
]

function run(command, args, options = {}) {
  const {status, error} = spawnSync(command, args, {stdio: 'inherit', ...options})
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ended with ${status}`)
}

const median = values => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

function report() {
  const {results} = JSON.parse(readFileSync(out, 'utf8'))
  for (const {title, peer = 'ours', metric, limit, ratio} of FIGURES) {
    const ours = median(results[peer]?.[metric] ?? [])
    const nginx = median(results['nginx-1']?.[metric] ?? [])
    if (Number.isNaN(ours)) continue
    const figure = ratio ? ours / nginx : ours
    const both = `ours ${ours.toFixed(2)}, nginx ${nginx.toFixed(2)}`
    console.log(`${title}: ${figure.toFixed(2)}${ratio ? ' × nginx' : ''} (limit ${limit}; ${both})`)
  }
}

try {
  run('node', [fileURLToPath(new URL('../bin/setup.mjs', import.meta.url))])
  run('go', ['build', '-o', program, '.'], {cwd: harness})
  const peer = fileURLToPath(new URL('peer', import.meta.url))
  const ours = `name=ours prefix=/gw/svc cmd="${peer} {port} {backend} {run}"`
  const resume = `name=ours-resume suites=idle,rate prefix=/gw/svc cmd="${peer} {port} {backend} {run} resume"`
  const only = ['-only', 'nginx-1,ours,ours-resume', '-base', 'nginx-1']
  const peers = ['-peers', join(harness, 'peers/peers.txt'), '-peer', ours, '-peer', resume, ...only]
  const work = ['-suites', 'http,rate,idle', '-idle', '5000', '-rounds', '3', '-out', out]
  run(program, ['compare', ...peers, ...work, ...process.argv.slice(2)])
  report()
} finally {
  rmSync(scratch, {recursive: true, force: true})
}
