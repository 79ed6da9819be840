/** How one stream of a service came to its end, as the service knows it; `closed`: by the gateway; `either`: it ended, and whether that arrived is open. */
export type LegState = 'open' | 'ended' | 'lost' | 'either' | 'closed'

/** One stream that a service sends. */
export interface Leg {
  /** The first event that it sends. */
  readonly from: number
  readonly state: LegState
  /** Milliseconds, at most, between two writes that the gateway was ready to take. */
  readonly silence: number
  /** How far it is, for those who read what was found. */
  readonly standing: string
}

/** What services know of one connection of a client. */
export interface Trail {
  readonly legs: Leg[]
  /** Statuses, other than those of streams; 0: a response that was none. */
  readonly answers: number[]
}

/** What services did for whom: by the token of a client's connection. */
export class Ledger {
  readonly #trails = new Map<string, Trail>()

  of(token: string): Trail {
    const known = this.#trails.get(token)
    if (known) return known
    const trail: Trail = {legs: [], answers: []}
    this.#trails.set(token, trail)
    return trail
  }

  /** Forgets connections that are over, but for those whose streams are still open. */
  prune(connected: ReadonlySet<string>): void {
    for (const [token, {legs}] of this.#trails)
      if (!connected.has(token) && legs.every(({state}) => state !== 'open')) this.#trails.delete(token)
  }

  /** How many streams are open for whom. */
  get open(): ReadonlyMap<string, number> {
    const counts = [...this.#trails].map(
      ([token, {legs}]) => [token, legs.filter(({state}) => state === 'open').length] as const,
    )
    return new Map(counts.filter(([, count]) => count > 0))
  }
}
