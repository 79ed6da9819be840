import type {Socket} from 'node:net'
import type {Clock} from '../../common/clock.js'
import type {Deadlines, Timed} from '../../common/deadlines.js'

/** Milliseconds for which what nobody wants is read, in all, and without a byte of it. Source: nginx, `lingering_time`, `lingering_timeout`. */
const LONGEST = 30_000
const SILENCE = 5000

/** When what nobody wants any more is not read any longer. */
export const lingersUntil = (clock: Clock) => clock.now() + LONGEST

/** Milliseconds to wait for more of it. */
export const lingersFor = (until: number, clock: Clock) => Math.max(1, Math.min(SILENCE, until - clock.now()))

/**
 * The end of a connection whose last answer is written: the gateway's side ends, and what still comes is thrown away.
 * Closing it with bytes unread would reset it, and the client lose its answer (RFC 9112 §9.6). Scope: one connection.
 */
export class LingeringEnd implements Timed {
  deadline = Number.POSITIVE_INFINITY
  slot = -1
  readonly #socket: Socket

  constructor(socket: Socket, deadlines: Deadlines, clock: Clock, until = lingersUntil(clock)) {
    this.#socket = socket
    const wait = () => deadlines.arm(this, lingersFor(until, clock))
    wait()
    socket
      .on('data', wait)
      .on('close', () => deadlines.delete(this))
      .resume()
      .end()
  }

  late(): void {
    this.#socket.destroy()
  }
}
