#!/usr/bin/env node
// What rewriting bodies costs in the whole gateway, with 20 rules.
// usage: bench/rewriting.mjs nginx              a page of a megabyte, beside nginx with 20 sub_filters
//        bench/rewriting.mjs line [MB] [TYPE]   one line of so many megabytes: the highest memory, and how the exchange ends
//        bench/rewriting.mjs value [MB] [TYPE]  the same, one value
//        bench/rewriting.mjs crowd [MB]         ten such lines at once: how late the event loop is, and how much of that is the gateway's own
import {execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {createServer, get} from 'node:http'
import {createServer as listen} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Readable} from 'node:stream'
import {fileURLToPath} from 'node:url'
import {BODIES, longLine} from './sample-bodies.mjs'

const [mode = 'nginx', size, only] = process.argv.slice(2)
const program = fileURLToPath(new URL('../bin/gateway', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'gateway-rewriting-'))
const twenty = make => Array.from({length: 20}, (_, i) => make(i)).join('\n')
const url = 'http://s/base0/'

/** Bodies that are one value, which does not end. */
const VALUES = {
  'application/json': ['{"rows":[{"href":"', '"}]}'],
  'text/html': ['<a href="', '">'],
  'text/javascript': ['fetch("', '")'],
  'application/xml': ['<rows><row href="', '"/></rows>'],
  'text/event-stream': ['data: {"href":"', '"}\n\n'],
}

const property = (name, value) => `<property><name>${name}</name><value>${value}</value></property>`

const definition = `<service role="X" name="x" version="1.0"><routes><route path="/**?**">
<rewrite apply="X/in" to="request.url"/><rewrite apply="bodies" to="response.body"/></route></routes></service>`

const rules = `<rules>
<rule dir="IN" name="X/in" pattern="*://*:*/gw/svc/{path=**}?{**}"><rewrite template="{$serviceUrl[X]}/{path=**}?{**}"/></rule>
${twenty(i => `<rule dir="OUT" name="X/${i}" pattern="*://*:*/base${i}/{path=**}?{**}"><rewrite template="{$frontend[path]}/x/{path=**}?{**}"/></rule>`)}
<filter name="bodies">
<content type="*/json">${twenty(i => `<apply path="$.rows[*].href${i || ''}" rule="X/${i}"/>`)}</content>
<content type="*/html">${twenty(i => `<apply path="http://s/base${i}/.*" rule="X/${i}"/>`)}</content>
<content type="*/javascript">${twenty(i => `<apply path="http://s/base${i}/[^&quot;']*" rule="X/${i}"/>`)}</content>
<content type="*/xml">${twenty(i => `<apply path="/rows/row/@href${i || ''}" rule="X/${i}"/>`)}</content>
<content type="text/event-stream"><apply event="*" path="$.href" rule="X/0"/></content>
</filter></rules>`

const topology = port => `<topology><gateway>
<provider><role>authentication</role><name>Anonymous</name><enabled>true</enabled></provider></gateway>
<service><role>X</role><url>http://127.0.0.1:${port}</url></service></topology>`

const nginxConf = (
  port,
  backend,
) => `master_process off; daemon off; pid ${scratch}/nginx.pid; error_log ${scratch}/err crit;
events {}
http { access_log off; proxy_temp_path ${scratch}/p; client_body_temp_path ${scratch}/b; fastcgi_temp_path ${scratch}/f;
uwsgi_temp_path ${scratch}/u; scgi_temp_path ${scratch}/s; keepalive_requests 1000000;
upstream backend { server 127.0.0.1:${backend}; keepalive 8; }
server { listen 127.0.0.1:${port}; location /gw/svc/ {
proxy_pass http://backend/; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Accept-Encoding "";
sub_filter_once off; sub_filter_types *;
${twenty(i => `sub_filter "http://s/base${i}/" "/gw/svc/x/";`)}
} } }`

/** `/KIND/MEGABYTES/TYPE`: a page, one line or one value. */
const backend = createServer((request, response) => {
  const [, kind, megabytes, type] = /^\/(\w+)\/(\d+)\/([^?]+)/.exec(request.url)
  response.writeHead(200, {'Content-Type': type})
  if (kind === 'page') response.end(BODIES[type].body)
  else if (kind === 'line') Readable.from(longLine(BODIES[type], megabytes)).pipe(response)
  else Readable.from(oneValue(VALUES[type], megabytes)).pipe(response)
})

function* oneValue([before, after], megabytes) {
  const block = Buffer.alloc(65_536, 'x')
  yield Buffer.from(before + url)
  for (let left = megabytes * 1e6; left > 0; left -= block.length) yield block
  yield Buffer.from(after)
}

async function freePort() {
  const server = listen().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const {port} = server.address()
  server.close()
  return port
}

function write(file, text) {
  mkdirSync(join(scratch, file, '..'), {recursive: true})
  writeFileSync(join(scratch, file), text)
}

