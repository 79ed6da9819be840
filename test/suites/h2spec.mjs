#!/usr/bin/env node
// Runs h2spec against the gateway and against a plain server of node:http2, over TLS and in cleartext; fails when the gateway does
// not pass a test that the plain server passes. Uses the h2spec in GOBIN or on PATH, else builds it with Go.
import {execFileSync, spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {createServer as createService} from 'node:http'
import {createSecureServer, createServer} from 'node:http2'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'
import {XMLParser} from 'fast-xml-parser'
import {writePassAllHome} from '../tools/pass-all-home.mjs'

const MODULE = 'github.com/summerwind/h2spec/cmd/h2spec@latest'
/** Until an answer, in ms: one that comes at once outruns the frame that a test sends next. */
const THINKING = 20
/** Sends neither a preface nor a request: where HTTP/1.1 is spoken on the same port, the answer is its 400 (RFC 9112 §3). */
const OF_SHARED_PORT = 'http2/3.5/2 Sends invalid connection preface'

const scratch = mkdtempSync(join(tmpdir(), 'gateway-h2spec-'))
const tls = {key: join(scratch, 'key.pem'), cert: join(scratch, 'cert.pem')}
const ends = []

const runs = program => spawnSync(program, ['--version']).error === undefined

/** The program, built if need be; undefined: there is neither it nor Go. */
function h2spec() {
  const found = [join(process.env.GOBIN ?? '', 'h2spec'), 'h2spec'].find(runs)
  if (found !== undefined || !runs('go')) return found
  execFileSync('go', ['install', MODULE], {env: {...process.env, GOBIN: scratch}, stdio: ['ignore', 2, 2]})
  return join(scratch, 'h2spec')
}

/** Listens on a free port until the end. */
async function listen(server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => server.close())
  return server.address().port
}

const answer = (_request, response) =>
  void setTimeout(() => response.writeHead(200, {'Content-Length': 5}).end('hello'), THINKING)

const plain = secure =>
  listen(
    secure
      ? createSecureServer({key: readFileSync(tls.key), cert: readFileSync(tls.cert)}, answer)
      : createServer(answer),
  )

async function gateway(secure, service) {
  const home = join(scratch, secure ? 'tls' : 'cleartext')
  writePassAllHome(home, {
    path: 'gateway',
    topology: 'all',
    urls: [`http://127.0.0.1:${service}`],
    settings: {
      'gateway.access.log.format': 'off',
      ...(secure && {'ssl.enabled': 'true', 'gateway.tls.certificate': tls.cert, 'gateway.tls.key': tls.key}),
    },
  })
  const program = fileURLToPath(new URL('../../bin/gateway', import.meta.url))
  const child = spawn(process.execPath, [program, 'start', '--home', home, '--host', '127.0.0.1', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  ends.push(() => child.kill('SIGKILL'))
  for await (const line of createInterface({input: child.stdout})) {
    const [, port] = /^listening on \S+:(\d+)/.exec(line) ?? []
    if (port !== undefined) return Number(port)
  }
  throw new Error('the gateway does not listen')
}

/** Names of the tests that passed, and of those that failed. */
async function judged(program, port, secure) {
  const report = join(scratch, `${port}.xml`)
  const options = ['-h', '127.0.0.1', '-p', port, '-P', '/gateway/all/', '-j', report, ...(secure ? ['-t', '-k'] : [])]
  const child = spawn(program, options, {stdio: 'ignore'})
  await once(child, 'exit')
  const parser = new XMLParser({ignoreAttributes: false, attributeNamePrefix: '', isArray: name => LISTS.has(name)})
  const cases = parser
    .parse(readFileSync(report, 'utf8'))
    .testsuites.testsuite.flatMap(({testcase = []}) => testcase)
    .map((each, i, all) => ({...each, name: nameOf(each, i, all)}))
    .filter(each => !('skipped' in each))
  const names = wanted => new Set(cases.filter(each => hasPassed(each) === wanted).map(({name}) => name))
  return {passed: names(true), failed: names(false)}
}

const LISTS = new Set(['testsuite', 'testcase'])

const hasPassed = each => !('failure' in each) && !('error' in each)

/** As h2spec takes it: `http2/3.5/2`. */
function nameOf({package: section, classname}, index, all) {
  const first = all.findIndex(each => each.package === section)
  return `${section}/${index - first + 1} ${classname}`
}

/** Whether the gateway passes all that the plain server passes. */
async function compare(program, secure) {
  const service = await listen(createService(answer))
  const [ours, theirs] = [
    await judged(program, await gateway(secure, service), secure),
    await judged(program, await plain(secure), secure),
  ]
  const lost = [...theirs.passed].filter(name => !ours.passed.has(name))
  const excused = secure ? [] : [OF_SHARED_PORT]
  console.log(
    `${secure ? 'TLS' : 'cleartext'}: the gateway passes ${ours.passed.size}, plain node:http2 ${theirs.passed.size}`,
  )
  for (const name of lost) console.log(`  only plain: ${name}`)
  for (const name of ours.passed) if (!theirs.passed.has(name)) console.log(`  only the gateway: ${name}`)
  for (const name of ours.failed) if (theirs.failed.has(name)) console.log(`  neither: ${name}`)
  return lost.every(name => excused.includes(name))
}

try {
  const program = h2spec()
  if (program === undefined) console.log('skipped: neither h2spec nor go on PATH')
  else {
    const options = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost'
    execFileSync('openssl', [...options.split(' '), '-keyout', tls.key, '-out', tls.cert], {stdio: 'ignore'})
    const isGood = [await compare(program, false), await compare(program, true)].every(Boolean)
    process.exitCode = isGood ? 0 : 1
  }
} finally {
  for (const end of ends) end()
  rmSync(scratch, {recursive: true, force: true})
}
