import {bytesInUse} from '../helpers/bytes-in-use.js'
import type {World} from './world.js'

/** Looks, of 20 ms or, where the machine is busy, more, in which clients get what there is, once nothing is wrong any more. */
const CATCH_UP = 750
/** Looks after which nothing is left of what is over. */
const TIDY = 250
const LOOK = 20

/** Heals everything, then looks whether all have what there is, and whether nothing is left over. */
export async function calmDown(world: World): Promise<void> {
  for (const service of world.services) await service.start()
  for (const topology of world.topologies) world.write(topology)
  world.fill()
  const goals = world.clients.map(client => ({client, newest: client.history.newest}))
  const behind = () =>
    goals.filter(({client, newest}) => client.lacks(newest)).map(({client, newest}) => client.standing(newest))
  await untilNone(world, 'have not got what there is', behind, CATCH_UP)
  await untilNone(world, 'is not served', () =>
    world.topologies.flatMap(({name}) => (world.gateway.serves(name) ? [] : [name])),
  )
  // Nothing but the gateway ends the streams of these now.
  for (const [i, client] of world.clients.entries()) if (i % 2 === 0) client.leave(false)
  world.fill()
  await untilNone(world, 'service streams that nobody, or one other, reads', () => strayStreams(world))
  world.ledger.prune(new Set(world.clients.map(({token}) => token)))
}

/** Stops the gateway; then none of its sockets and timers may be left. Gives the bytes that are in use. */
export async function emptied(world: World, how: 'drain' | 'crash'): Promise<number> {
  const {gateway, services} = world
  await gateway.stop(how)
  await untilNone(world, 'sockets are left', () =>
    services.flatMap(({sockets, url}) => (sockets.size > 0 ? [`${sockets.size} to ${url}`] : [])),
  )
  await untilNone(world, 'timers are left', () => (gateway.clock.pending > 0 ? [`${gateway.clock.pending}`] : []))
  world.findings.push(...gateway.complaints.splice(0))
  return bytesInUse()
}

function strayStreams({clients, ledger}: World): string[] {
  const reading = new Set(clients.map(({token}) => token))
  return [...ledger.open]
    .filter(([token, count]) => count > 1 || !reading.has(token))
    .map(([token, count]) => `${count} of ${token}`)
}

async function untilNone(world: World, what: string, look: () => readonly string[], patience = TIDY): Promise<void> {
  for (let looks = 0, left = look(); left.length > 0; looks++, left = look()) {
    if (world.findings.length > 0) return
    if (looks > patience) return world.find(undefined, `${what}: ${left.join('; ')}`)
    await new Promise(resolve => setTimeout(resolve, LOOK))
  }
}
