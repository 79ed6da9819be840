// Cold start: from spawn to "listening on", with the 94 definitions of ../shared/knox and 100
// topologies, the memory held then, and for comparison a Node that does nothing. usage: cold-start.mjs [rounds]
import {spawn} from 'node:child_process'
import {cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'

const shared = fileURLToPath(new URL('../../shared/', import.meta.url))
const program = fileURLToPath(new URL('../bin/gateway', import.meta.url))
const rounds = Number(process.argv[2] ?? 7)
const TOPOLOGIES = 100
/** Definitions that were made for recordings, and are not among Knox's 94. */
const NOT_KNOX = new Set(['plainsvc', 'hasvc', 'ssesvc'])

const role = (name, version) =>
  /<service[^>]*\srole="([^"]*)"/.exec(
    readFileSync(join(shared, 'knox/services', name, version, 'service.xml'), 'utf8'),
  )?.[1]

/** Each topology offers five services, in turn of all. */
function topology(roles, number) {
  const services = Array.from({length: 5}, (_, i) => roles[(number * 5 + i) % roles.length])
  const elements = [...new Set(services)].map(
    name => `<service><role>${name}</role><url>http://${name.toLowerCase()}.example:8080/base</url></service>`,
  )
  return `<topology><gateway><provider><role>authentication</role><name>Anonymous</name><enabled>true</enabled></provider></gateway>
${elements.join('\n')}</topology>`
}

function writeHome(home) {
  const names = readdirSync(join(shared, 'knox/services')).filter(name => !NOT_KNOX.has(name))
  const roles = new Set()
  let definitions = 0
  for (const name of names)
    for (const version of readdirSync(join(shared, 'knox/services', name))) {
      cpSync(join(shared, 'knox/services', name, version), join(home, 'data/services', name, version), {
        recursive: true,
      })
      roles.add(role(name, version))
      definitions++
    }
  mkdirSync(join(home, 'conf/topologies'), {recursive: true})
  writeFileSync(join(home, 'conf/gateway-site.xml'), '<configuration/>')
  for (let number = 0; number < TOPOLOGIES; number++)
    writeFileSync(join(home, `conf/topologies/t${number}.xml`), topology([...roles], number))
  return definitions
}

/** Starts once; gives ms until it listens, and MB resident then. */
async function start(home) {
  const began = performance.now()
  const gateway = spawn(process.execPath, [program, 'start', '--home', home, '--host', '127.0.0.1', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise(resolve => gateway.on('exit', resolve))
  for await (const line of createInterface({input: gateway.stdout})) {
    if (!line.startsWith('listening on ')) continue
    const ms = performance.now() - began
    const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8')) ?? []
    gateway.kill('SIGKILL')
    await ended
    return {ms, mb: Number(kilobytes) / 1024}
  }
  throw new Error(`the gateway ended with ${await ended}`)
}

/** Milliseconds from spawn to end of a program that does nothing. */
async function startNothing() {
  const began = performance.now()
  await new Promise(resolve => spawn(process.execPath, ['-e', '0'], {stdio: 'ignore'}).on('exit', resolve))
  return performance.now() - began
}

const median = values => values.toSorted((a, b) => a - b)[values.length >> 1]

const home = mkdtempSync(join(tmpdir(), 'gateway-start-'))
try {
  const definitions = writeHome(home)
  await start(home)
  const starts = []
  const nothing = []
  for (let round = 0; round < rounds; round++) {
    nothing.push(await startNothing())
    starts.push(await start(home))
  }
  const ms = median(starts.map(each => each.ms))
  const mb = median(starts.map(each => each.mb))
  console.log(`${definitions} definitions, ${TOPOLOGIES} topologies, median of ${rounds}:`)
  console.log(
    `listening after ${ms.toFixed(0)} ms (limit 400), ${mb.toFixed(0)} MB resident (limit 100); an empty Node takes ${median(nothing).toFixed(0)} ms`,
  )
} finally {
  rmSync(home, {recursive: true, force: true})
}
