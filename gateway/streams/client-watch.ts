/** Finds out that a client takes nothing, or is given nothing. Scope: one stream. */
export class ClientWatch {
  /** Tick since when nothing was taken while bytes wait; 0: none wait. */
  #stalled = 0
  #taken = 0
  #given = -1
  /** Tick when that was given, at the latest. */
  #givenAt = 0

  /** Ticks until it wants to look again; 0: bytes have waited for `limit` ticks and none was taken. */
  look(given: number, waiting: number, limit: number, tick: number): number {
    const taken = given - waiting
    if (waiting === 0) this.#stalled = 0
    else if (this.#stalled === 0 || taken > this.#taken) this.#stalled = tick
    this.#taken = taken
    if (this.#stalled === 0) return limit
    return Math.max(0, Math.min(limit >> 2, this.#stalled + limit - tick))
  }

  /** Tick since when nothing was given, where `received` is the tick of the last bytes that may have been. */
  quietSince(given: number, received: number): number {
    if (given !== this.#given) this.#givenAt = received
    this.#given = given
    return this.#givenAt
  }
}
