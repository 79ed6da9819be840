import type {Random} from '../helpers/random.js'
import type {Mood} from './service.js'
import {topologyText} from './topologies.js'
import type {World} from './world.js'

/** Something that happens to a world. */
export interface Step {
  /** Milliseconds after the one before. */
  readonly after: number
  readonly name: string
  perform(world: World): Promise<void> | void
}

type Action = (random: Random) => Omit<Step, 'after'>

/** To one of the services. */
const toService =
  (name: string, act: (service: World['services'][number], random: Random) => Promise<void> | void): Action =>
  random => {
    const at = random.int(0, 2)
    const own = random.fork(`step ${random.next()}`)
    return {
      name: `service ${at} ${name}`,
      perform: world => {
        const service = world.services[at]
        return service && act(service, own)
      },
    }
  }

const mood = (to: Mood) =>
  toService(`is ${to}`, service => {
    service.mood = to
  })

/** To one of the topologies. */
const toTopology =
  (name: string, act: (world: World, at: World['topologies'][number], random: Random) => void): Action =>
  random => {
    const at = random.int(0, 3)
    const own = random.fork(`step ${random.next()}`)
    return {
      name: `topology ${at} ${name}`,
      perform: world => {
        const topology = world.topologies[at]
        if (topology && world.gateway.serves(topology.name)) act(world, topology, own)
      },
    }
  }

const changed = toTopology('has other params, its URLs in another order', (world, topology, random) => {
  const urls = world.services.map(({url}) => url).sort(() => random.next() - 0.5)
  world.write(
    topology,
    topologyText(topology, topology.ha ? urls : urls.sort(), {'sse.retry': `${random.int(100, 200)}ms`}),
  )
})

const restarted =
  (how: 'drain' | 'crash'): Action =>
  random => {
    const down = random.int(0, 800)
    return {
      name: `gateway: ${how}, and a start after ${down} ms`,
      async perform({gateway}) {
        await gateway.stop(how)
        await new Promise(resolve => setTimeout(resolve, down))
        await gateway.start()
      },
    }
  }

const everybody: Action = random => {
  const share = random.next()
  const own = random.fork(`step ${share}`)
  return {
    name: `each client leaves by a chance of ${share.toFixed(2)}, half of these for good`,
    perform(world) {
      for (const client of world.clients) if (!client.isGone && own.chance(share)) client.leave(own.chance(0.5))
      world.fill()
    },
  }
}

/** What may happen, the more often the more often it stands here. */
const ACTIONS: readonly [Action, ...Action[]] = [
  toService('is killed', (service, random) => service.kill(random.chance(0.5))),
  toService('is killed', (service, random) => service.kill(random.chance(0.5))),
  toService('breaks all connections off', (service, random) => service.breakOff(random.chance(0.5))),
  toService('tears an event and breaks off', (service, random) => service.tear(random.chance(0.5))),
  toService('tears an event and breaks off', (service, random) => service.tear(random.chance(0.5))),
  toService('ends all streams properly', service => service.end()),
  toService('is back', service => service.start()),
  toService('is back', service => service.start()),
  toService('is back', service => service.start()),
  toService('is back', service => service.start()),
  mood('stalled'),
  mood('stalled'),
  mood('failing'),
  mood('answering'),
  mood('wrong-type'),
  mood('malformed'),
  changed,
  changed,
  toTopology('is not well-formed', (world, topology) => world.write(topology, '<topology><gateway>')),
  toTopology('is removed', (world, topology) => world.remove(topology)),
  toTopology('is as it was', (world, topology) => world.write(topology)),
  restarted('drain'),
  restarted('crash'),
  everybody,
]

/** What happens in a round: decided before, so that it hangs on the seed alone. */
export function stormOf(random: Random): readonly Step[] {
  const count = random.int(6, 14)
  return Array.from({length: count}, () => ({after: random.int(50, 1100), ...random.pick(ACTIONS)(random)}))
}
