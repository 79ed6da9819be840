#!/usr/bin/env node
// Prices the choice of an endpoint out of 100, in microseconds of CPU a pick, by each way to balance: the median of some rounds.
// `one out`: one of them is left out and waits for its time. usage: bench/picking.mjs [rounds]
const at = path => new URL(`../build/gateway/${path}`, import.meta.url).href
const {endpointPool} = await import(at('ha/endpoint-pool.js'))
const {goneSource} = await import(at('pipeline/gone.js'))

const PICKS = 200_000
const LIMIT = 0.5
const rounds = Number(process.argv[2] ?? 9)
const urls = Array.from({length: 100}, (_, i) => `http://service-${i}.example:8080/base`)
const headers = [
  'Host',
  'gw.example:8443',
  'User-Agent',
  'Mozilla/5.0 (X11; Linux x86_64)',
  'Accept',
  'text/event-stream',
]
const NONE = []

/** Requests that come again and again: making them is no part of the price. */
const exchanges = Array.from({length: 4096}, (_, i) => ({
  request: {method: 'GET', headers: [...headers, 'X-User-ID', `user-${i}`, 'Cookie', `theme=dark; room=${i}`]},
  principal: {name: `user-${i}`},
  gone: goneSource(),
}))

function pool(method, {hashOn = 'principal', weights = []}) {
  const policy = {
    enableLoadBalancing: true,
    disableLoadBalancingForUserAgents: ['ClouderaODBCDriverforApacheHive'],
    ...(method !== 'queue' && {
      balancing: {method, hashOn, weights},
      health: {ejectAfter: 1, ejectionTime: 3_600_000, slowStart: 30_000},
    }),
  }
  return endpointPool(urls, policy, {now: () => performance.now(), changed() {}})
}

function priceOf(picked) {
  const prices = Array.from({length: rounds + 1}, () => {
    const before = process.cpuUsage()
    for (let i = 0; i < PICKS; i++) picked.pick(exchanges[i & 4095], NONE)
    const {user, system} = process.cpuUsage(before)
    return (user + system) / PICKS
  })
  return prices.slice(1).toSorted((a, b) => a - b)[rounds >> 1]
}

const weights = urls.map((_, i) => 1 + (i % 3))
const ways = {
  'Knox’s queue': ['queue', {}],
  'round-robin, weights': ['round-robin', {weights}],
  'least-streams': ['least-streams', {}],
  'least-streams, weights': ['least-streams', {weights}],
  'hash of the principal': ['hash', {}],
  'hash of a header, weights': ['hash', {hashOn: 'header:x-user-id', weights}],
  'hash of a cookie': ['hash', {hashOn: 'cookie:room'}],
}
for (const [title, [method, options]] of Object.entries(ways)) {
  const whole = pool(method, options)
  const lacking = pool(method, options)
  lacking.failed(lacking.endpoints[7], 'connect')
  const [all, oneOut] = [whole, lacking].map(priceOf)
  const over = Math.max(all, oneOut) > LIMIT ? ` over the limit of ${LIMIT}` : ''
  console.log(`${title}: ${all.toFixed(3)} µs, one out ${oneOut.toFixed(3)} µs${over}`)
}
