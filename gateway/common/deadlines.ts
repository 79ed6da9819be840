import type {Cancel, Clock} from './clock.js'

/** Something that may come too late. */
export interface Timed {
  /** Of the clock; Infinity: never. At first so; then set by the watch alone. */
  deadline: number
  /** Place among the watched; -1: not watched. At first so; then set by the watch alone. */
  slot: number
  /** Called once the deadline has passed; it is then disarmed. */
  late(): void
}

/** How late a deadline may be noticed, in ms. */
const GRAIN = 50

/**
 * Watches many deadlines with one timer, so that one that moves costs nothing but a number: the
 * timer waits for the earliest it knew and then looks again. Scope: its holder.
 */
export class Deadlines {
  readonly #clock: Clock
  /** In no order. A Set that each request enters and leaves costs 5 µs a request in garbage collection. */
  readonly #watched: Timed[] = []
  #next = Number.POSITIVE_INFINITY
  #cancel: Cancel | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls `item.late` after `ms`, unless it is armed anew or disarmed before; 0: never. */
  arm(item: Timed, ms: number): void {
    if (ms <= 0) {
      item.deadline = Number.POSITIVE_INFINITY
      return
    }
    if (item.slot < 0) item.slot = this.#watched.push(item) - 1
    const now = this.#clock.now()
    item.deadline = now + ms
    if (item.deadline < this.#next) this.#wakeAfter(Math.max(ms, GRAIN), now)
  }

  /** Lets a deadline rest; it may be armed again. */
  disarm(item: Timed): void {
    item.deadline = Number.POSITIVE_INFINITY
  }

  /** Forgets an item for good. */
  delete(item: Timed): void {
    item.deadline = Number.POSITIVE_INFINITY
    if (item.slot < 0) return
    const last = this.#watched.pop()
    if (last !== undefined && last !== item) {
      this.#watched[item.slot] = last
      last.slot = item.slot
    }
    item.slot = -1
  }

  /** Forgets all. */
  clear(): void {
    for (const item of this.#watched.splice(0)) item.slot = -1
    this.#cancel?.()
    this.#next = Number.POSITIVE_INFINITY
  }

  #wakeAfter(ms: number, now: number): void {
    this.#cancel?.()
    this.#next = now + ms
    this.#cancel = this.#clock.after(ms, () => this.#look())
  }

  #look(): void {
    const now = this.#clock.now()
    const late: Timed[] = []
    let earliest = Number.POSITIVE_INFINITY
    for (const item of this.#watched) {
      if (item.deadline <= now) late.push(item)
      else if (item.deadline < earliest) earliest = item.deadline
    }
    this.#cancel = undefined
    this.#next = Number.POSITIVE_INFINITY
    if (earliest < Number.POSITIVE_INFINITY) this.#wakeAfter(Math.max(earliest - now, GRAIN), now)
    for (const item of late) {
      this.delete(item)
      item.late()
    }
  }
}
