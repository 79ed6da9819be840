import {parseArgs} from 'node:util'
import {PLANTS} from './plants.js'
import {run} from './run.js'

// npm run fuzz -- [--seed N] [--minutes M | --seconds S] [--case N] [--plant NAME | --plant all]

const {values} = parseArgs({
  options: {
    seed: {type: 'string', default: String(Date.now() % 1_000_000)},
    minutes: {type: 'string', default: '1'},
    seconds: {type: 'string'},
    case: {type: 'string'},
    plant: {type: 'string'},
  },
})
const {case: only, plant} = values
const seed = Number(values.seed)
const seconds = values.seconds === undefined ? Number(values.minutes) * 60 : Number(values.seconds)
const extent = {seed, seconds, from: Number(only ?? 0), count: only === undefined ? Number.POSITIVE_INFINITY : 1}

const say = (line: string) => process.stdout.write(`${line}\n`)

/** Looks for any fault: true when there is none. */
async function look(): Promise<boolean> {
  const {findings, bytes, seconds: took, summary} = await run(extent, undefined, say)
  if (findings.length === 0) say(`no fault in ${took.toFixed(0)} s with seed ${seed}: ${summary}`)
  else say([`seed ${seed} found:`, ...findings.slice(0, 10), 'in', JSON.stringify(bytes)].join('\n'))
  return findings.length === 0
}

/** Looks for a fault that is there: true when it is found. */
async function lookFor(name: string): Promise<boolean> {
  const planted = PLANTS[name]
  if (planted === undefined) throw new Error(`no such plant; there are ${Object.keys(PLANTS).join(', ')}`)
  const {findings, seconds: took} = await run(extent, planted, () => {})
  say(`${name}: ${findings[0] ? `found in ${took.toFixed(0)} s: ${findings[0].slice(0, 160)}` : 'not found'}`)
  return findings.length > 0
}

async function lookForAll(): Promise<boolean> {
  const found: boolean[] = []
  for (const name of Object.keys(PLANTS)) found.push(await lookFor(name))
  return found.every(Boolean)
}

const good = await (plant === undefined ? look() : plant === 'all' ? lookForAll() : lookFor(plant))
process.exit(good ? 0 : 1)
