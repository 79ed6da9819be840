import {createServer} from 'node:net'
import test from 'ava'
import {definition, type HomeText, site, temporaryHome, writeHome} from '../helpers/home.js'
import {rawClient} from '../helpers/raw-client.js'
import {type ScriptedService, scriptedService} from '../helpers/scripted-service.js'
import {ask, xTopology} from '../server/through.js'
import {gateway, started} from './program.js'

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const EVENT = 'id: 1\ndata: 1\n\n'

/** A service whose only answer is a stream with one event, and no end. */
const streaming = () =>
  scriptedService(async connection => {
    await connection.request()
    await connection.send(`${HEAD}${EVENT.length.toString(16)}\r\n${EVENT}\r\n`)
  })

const homeFor = (service: Pick<ScriptedService, 'port'>, settings: Record<string, string> = {}): HomeText => ({
  ...definition('X', 'sse'),
  'conf/gateway-site.xml': site({'gateway.servlet.async.supported': 'true', ...settings}),
  'conf/topologies/t.xml': xTopology([`http://127.0.0.1:${service.port}`]),
})

const status = async (url: string) => (await fetch(url)).status

test('start tells where it listens, serves, and ends on SIGINT at once', async t => {
  const service = await streaming()
  t.teardown(() => service.close())
  const program = await started(t, ['--home', temporaryHome(t, homeFor(service)), '--host', '127.0.0.1'])
  t.regex(program.url, /^http:\/\/127\.0\.0\.1:\d+\/gateway$/)
  const client = await rawClient(program.port)
  await client.send(ask('/events'))
  await client.until('data: 1')
  program.process.kill('SIGINT')
  await client.closed
  const {code, out, err} = await program.ended
  t.is(code, 0)
  t.is(out, `listening on ${program.url}\n`)
  t.regex(err, /"event":"open"[\s\S]*"event":"end"/)
})

test('SIGTERM: readyz fails, what is returnable ends between two events, and then the program', async t => {
  const service = await streaming()
  t.teardown(() => service.close())
  const home = temporaryHome(t, homeFor(service, {'gateway.drain.delay': '1s', 'gateway.drain.timeout': '20s'}))
  const program = await started(t, ['--home', home])
  const base = `http://127.0.0.1:${program.port}`
  t.deepEqual([await status(`${base}/healthz`), await status(`${base}/readyz`)], [200, 200])
  const client = await rawClient(program.port)
  await client.send(ask('/events'))
  await client.until('data: 1')
  program.process.kill('SIGTERM')
  while ((await status(`${base}/readyz`)) !== 503) await new Promise(resolve => setTimeout(resolve, 10))
  t.is(await status(`${base}/healthz`), 200)
  const {body} = await client.response()
  t.regex(body, /^id: 1\ndata: 1\n\nretry: \d+\n\n$/)
  const {code, err} = await program.ended
  t.is(code, 0)
  t.regex(err, /draining 1 stream: accepts for 1 s more, then waits up to 20 s\n[\s\S]*"event":"end"/)
})

test('a second SIGTERM ends at once', async t => {
  const service = await streaming()
  t.teardown(() => service.close())
  const home = temporaryHome(t, homeFor(service, {'gateway.drain.delay': '60s'}))
  const program = await started(t, ['--home', home])
  program.process.kill('SIGTERM')
  while ((await status(`http://127.0.0.1:${program.port}/readyz`)) !== 503)
    await new Promise(resolve => setTimeout(resolve, 10))
  program.process.kill('SIGTERM')
  t.is((await program.ended).code, 0)
})

test('a port that is taken: 1', async t => {
  const taken = createServer()
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    taken.close()
  })
  const {port} = taken.address() as {port: number}
  const {code, err} = await gateway(['start', '--home', temporaryHome(t, homeFor({port: 1})), '--port', String(port)])
  t.is(code, 1)
  t.regex(err, /EADDRINUSE.*; --port or gateway\.port names another port\n$/)
})

