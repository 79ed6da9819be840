#!/usr/bin/env node
// What rewriting bodies costs: MB for a second of CPU with 20 rules, and the highest memory with a body that is one line of
// many megabytes, of which one value is as long as may be held. In one process, without sockets.
// usage: bench/bodies.mjs [megabytes of the long line]
import {BODIES, cut, link, longLine} from './sample-bodies.mjs'

const at = path => new URL(`../build/gateway/${path}`, import.meta.url).href
const {buildRewriter} = await import(at('rewrite/rewriter.js'))
const {rewriteFunctions} = await import(at('server/live/rewrite-functions.js'))
const {EventTransform} = await import(at('sse/event-transform.js'))

const MEGABYTES = Number(process.argv[2] ?? 64)
const LIMIT = 1024 * 1024
const place = {file: 'bench', line: 1, column: 1}
const twenty = make => Array.from({length: 20}, (_, i) => make(i))
const apply = (path, rule) => ({kind: 'apply', path, rule, at: place})

const rules = twenty(i => ({
  name: `X/${i}`,
  directions: ['out'],
  scope: undefined,
  pattern: `*://*:*/base${i}/{path=**}?{**}`,
  flow: 'and',
  steps: [{kind: 'rewrite', template: '{$frontend[path]}/x/{path=**}?{**}', at: place}],
  at: place,
}))
const contents = [
  {type: '*/json', parts: twenty(i => apply(`$.rows[*].href${i || ''}`, `X/${i}`))},
  {type: '*/html', parts: twenty(i => apply(`http://s/base${i}/.*`, `X/${i}`))},
  {type: '*/javascript', parts: twenty(i => apply(`http://s/base${i}/[^"']*`, `X/${i}`))},
  {type: '*/xml', parts: twenty(i => apply(`/rows/row/@href${i || ''}`, `X/${i}`))},
  {type: 'text/event-stream', parts: [], events: [{kind: 'apply', event: '*', path: '$.href', rule: 'X/0', at: place}]},
].map(content => ({...content, asType: undefined, at: place}))

const plan = {
  definitions: [{role: 'X', rules, filters: [{name: 'f', contents, at: place}], functions: []}],
  serviceUrls: {X: ['http://s']},
  hostmap: {},
  topology: 't',
  gatewayName: 'gateway',
  globalRoles: [],
}
const route = buildRewriter(plan, rewriteFunctions, undefined).route('X', [
  {apply: 'f', to: 'response.body', at: place},
])
const context = {
  frontend: {scheme: 'http', host: 'gw', port: '80', path: '/gateway/t'},
  serviceUrl: () => 'http://s',
  principal: undefined,
  inboundQuery: undefined,
}
const told = {
  failed(error) {
    throw error
  },
  broken(offset, why) {
    throw new Error(`${offset}: ${why}`)
  },
  unreadable() {},
}

const cpu = () => {
  const {user, system} = process.cpuUsage()
  return (user + system) / 1e6
}

function edit(type, pieces) {
  const editor = route.messages.bodies.out.of(type).editor(context, LIMIT, told)
  let peak = 0
  let count = 0
  for (const piece of pieces) {
    Buffer.from(editor.push(piece.toString('latin1')), 'latin1')
    if (count++ % 256 === 0) peak = Math.max(peak, process.memoryUsage.rss())
  }
  editor.end()
  return peak
}

for (const [type, sample] of Object.entries(BODIES)) {
  const bytes = Buffer.from(sample.body)
  for (let i = 0; i < 3; i++) edit(type, cut(bytes))
  const began = cpu()
  for (let i = 0; i < 10; i++) edit(type, cut(bytes))
  const rate = (10 * bytes.length) / 1e6 / (cpu() - began)
  const before = process.memoryUsage.rss()
  const peak = edit(type, longLine(sample, MEGABYTES))
  console.log(
    `${type.padEnd(18)} ${rate.toFixed(1).padStart(6)} MB per CPU second; ${MEGABYTES} MB in one line: ${((peak - before) / 1e6).toFixed(0)} MB more memory`,
  )
}

const change = route.messages.bodies.out.of('text/event-stream').change(context, LIMIT, told)
const event = Buffer.from(`id: 1\ndata: ${JSON.stringify({href: link(1), text: 'x'.repeat(250)})}\n\n`)
const stream = new EventTransform(change, LIMIT)
for (let i = 0; i < 20_000; i++) stream.push(event)
const began = cpu()
for (let i = 0; i < 100_000; i++) stream.push(event)
console.log(
  `event stream       ${((cpu() - began) * 10).toFixed(1).padStart(6)} µs of CPU for an event of ${event.length} bytes`,
)
