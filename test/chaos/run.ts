import {openResources, settled} from '../helpers/open-resources.js'
import {Random} from '../helpers/random.js'
import {stormOf} from './actions.js'
import {calmDown, emptied} from './calm.js'
import type {Plant} from './plants.js'
import {World} from './world.js'

/** What a run came to. */
export interface Outcome {
  /** Empty: no fault. */
  readonly findings: readonly string[]
  /** What was done last. */
  readonly steps: readonly string[]
  readonly seconds: number
  readonly summary: string
}

/** Bytes by which memory may have grown: what the runtime keeps. */
const GROWTH = 8 * 1024 ** 2
/** Rounds of which the one counts that ended with least: what clients have not read yet comes and goes. */
const ROUNDS = 3

/** Storm and calm in turns, until the time is over or a fault is found. */
export async function run(
  seed: number,
  seconds: number,
  plant: Plant | undefined,
  tell: (line: string) => void,
): Promise<Outcome> {
  const began = performance.now()
  const passed = () => (performance.now() - began) / 1000
  const random = new Random(seed)
  const world = new World(random, plant)
  const before = openResources()
  process.on('uncaughtException', error => world.find(undefined, `uncaught: ${error.stack}`))
  await world.start()
  const memory: number[] = []
  for (let round = 1; world.findings.length === 0 && (round === 1 || passed() < seconds); round++) {
    await storm(world, random.fork(`round ${round}`))
    await calmDown(world)
    if (world.findings.length > 0) break
    memory.push(await emptied(world, round % 2 === 0 ? 'drain' : 'crash'))
    await world.gateway.start()
    tell(
      `round ${round}: ${world.events} events, ${Math.round((memory.at(-1) ?? 0) / 1024 ** 2)} MiB, lost streams ${JSON.stringify(world.gateway.resumes)}`,
    )
  }
  const grown = Math.min(...memory.slice(-ROUNDS)) - Math.min(...memory.slice(0, ROUNDS))
  if (grown > GROWTH) world.find(undefined, `memory grew by ${grown} bytes`)
  await world.close()
  process.removeAllListeners('uncaughtException')
  await settled(before).catch((error: Error) => world.find(undefined, error.message))
  const {findings, steps, events} = world
  return {
    findings,
    steps,
    seconds: passed(),
    summary: `${events} events, lost streams ${JSON.stringify(world.gateway.resumes)}`,
  }
}

async function storm(world: World, random: Random): Promise<void> {
  for (const {after, name, perform} of stormOf(random)) {
    await new Promise(resolve => setTimeout(resolve, after))
    if (world.findings.length > 0) return
    world.did(name)
    await perform(world)
  }
}
