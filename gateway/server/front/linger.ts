import type {ServerResponse} from 'node:http'
import type {Clock} from '../../common/clock.js'

/** Milliseconds for which a body is read on that nobody wants. */
const LINGER = 2000

/** Responses that are written, and only wait for the rest of their requests. */
const lingering = new WeakSet<ServerResponse>()

/** Whether all of a response is written, though it has not ended. */
export const isLingering = (res: ServerResponse): boolean => lingering.has(res)

/**
 * Ends a response that is the connection's last while its request still comes in. Closing with bytes
 * unread would reset the connection, and the client lose the answer (RFC 9112 §9.6): so they are
 * read and thrown away, for a while.
 */
export function endLingering(res: ServerResponse, clock: Clock): void {
  const {req} = res
  lingering.add(res)
  const cancel = clock.after(LINGER, () => res.end())
  req.removeAllListeners('data')
  req.on('end', () => res.end())
  req.on('close', cancel)
  req.resume()
}
