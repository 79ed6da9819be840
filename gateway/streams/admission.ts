import type {Gone} from '../pipeline/exchange.js'

/** Requests of streams that go on which an endpoint is asked at a time, before their response heads: at first, and at most. */
const ROOM_FIRST = 32
const ROOM_MOST = 256

interface Door {
  inside: number
  room: number
  readonly waiting: Set<Waiter>
}

interface Waiter {
  enter(): void
  refuse(error: Error): void
}

/**
 * Lets streams that go on ask an endpoint a few at a time: when one is lost all of its streams come
 * at once. Each answer makes room for one more, so that the endpoint sets the pace, as in the slow
 * start of TCP (RFC 5681 §3.1). Once it fails one of them, those that wait are refused with it, since they would
 * fail as well, each only later. Scope: process.
 */
export class Admission {
  readonly #doors = new Map<string, Door>()

  /** Resolves when `ask` has; rejects with what it rejects with, or what it rejected with for one before. */
  async run<T>(endpoint: string, gone: Gone, ask: () => Promise<T>): Promise<T> {
    const door = this.#door(endpoint)
    if (door.inside >= door.room) await wait(door, gone)
    else door.inside++
    try {
      const answer = await ask()
      door.room = Math.min(door.room + 1, ROOM_MOST)
      return answer
    } catch (error) {
      if (error instanceof Error && !gone.is) refuseAll(door, error)
      throw error
    } finally {
      this.#leave(endpoint, door)
    }
  }

  #door(endpoint: string): Door {
    const known = this.#doors.get(endpoint)
    if (known) return known
    const door = {inside: 0, room: ROOM_FIRST, waiting: new Set<Waiter>()}
    this.#doors.set(endpoint, door)
    return door
  }

  /** What is free goes to those that wait. */
  #leave(endpoint: string, door: Door): void {
    door.inside--
    for (const waiter of door.waiting) {
      if (door.inside >= door.room) break
      door.waiting.delete(waiter)
      door.inside++
      waiter.enter()
    }
    if (door.inside === 0) this.#doors.delete(endpoint)
  }
}

function wait(door: Door, gone: Gone): Promise<void> {
  return new Promise((resolve, reject) => {
    const waiter: Waiter = {
      enter() {
        forget()
        resolve()
      },
      refuse(error) {
        forget()
        reject(error)
      },
    }
    door.waiting.add(waiter)
    const forget = gone.on(() => {
      door.waiting.delete(waiter)
      reject(new Error('the client left'))
    })
  })
}

function refuseAll({waiting}: Door, error: Error): void {
  const refused = [...waiting]
  waiting.clear()
  for (const waiter of refused) waiter.refuse(error)
}
