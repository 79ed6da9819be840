import type {Cancel, Clock} from '../../common/clock.js'
import type {Log} from '../../common/log.js'

/** For how long those that follow are counted, in seconds. */
const COUNTED = 10

/**
 * Tells which connections of HTTP/2 were ended for what came on them: for each cause the first, and of those that follow how
 * many they were, so that a flood of connections is none of lines. Scope: one front end.
 */
export class EndedLog {
  readonly #log: Log
  readonly #clock: Clock
  readonly #counting = new Map<string, {more: number; readonly cancel: Cancel}>()

  constructor(log: Log, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  tell(client: string, cause: string): void {
    const counting = this.#counting.get(cause)
    if (counting) {
      counting.more++
      return
    }
    this.#log.warn('a connection of HTTP/2 was ended', {client, cause})
    const cancel = this.#clock.after(COUNTED * 1000, () => this.#sum(cause))
    this.#counting.set(cause, {more: 0, cancel})
  }

  /** Tells what was counted. */
  end(): void {
    for (const cause of this.#counting.keys()) this.#sum(cause)
  }

  #sum(cause: string): void {
    const counting = this.#counting.get(cause)
    this.#counting.delete(cause)
    counting?.cancel()
    if (counting?.more) this.#log.warn('more connections of HTTP/2 were ended', {count: counting.more, cause})
  }
}
