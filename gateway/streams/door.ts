import type {Cancel, Clock} from '../common/clock.js'
import type {Gone} from '../pipeline/exchange.js'

/** How long somebody waits, and what becomes of it then. */
export interface Patience {
  readonly clock: Clock
  /** 0: without end. */
  readonly ms: number
  late(): Error
}

interface Waiter {
  enter(): void
  refuse(error: Error): void
}

/** Lets in as many at a time as there is room for; the others wait in their order. Scope: its owner's. */
export class Door {
  room: number
  #inside = 0
  readonly #waiting = new Set<Waiter>()

  constructor(room: number) {
    this.room = room
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** How many are inside. */
  get inside(): number {
    return this.#inside
  }

  /** Resolves with one's turn, undefined: it is now. Rejects when the client left, or as patience says. */
  enter(gone: Gone, patience?: Patience): Promise<void> | undefined {
    if (this.#inside >= this.room) return this.#wait(gone, patience)
    this.#inside++
    return undefined
  }

  /** What is free goes to those that wait. */
  leave(): void {
    this.#inside--
    for (const waiter of this.#waiting) {
      if (this.#inside >= this.room) break
      this.#waiting.delete(waiter)
      this.#inside++
      waiter.enter()
    }
  }

  /** Those that wait are let in no more. */
  refuseAll(error: Error): void {
    const refused = [...this.#waiting]
    this.#waiting.clear()
    for (const waiter of refused) waiter.refuse(error)
  }

  #wait(gone: Gone, patience?: Patience): Promise<void> {
    return new Promise((resolve, reject) => {
      const forget: Cancel[] = []
      const over = (then: () => void) => {
        this.#waiting.delete(waiter)
        for (const each of forget) each()
        then()
      }
      const waiter: Waiter = {enter: () => over(resolve), refuse: error => over(() => reject(error))}
      this.#waiting.add(waiter)
      if (patience && patience.ms > 0)
        forget.push(patience.clock.after(patience.ms, () => waiter.refuse(patience.late())))
      forget.push(gone.on(() => waiter.refuse(new Error('the client left'))))
    })
  }
}
