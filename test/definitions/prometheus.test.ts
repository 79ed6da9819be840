import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import test, {type ExecutionContext} from 'ava'
import {freePort} from '../helpers/free-port.js'
import {served, service} from '../helpers/served.js'

/** A stand-in that tells what it was asked, and sends `/` on to `/query` as Prometheus does. */
async function standIn(t: ExecutionContext) {
  const url = await service(t, (request, response) => {
    if (request.url === '/') response.writeHead(302, {Location: '/query'}).end()
    else response.end(request.url)
  })
  return served(t, {definition: 'prometheus/1.0', role: 'PROMETHEUS', urls: [url]})
}

const reaches = test.macro({
  async exec(t, path: string, expected: string | number) {
    const {url} = await standIn(t)
    const answer = await fetch(`${url}/prometheus${path}`)
    if (typeof expected === 'number') t.is(answer.status, expected)
    else t.is(await answer.text(), expected)
  },
  title: (_, path, expected) => `/prometheus${path} is ${expected}`,
})

test(reaches, '/api/v1/query?query=up%7Bjob%3D%22a%20b%22%7D', '/api/v1/query?query=up%7Bjob%3D%22a%20b%22%7D')
test(reaches, '/api/v1/label/__name__/values', '/api/v1/label/__name__/values')
test(reaches, '/-/healthy', '/-/healthy')
test(reaches, '/query?g0.expr=up', '/query?g0.expr=up')
test(reaches, '/static/js/main.js', '/static/js/main.js')
test(reaches, '/', '/query')
test(reaches, '/-/quit', 404)
test(reaches, '/-/reload', 404)

test('the real program', async t => {
  if (spawnSync('prometheus', ['--version']).error) {
    t.log('skipped: no prometheus on PATH')
    t.pass()
    return
  }
  const address = `127.0.0.1:${await freePort()}`
  const {url} = await served(t, {definition: 'prometheus/1.0', role: 'PROMETHEUS', urls: [`http://${address}`]})
  await start(t, address, `${url}/prometheus/`)
  const answer = await fetch(`${url}/prometheus/api/v1/query?query=vector(1)%2B1`)
  const {data} = (await answer.json()) as {data: {result: {value: [number, string]}[]}}
  t.is(data.result[0]?.value[1], '2')
  const page = await fetch(`${url}/prometheus/`)
  t.is(page.status, 200)
  t.true(page.url.startsWith(`${url}/prometheus/`))
  t.regex(await page.text(), /Prometheus/)
})

/** Resolves when it is ready. */
async function start(t: ExecutionContext, address: string, externalUrl: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-prometheus-'))
  writeFileSync(join(folder, 'prometheus.yml'), 'scrape_configs: []\n')
  const options = [
    `--config.file=${folder}/prometheus.yml`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=${address}`,
    `--web.external-url=${externalUrl}`,
    '--web.route-prefix=/',
  ]
  const program = spawn('prometheus', options, {stdio: ['ignore', 'ignore', 'pipe']})
  t.teardown(async () => {
    await ended(program)
    rmSync(folder, {recursive: true, force: true})
  })
  await new Promise<void>(resolve =>
    program.stderr.setEncoding('utf8').on('data', text => /ready to receive web requests/i.test(text) && resolve()),
  )
}

function ended(program: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    program.on('exit', () => resolve())
    program.kill('SIGKILL')
  })
}
