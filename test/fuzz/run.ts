import {bytesInUse} from '../helpers/bytes-in-use.js'
import {openResources, settled} from '../helpers/open-resources.js'
import {Random} from '../helpers/random.js'
import type {Plant} from './plants.js'
import {bytesOf, type Case} from './request.js'
import {shrunk} from './shrink.js'
import {World} from './world.js'

/** How long a run lasts. */
export interface Extent {
  readonly seed: number
  /** Number of the first case. */
  readonly from: number
  /** Cases; Infinity: until the time is over. */
  readonly count: number
  readonly seconds: number
}

/** What a run came to. */
export interface Outcome {
  /** Empty: no fault. */
  readonly findings: readonly string[]
  /** The bytes of the case in which the first fault was seen, made small. */
  readonly bytes: string
  readonly seconds: number
  readonly summary: string
}

/** Cases at a time. */
const AT_ONCE = 16
/** Cases after which all stands still, and memory is looked at. */
const ROUND = 4000
/** Bytes by which memory may grow: what the runtime keeps. */
const GROWTH = 8 * 1024 ** 2
/** Connections of a pool, and those that are being closed. */
const MOST_CONNECTIONS = 3 * AT_ONCE

/** Case after case, until there are enough, the time is over or a fault is found. */
export async function run(extent: Extent, plant: Plant | undefined, tell: (line: string) => void): Promise<Outcome> {
  const began = performance.now()
  const before = openResources()
  const world = new World()
  const random = new Random(extent.seed)
  const uncaught = (error: unknown) => world.find(-1, `uncaught: ${error instanceof Error ? error.stack : error}`)
  process.on('uncaughtException', uncaught).on('unhandledRejection', uncaught)
  await world.start(plant)
  const cases = await rounds(world, extent, random, tell)
  const told = world.findings.map(({index, fault}) => `${index < 0 ? '' : `case ${index}: `}${fault}`)
  const findings = [...new Set(told)]
  const bytes = await smallest(world, random)
  const {arrivals} = world
  await world.close()
  process.off('uncaughtException', uncaught).off('unhandledRejection', uncaught)
  await settled(before).catch((error: Error) => findings.push(error.message))
  const seconds = (performance.now() - began) / 1000
  return {findings, bytes, seconds, summary: `${cases} cases, ${arrivals} came to the service`}
}

/** Sends cases, some at a time, and looks at memory and connections in between. Gives how many there were. */
async function rounds(
  world: World,
  {from, count, seconds}: Extent,
  random: Random,
  tell: (line: string) => void,
): Promise<number> {
  const until = performance.now() + seconds * 1000
  const memory: number[] = []
  let next = from
  const isOver = (end: number) => next >= end || performance.now() >= until || world.findings.length > 0
  while (!isOver(from + count)) {
    const end = Math.min(from + count, next + ROUND)
    const worker = async () => {
      while (!isOver(end)) await world.send(world.case(next++, random))
    }
    await Promise.all(Array.from({length: AT_ONCE}, worker))
    memory.push(bytesInUse())
    if (world.connections > MOST_CONNECTIONS) world.find(-1, `${world.connections} connections to the service`)
    const used = Math.round((memory.at(-1) ?? 0) / 1024 ** 2)
    tell(`${next - from} cases, ${world.arrivals} came to the service, ${used} MiB`)
  }
  const grown = Math.min(...memory.slice(-3)) - Math.min(...memory.slice(1, 4))
  if (memory.length > 6 && grown > GROWTH) world.find(-1, `memory grew by ${grown} bytes`)
  return next - from
}

async function smallest(world: World, random: Random): Promise<string> {
  const [first] = world.findings
  if (first === undefined || first.index < 0) return ''
  const given = world.case(first.index, random)
  if (given.requests.some(({plain}) => plain)) return bytesOf(given)
  const isWrong = async (one: Case) => {
    world.findings.length = 0
    await world.send(one)
    return world.findings.some(({fault}) => kindOf(fault) === kindOf(first.fault))
  }
  return bytesOf(await shrunk(given, isWrong))
}

const kindOf = (fault: string) => fault.slice(0, 12)