test('settings with faults: 78, and every fault with its place', async t => {
  const home = temporaryHome(t, {
    ...homeFor({port: 1}),
    'conf/gateway-site.xml': site({'gateway.prot': '1', 'gateway.port': 'x'}),
  })
  const {code, out, err} = await gateway(['start', '--home', home])
  t.is(code, 78)
  t.is(out, '')
  t.regex(err, /conf\/gateway-site\.xml:\d+:\d+: setting-unknown: gateway\.prot .*did you mean gateway\.port\?/)
  t.regex(err, /conf\/gateway-site\.xml:\d+:\d+: setting-invalid: gateway\.port: /)
})

test('PEM files that are not there or hold something else: 78, with setting and file', async t => {
  const settings = {'gateway.tls.certificate': 'conf/cert.pem', 'gateway.tls.key': 'conf/key.pem'}
  const home = temporaryHome(t, homeFor({port: 1}, settings))
  const missing = await gateway(['start', '--home', home])
  t.is(missing.code, 78)
  t.regex(missing.err, /^conf\/cert\.pem:1:1: tls-unusable: gateway\.tls\.certificate: ENOENT/m)
  writeHome(home, {'conf/cert.pem': 'nothing'})
  const {code, out} = await gateway(['check', '--home', home])
  t.is(code, 78)
  t.regex(out, /^conf\/cert\.pem:1:1: tls-unusable: gateway\.tls\.certificate: /m)
})

test('a topology with faults is told, and the others are served', async t => {
  const service = await streaming()
  t.teardown(() => service.close())
  const home = temporaryHome(t, {...homeFor(service), 'conf/topologies/u.xml': '<topology><servce/></topology>'})
  const program = await started(t, ['--home', home])
  t.is(await status(`${program.url}/u/x/a`), 404)
  const client = await rawClient(program.port)
  await client.send(ask('/events'))
  await client.until('data: 1')
  program.process.kill('SIGINT')
  t.regex((await program.ended).err, /conf\/topologies\/u\.xml:1:11: .*servce.*did you mean <service>\?/)
})

test('a log that nobody reads any more does not end the gateway', async t => {
  const home = temporaryHome(t, homeFor({port: 1}))
  const program = await started(t, ['--home', home])
  program.process.stdout?.destroy()
  program.process.stderr?.destroy()
  const client = await rawClient(program.port)
  // Three such lines are more than the log holds back.
  const request = ask(`/${'a'.repeat(8000)}`).replace('/gateway/t/', '/gateway/u/')
  for (let n = 0; n < 12; n++) {
    await client.send(request)
    t.true((await client.response()).startLine.includes('404'))
  }
  t.is(program.process.exitCode, null)
  program.process.kill('SIGINT')
  t.is((await program.ended).code, 0)
})

test('a log whose reader is stuck does not hold the gateway up', async t => {
  const home = temporaryHome(t, homeFor({port: 1}))
  const program = await started(t, ['--home', home])
  program.process.stderr?.pause()
  const client = await rawClient(program.port)
  const request = ask(`/${'a'.repeat(8000)}`).replace('/gateway/t/', '/gateway/u/')
  for (let n = 0; n < 300; n++) {
    await client.send(request)
    t.true((await client.response()).startLine.includes('404'))
  }
  program.process.stderr?.resume()
  program.process.kill('SIGINT')
  const {code, err} = await program.ended
  t.is(code, 0)
  t.true(err.length > 64 * 1024)
})

test('no scavenge of one that listens waits for another thread', async t => {
  const service = await streaming()
  t.teardown(() => service.close())
  const program = await started(t, ['--home', temporaryHome(t, homeFor(service))], ['--trace-gc-nvp'])
  let said = ''
  program.process.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const helped = () =>
    [...said.matchAll(/ gc=s .* background\.scavenge\.parallel=([\d.]+)/g)].map(([, ms]) => Number(ms))
  while (helped().length < 4) t.is(await status(`http://127.0.0.1:${program.port}/healthz`), 200)
  t.deepEqual(new Set(helped()), new Set([0]))
})
