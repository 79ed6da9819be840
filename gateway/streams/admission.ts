import type {Gone} from '../pipeline/exchange.js'
import {Door} from './door.js'

/** Requests of streams that go on which an endpoint is asked at a time, before their response heads: at first, and at most. */
const ROOM_FIRST = 32
const ROOM_MOST = 256

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
    const turn = door.enter(gone)
    if (turn !== undefined) await turn
    try {
      const answer = await ask()
      door.room = Math.min(door.room + 1, ROOM_MOST)
      return answer
    } catch (error) {
      if (error instanceof Error && !gone.is) door.refuseAll(error)
      throw error
    } finally {
      door.leave()
      if (door.inside === 0) this.#doors.delete(endpoint)
    }
  }

  #door(endpoint: string): Door {
    const known = this.#doors.get(endpoint)
    if (known) return known
    const door = new Door(ROOM_FIRST)
    this.#doors.set(endpoint, door)
    return door
  }
}
