import type {Clock} from '../common/clock.js'
import type {Settings} from '../site/settings.js'
import type {Front} from './front/front.js'
import type {Parts} from './live/go-live.js'

/**
 * Lets a front end come to its end: for `gateway.drain.delay` it still accepts, so that balancers
 * see `/readyz` fail; then for `gateway.drain.timeout` streams whose clients will come back end one
 * after the other, and others to their own end. What is left is for the caller to break off.
 */
export async function drainFront(front: Front, {streams}: Parts, settings: Settings, clock: Clock): Promise<void> {
  await pause(settings['gateway.drain.delay'], clock)
  front.stop()
  const timeout = settings['gateway.drain.timeout']
  await Promise.race([Promise.all([streams.drain(timeout), front.closed]), pause(timeout, clock)])
}

function pause(ms: number, clock: Clock): Promise<void> {
  return new Promise(resolve => clock.after(ms, resolve))
}
