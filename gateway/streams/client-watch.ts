/** Finds out that a client takes nothing. Scope: one stream. */
export class ClientWatch {
  /** Tick since when nothing was taken while bytes wait; 0: none wait. */
  #stalled = 0
  #taken = 0

  /** Ticks until it wants to look again; 0: bytes have waited for `limit` ticks and none was taken. */
  look(given: number, waiting: number, limit: number, tick: number): number {
    const taken = given - waiting
    if (waiting === 0) this.#stalled = 0
    else if (this.#stalled === 0 || taken > this.#taken) this.#stalled = tick
    this.#taken = taken
    if (this.#stalled === 0) return limit
    return Math.max(0, Math.min(limit >> 2, this.#stalled + limit - tick))
  }
}