/** A proxy that answers; `page` asks it for a path of the service. */
async function started(command, args, port, stdio = 'ignore') {
  const child = spawn(command, args, {stdio})
  process.on('exit', () => child.kill('SIGKILL'))
  const page = path => fetched(`http://127.0.0.1:${port}/gw/svc${path}`)
  for (let tries = 0; tries < 100 && (await page('/page/1/text/html')).bytes === 0; tries++)
    await new Promise(resolve => setTimeout(resolve, 100))
  return {page, pid: child.pid, child}
}

/** Bytes that came, and whether that was all. */
function fetched(address) {
  return new Promise(resolve => {
    let bytes = 0
    get(address, response => {
      response.on('data', chunk => {
        bytes += chunk.length
      })
      response.on('close', () => resolve({bytes, whole: response.complete}))
    }).on('error', () => resolve({bytes, whole: false}))
  })
}

/** Seconds of CPU so far, in steps of 10 ms (proc(5)). */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** The highest memory since it was last asked, in MB (proc(5), clear_refs). */
function peak(pid) {
  const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  return Number(kilobytes) / 1024
}

/** Seconds for which it was ready to run and another had the processor (sched-stats, `schedstat`). */
function kept(pid) {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e9
}

async function rate({page, pid}, path, times) {
  const began = cpu(pid)
  let bytes = 0
  for (let i = 0; i < times; i++) bytes += (await page(path)).bytes
  return bytes / 1e6 / (cpu(pid) - began)
}

async function besideNginx(ours, nginx) {
  for (const type of ['application/json', 'text/html']) {
    const path = `/page/1/${type}`
    for (const proxy of [ours, nginx]) await rate(proxy, path, 50)
    const both = [await rate(ours, path, 200), await rate(nginx, path, 200)]
    console.log(`${type.padEnd(18)} MB per CPU second: ours ${both[0].toFixed(1)}, nginx ${both[1].toFixed(1)}`)
  }
}

async function long({page, pid}, types, megabytes) {
  for (const type of types) {
    peak(pid)
    const began = cpu(pid)
    const {bytes, whole} = await page(`/${mode}/${megabytes}/${type}`)
    const megabytesMade = bytes / 1e6
    const speed = `${(megabytesMade / (cpu(pid) - began)).toFixed(1)} MB per CPU second`
    const end = whole ? `${megabytesMade.toFixed(0)} MB came whole, ${speed}` : 'broken off'
    console.log(`${mode} ${type.padEnd(18)} ${end}; at most ${peak(pid).toFixed(0)} MB of memory`)
  }
}

/** The gateway's own figure; the first time it runs code that is new to it. */
const figures = () => execFileSync(program, ['figures', '--home', scratch], {encoding: 'utf8'}).split('\n')[0]

/** What `loop-watch.mjs` saw since it was last asked. */
async function watched(child) {
  child.send('late?')
  return (await once(child, 'message'))[0]
}

async function crowd({page, pid, child}, megabytes) {
  const types = Object.keys(BODIES)
  figures()
  await watched(child)
  peak(pid)
  const began = cpu(pid)
  const keptBefore = kept(pid)
  const pages = Promise.all(Array.from({length: 10}, (_, i) => page(`/line/${megabytes}/${types[i % types.length]}`)))
  const over = pages.then(() => true)
  for (let done = false; !done; ) {
    done = await Promise.race([over, new Promise(resolve => setTimeout(resolve, 25_000, false))])
    console.log(`own delay   ${await watched(child)}`)
    console.log(figures())
  }
  const bytes = (await pages).reduce((sum, each) => sum + each.bytes, 0)
  console.log(`for ${(kept(pid) - keptBefore).toFixed(1)} s others had the processor that the gateway wanted`)
  console.log(
    `${(bytes / 1e6 / (cpu(pid) - began)).toFixed(1)} MB per CPU second, at most ${peak(pid).toFixed(0)} MB of memory`,
  )
}

try {
  backend.listen(0, '127.0.0.1')
  await once(backend, 'listening')
  const from = backend.address().port
  write(
    'conf/gateway-site.xml',
    `<configuration>${property('gateway.path', 'gw')}${property('gateway.access.log.format', 'off')}</configuration>`,
  )
  write('conf/topologies/svc.xml', topology(from))
  write('data/services/x/1.0/service.xml', definition)
  write('data/services/x/1.0/rewrite.xml', rules)
  const port = await freePort()
  const watch = mode === 'crowd' ? ['--import', new URL('loop-watch.mjs', import.meta.url).href] : []
  const ours = await started(
    process.execPath,
    [...watch, program, 'start', '--home', scratch, '--host', '127.0.0.1', '--port', port],
    port,
    mode === 'crowd' ? ['ignore', 'ignore', 'ignore', 'ipc'] : 'ignore',
  )
  if (mode === 'line' || mode === 'value')
    await long(ours, only ? [only] : Object.keys(mode === 'line' ? BODIES : VALUES), Number(size ?? 1000))
  else if (mode === 'crowd') await crowd(ours, Number(size ?? 100))
  else {
    const other = await freePort()
    write('nginx.conf', nginxConf(other, from))
    const nginx = await started('nginx', ['-e', join(scratch, 'err'), '-c', join(scratch, 'nginx.conf')], other)
    await besideNginx(ours, nginx)
  }
} finally {
  rmSync(scratch, {recursive: true, force: true})
}
process.exit()
