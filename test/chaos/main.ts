import {spawn} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {parseArgs} from 'node:util'
import {PLANTS} from './plants.js'
import {run} from './run.js'

// npm run chaos -- [--seed N] [--minutes M | --seconds S] [--plant NAME | --plant all]

const {values} = parseArgs({
  options: {
    seed: {type: 'string', default: String(Date.now() % 1_000_000)},
    minutes: {type: 'string', default: '1'},
    seconds: {type: 'string'},
    plant: {type: 'string'},
  },
})
const seed = Number(values.seed)
const seconds = values.seconds === undefined ? Number(values.minutes) * 60 : Number(values.seconds)

const say = (line: string) => process.stdout.write(`${line}\n`)

/** Looks for any fault: true when there is none. */
async function look(): Promise<boolean> {
  const {findings, steps, seconds: took, summary} = await run(seed, seconds, undefined, say)
  if (findings.length === 0) say(`no fault in ${took.toFixed(0)} s with seed ${seed}: ${summary}`)
  else say([`seed ${seed}; the last steps:`, ...steps.slice(-30), 'found:', ...findings.slice(0, 10)].join('\n'))
  return findings.length === 0
}

/** Looks for a fault that is there: true when it is found. */
async function lookFor(name: string): Promise<boolean> {
  const plant = PLANTS[name]
  if (plant === undefined) throw new Error(`no such plant; there are ${Object.keys(PLANTS).join(', ')}`)
  const {findings, seconds: took} = await run(seed, seconds, plant, () => {})
  say(`${name}: ${findings[0] ? `found in ${took.toFixed(0)} s: ${findings[0].slice(0, 160)}` : 'not found'}`)
  return findings.length > 0
}

/** All plants at once, each in a process of its own: they wait more than they work. */
async function lookForAll(): Promise<boolean> {
  const found = Object.keys(PLANTS).map(name => {
    const options = ['--seed', String(seed), '--seconds', String(seconds), '--plant', name]
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...options], {stdio: 'inherit'})
    return new Promise<boolean>(resolve => child.on('exit', code => resolve(code === 0)))
  })
  return (await Promise.all(found)).every(Boolean)
}

const {plant} = values
const good = await (plant === undefined ? look() : plant === 'all' ? lookForAll() : lookFor(plant))
process.exit(good ? 0 : 1)
