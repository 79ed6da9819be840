import type {Socket} from 'node:net'
import type {Clock} from '../../common/clock.js'

/** How many are held at a time; the first of them goes first. */
const MOST = 256

/**
 * Connections that were broken off, and whose clients are not told yet: nothing of them is read, so that who floods waits on
 * them, where he would come back at once and begin anew. Scope: one front end. Source: HAProxy, `tarpit`.
 */
export class HeldSockets {
  readonly #clock: Clock
  readonly #held = new Set<Socket>()
  #stopped = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Holds a socket for so many ms, on which nobody listens any more; false: it does not. */
  take(socket: Socket, ms: number): boolean {
    if (this.#stopped || ms === 0) return false
    const cancel = this.#clock.after(ms, () => socket.destroy())
    this.#held.add(socket.pause())
    socket.once('close', () => {
      cancel()
      this.#held.delete(socket)
    })
    const [first] = this.#held
    if (this.#held.size > MOST) first?.destroy()
    return true
  }

  /** Lets go of all, and holds none from now on. */
  stop(): void {
    this.#stopped = true
    for (const socket of this.#held) socket.destroy()
  }
}
