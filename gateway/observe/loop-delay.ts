import {type IntervalHistogram, monitorEventLoopDelay} from 'node:perf_hooks'
import type {Cancel, Clock} from '../common/clock.js'

/** How late the event loop was in the last half minute to minute; milliseconds. */
export interface LoopDelayRecord {
  readonly median: number
  readonly p99: number
  readonly max: number
}

/** Milliseconds between two looks. */
const RESOLUTION = 20
/** Milliseconds after which what was seen is old. */
const SPAN = 30_000

/** Watches how late the event loop is: what a busy process costs every stream. Scope: process. */
export class LoopDelay {
  #now = started()
  #before = this.#now
  #cancel: Cancel
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
    this.#cancel = clock.after(SPAN, () => this.#turn())
  }

  record(): LoopDelayRecord {
    const longest = (of: (histogram: IntervalHistogram) => number) => late(Math.max(of(this.#now), of(this.#before)))
    return {
      median: longest(histogram => histogram.percentile(50)),
      p99: longest(histogram => histogram.percentile(99)),
      max: longest(histogram => histogram.max),
    }
  }

  close(): void {
    this.#cancel()
    this.#now.disable()
  }

  #turn(): void {
    this.#now.disable()
    this.#before = this.#now
    this.#now = started()
    this.#cancel = this.#clock.after(SPAN, () => this.#turn())
  }
}

function started(): IntervalHistogram {
  const histogram = monitorEventLoopDelay({resolution: RESOLUTION})
  histogram.enable()
  return histogram
}

/** Nanoseconds between two looks as milliseconds of delay, to the tenth. */
const late = (nanoseconds: number) => Math.max(0, Math.round((nanoseconds / 1e6 - RESOLUTION) * 10) / 10)
