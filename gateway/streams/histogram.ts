/** Upper bounds in milliseconds, the last one open. */
const BOUNDS: readonly number[] = [10, 50, 250, 1000, 5000, 15_000, 60_000, 300_000]

/** A histogram as it is told. */
export interface HistogramRecord {
  readonly count: number
  /** Milliseconds. */
  readonly sum: number
  /** How many were no longer than so many milliseconds, `+Inf`: all of them. */
  readonly atMost: Readonly<Record<string, number>>
}

/** Lengths of time, counted in a few fixed buckets. Scope: process. */
export class Histogram {
  readonly #counts: number[] = [...BOUNDS, 0].fill(0)
  #sum = 0

  /** Counts one or several of that length, in milliseconds. */
  add(ms: number, times = 1): void {
    let at = 0
    while (at < BOUNDS.length && ms > (BOUNDS[at] ?? 0)) at++
    this.#counts[at] = (this.#counts[at] ?? 0) + times
    this.#sum += ms * times
  }

  record(): HistogramRecord {
    let count = 0
    const atMost = Object.fromEntries(
      this.#counts.map((inBucket, i) => {
        count += inBucket
        return [BOUNDS[i] ?? '+Inf', count]
      }),
    )
    return {count, sum: Math.round(this.#sum), atMost}
  }
}
