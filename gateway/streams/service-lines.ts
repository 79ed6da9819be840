import type {Clock} from '../common/clock.js'
import type {AdmissionPolicy} from '../pipeline/dispatch-plan.js'
import type {ExchangeNotes, Gone} from '../pipeline/exchange.js'
import {Door} from './door.js'

const neverLate = () => new Error('waited for too long')

type Place = Pick<ExchangeNotes, 'topology' | 'service'>

/**
 * Lets a service be asked by so many requests at a time, from when they are sent to their response heads; others wait
 * in line. Scope: process.
 */
export class ServiceLines {
  readonly #clock: Clock
  readonly #doors = new Map<string, Door>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether nobody may even wait. */
  isFull({topology, service}: Place, {max, queue}: AdmissionPolicy): boolean {
    const door = this.#doors.get(`${topology} ${service}`)
    return door !== undefined && door.inside >= max && door.waiting >= queue
  }

  /** Resolves when `ask` has; rejects with what it rejects with, or with `late` after having waited too long. */
  async run<T>(place: Place, policy: AdmissionPolicy, gone: Gone, ask: () => Promise<T>, late = neverLate): Promise<T> {
    const key = `${place.topology} ${place.service}`
    const door = this.#doors.get(key) ?? new Door(policy.max)
    this.#doors.set(key, door)
    door.room = policy.max
    const turn = door.enter(gone, {clock: this.#clock, ms: policy.timeout, late})
    if (turn !== undefined) await turn
    try {
      return await ask()
    } finally {
      door.leave()
      if (door.inside === 0) this.#doors.delete(key)
    }
  }
}
