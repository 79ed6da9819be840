#!/usr/bin/env node
// Prices what the gateway itself does for a request, twice: its own work (match, filters with rewriting both ways,
// headers both ways, the access log's line), and all of it from the request to the end of the response, with what
// reading the head, the chain's promises and the exchange cost besides. See priced-request.mjs for what it is given.
// CPU time is that of the whole process, compiling and collecting garbage included. V8 goes on compiling anew for some 250,000
// requests: the first rounds warm up, and are printed but left out of the median.
// Another build takes turns with this one, round by round in one process: where a machine is noisy, only the ratio of two that
// met the same noise tells which is faster, and several runs, since V8 decides anew each time what it inlines.
// usage: bench/own-work.mjs [rounds, 40] [folder of another checkout that is built]
import {resolve} from 'node:path'
import {pathToFileURL} from 'node:url'

const [rounds = '40', other] = process.argv.slice(2)
const WARM_UP = 8
const builds = [new URL('..', import.meta.url), ...(other ? [pathToFileURL(`${resolve(other)}/`)] : [])]
const priced = []
for (const checkout of builds)
  priced.push(await import(`./priced-request.mjs?build=${new URL('build/gateway/', checkout)}`))

/** Microseconds of CPU a request. */
async function round(urls, work) {
  const before = process.cpuUsage()
  let count = 0
  for (let pass = 0; pass < 20; pass++) {
    for (const url of urls) {
      work(url)
      count++
      if (count % 64 === 0) await new Promise(setImmediate)
    }
  }
  await new Promise(setImmediate)
  const {user, system} = process.cpuUsage(before)
  return (user + system) / count
}

const medianOf = figures => figures.toSorted((a, b) => a - b)[figures.length >> 1]

async function price(title, name) {
  const figures = priced.map(() => [])
  for (let i = 0; i < Number(rounds); i++)
    for (const [at, each] of priced.entries()) figures[at].push(await round(each.urls, each[name]))
  const warm = figures.map(all => all.slice(Math.min(WARM_UP, all.length - 1)))
  for (const [at, all] of warm.entries()) {
    const told = `median ${medianOf(all).toFixed(2)}, least ${Math.min(...all).toFixed(2)} µs of CPU a request`
    console.log(
      `${at === 0 ? title : `  ${other}`}: ${told} (rounds ${figures[at].map(each => each.toFixed(1)).join(' ')})`,
    )
  }
  const [own, others] = warm
  if (others) console.log(`  ratio to it: ${medianOf(own.map((each, i) => each / others[i])).toFixed(3)}`)
}

console.log(`${priced[0].urls.length} URLs of ${priced[0].topologies} topologies`)
await price('own work (limit 4)', 'ownWork')
await price('from request to response', 'whole')
process.exit(0)
