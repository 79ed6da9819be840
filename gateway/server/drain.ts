import type {Clock} from '../common/clock.js'
import type {Settings} from '../site/settings.js'
import type {Front} from './front/front.js'
import type {Parts} from './live/go-live.js'

/**
 * Lets a front end come to its end: for `gateway.drain.delay` it still accepts, so that balancers
 * see `/readyz` fail; then for `gateway.drain.timeout` streams whose clients will come back end one
 * after the other, and others to their own end. What is left is for the caller to break off. The log tells at
 * once what is waited for, and how long at the most.
 */
export async function drainFront(front: Front, {streams, log}: Parts, settings: Settings, clock: Clock): Promise<void> {
  const delay = settings['gateway.drain.delay']
  const timeout = settings['gateway.drain.timeout']
  const open = `${streams.count} ${streams.count === 1 ? 'stream' : 'streams'}`
  log.info(`draining ${open}: accepts for ${delay / 1000} s more, then waits up to ${timeout / 1000} s`)
  await pause(delay, clock)
  front.stop()
  await Promise.race([Promise.all([streams.drain(timeout), front.closed]), pause(timeout, clock)])
}

function pause(ms: number, clock: Clock): Promise<void> {
  return new Promise(resolve => clock.after(ms, resolve))
}
