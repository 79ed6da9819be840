import type {StreamEnd} from './stream-record.js'

/** When, in ticks of the wheel, and why a stream ends before its service ends it. Scope: one stream. */
export class EndPlan {
  /** From then on it ends between two events, once its client will come back for the rest. */
  endAt = Number.POSITIVE_INFINITY
  /** Milliseconds after which its client is told to come back; 0: it is told nothing. */
  retry = 0
  why: StreamEnd = 'drain'
  /** Then it is broken off. */
  breakAt = Number.POSITIVE_INFINITY
  breakWhy: StreamEnd = 'drain'

  /** Of several times the first holds. */
  end(tick: number, retry: number, why: StreamEnd): void {
    if (this.endAt <= tick) return
    this.endAt = tick
    this.retry = retry
    this.why = why
  }

  /** The same. */
  break(tick: number, why: StreamEnd): void {
    if (this.breakAt <= tick) return
    this.breakAt = tick
    this.breakWhy = why
  }
}
