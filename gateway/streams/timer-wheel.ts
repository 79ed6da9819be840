import type {Cancel, Clock} from '../common/clock.js'

/** Something that is looked at now and then. The links belong to the wheel. */
export interface Spoke {
  wheelNext: Spoke | undefined
  wheelBefore: Spoke | undefined
  /** Looks after itself; gives the ticks until it wants to be visited again, 0: never. */
  visit(tick: number): number
}

/** Milliseconds of a tick. */
const GRAIN = 50
/** Ticks by which a turn is late when the process was held up: by a pause of its machine, or by work. */
const HELD_UP = 10
/** Ticks of one turn; who waits longer is asked again after a turn. */
const SLOTS = 512

/**
 * Visits many streams with one timer, which runs while there is one to visit. What happens to a
 * stream meanwhile moves nothing here: at its visit it says how long it can still wait. Time in which
 * the process was held up does not count: nobody was silent who was not heard. Scope: process.
 */
export class TimerWheel {
  /** Time in ticks, as of the latest look at the clock. */
  tick: number
  readonly #clock: Clock
  readonly #slots: Spoke[] = []
  /** Ticks that do not count. */
  #missed = 0
  #size = 0
  #cancel: Cancel | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.tick = this.#now()
    for (let i = 0; i < SLOTS; i++) this.#slots.push(ring())
  }

  /** Milliseconds as ticks, rounded up; at least 1. */
  ticks(ms: number): number {
    return Math.max(1, Math.ceil(ms / GRAIN))
  }

  /** Ticks as milliseconds. */
  ms(ticks: number): number {
    return ticks * GRAIN
  }

  /** Visits a spoke after so many ticks, and not when it was to be visited before. */
  arm(spoke: Spoke, ticks: number): void {
    if (this.#size === 0) this.#start()
    this.disarm(spoke)
    this.#size++
    const head = this.#slots[(this.tick + Math.min(Math.max(ticks, 1), SLOTS - 1)) % SLOTS] ?? ring()
    spoke.wheelNext = head
    spoke.wheelBefore = head.wheelBefore
    if (head.wheelBefore) head.wheelBefore.wheelNext = spoke
    head.wheelBefore = spoke
  }

  /** Does not visit it any more. */
  disarm(spoke: Spoke): void {
    const {wheelNext, wheelBefore} = spoke
    if (!wheelNext || !wheelBefore) return
    wheelNext.wheelBefore = wheelBefore
    wheelBefore.wheelNext = wheelNext
    spoke.wheelNext = undefined
    spoke.wheelBefore = undefined
    this.#size--
  }

  #start(): void {
    if (this.#cancel) return
    this.tick = this.#now()
    this.#wait()
  }

  #wait(): void {
    this.#cancel = this.#clock.after(GRAIN, () => this.#turn())
  }

  #now(): number {
    return Math.floor(this.#clock.now() / GRAIN) - this.#missed
  }

  /** Visits every slot that has passed. */
  #turn(): void {
    const late = this.#now() - this.tick - 1
    if (late > HELD_UP) this.#missed += late
    const now = this.#now()
    for (let tick = this.tick + 1; tick <= now; tick++) {
      this.tick = tick
      this.#visitSlot(tick, now)
    }
    this.#cancel = undefined
    if (this.#size > 0) this.#wait()
  }

  #visitSlot(tick: number, now: number): void {
    const head = this.#slots[tick % SLOTS]
    // Whoever is armed anew meanwhile stands in another slot, or behind a whole turn.
    const last = head?.wheelBefore
    if (!head || last === head) return
    const due: Spoke[] = []
    for (let spoke = head.wheelNext; spoke && spoke !== head; spoke = spoke.wheelNext) due.push(spoke)
    for (const spoke of due) {
      if (spoke.wheelNext === undefined) continue
      this.disarm(spoke)
      const ticks = spoke.visit(now)
      if (ticks > 0) this.arm(spoke, ticks)
    }
  }
}

/** The head of a slot: a list that begins and ends with itself. */
function ring(): Spoke {
  const head: Spoke = {wheelNext: undefined, wheelBefore: undefined, visit: () => 0}
  head.wheelNext = head
  head.wheelBefore = head
  return head
}
