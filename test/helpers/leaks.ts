import type {TestFn} from 'ava'
import {openKinds} from './open-resources.js'

/** Rounds of the event loop that closing sockets are given. */
const ROUNDS = 200

/**
 * Fails the file's last hook when sockets, servers or timers are open that were not when its tests
 * began. Call it before other hooks are set: what they close is closed before it looks.
 */
export function assertNoLeaks(test: TestFn): void {
  let before: Readonly<Record<string, number>> = {}
  test.before('what is open before', () => {
    before = counted()
  })
  test.after.always('nothing is left open', async t => {
    let more = added(before)
    for (let round = 0; more.length > 0 && round < ROUNDS; round++) {
      await new Promise(resolve => setImmediate(resolve))
      more = added(before)
    }
    t.deepEqual(more, [])
  })
}

function counted(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const kind of openKinds()) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

function added(before: Readonly<Record<string, number>>): string[] {
  return Object.entries(counted())
    .filter(([kind, count]) => count > (before[kind] ?? 0))
    .map(([kind, count]) => `${kind}: ${count - (before[kind] ?? 0)} more`)
}
