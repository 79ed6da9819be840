import {parseArgs} from 'node:util'
import {PLANTS} from './plants.js'
import {run} from './run.js'

const {values} = parseArgs({
  options: {
    seed: {type: 'string', default: String(Date.now() % 1_000_000)},
    minutes: {type: 'string', default: '1'},
    seconds: {type: 'string'},
    plant: {type: 'string'},
  },
})

const say = (line: string) => process.stdout.write(`${line}\n`)

/** Looks for one planted fault, or, without one, for any. Gives whether it went as it should. */
async function look(seed: number, seconds: number, name: string | undefined): Promise<boolean> {
  const plant = name === undefined ? undefined : PLANTS[name]
  if (name !== undefined && plant === undefined)
    throw new Error(`no such plant; there are ${Object.keys(PLANTS).join(', ')}`)
  const {findings, steps, seconds: took, summary} = await run(seed, seconds, plant, plant ? () => {} : say)
  const found = findings[0]
  if (name !== undefined)
    say(`${name}: ${found ? `found in ${took.toFixed(1)} s: ${found.slice(0, 200)}` : 'not found'}`)
  else if (found === undefined) say(`no fault in ${took.toFixed(0)} s with seed ${seed}: ${summary}`)
  else say([`seed ${seed}; the last steps:`, ...steps.slice(-30), 'found:', ...findings.slice(0, 10)].join('\n'))
  return (found !== undefined) === (name !== undefined)
}

const seconds = values.seconds === undefined ? Number(values.minutes) * 60 : Number(values.seconds)
const names = values.plant === 'all' ? Object.keys(PLANTS) : [values.plant]
let good = true
for (const name of names) good = (await look(Number(values.seed), seconds, name)) && good
process.exit(good ? 0 : 1)
