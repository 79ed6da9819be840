import type {Wholeness} from '../sse/id-order.js'

/**
 * How it ended that a stream was to go on: with what is known of it; with an answer that the client
 * is to meet itself; or not at all.
 */
export type ResumeOutcome = Wholeness | 'answered' | 'failed'

/** One stream whose service was lost. */
export interface ResumeRecord {
  readonly outcome: ResumeOutcome
  /** Of the exchange. */
  readonly id: string
  readonly topology: string
  readonly service: string
  readonly client: string
  readonly user: string
  /** URLs of the endpoint that was lost, and of the one asked last. */
  readonly from: string
  readonly to: string
  /** Why it was lost. */
  readonly cause: string
  /** Counted from 1. */
  readonly attempts: number
  /** Milliseconds from the loss to the head of the stream that went on, or to the last failure. */
  readonly ms: number
  /** Events that came again and were not given again. */
  readonly skipped: number
}

/** Counts what became of lost streams, and tells of each. Scope: process. */
export class Resumes {
  readonly counts: Record<ResumeOutcome, number> = {whole: 0, unverified: 0, gap: 0, answered: 0, failed: 0}
  readonly #tell: (record: ResumeRecord) => void

  constructor(tell: (record: ResumeRecord) => void = () => {}) {
    this.#tell = tell
  }

  add(record: ResumeRecord): void {
    this.counts[record.outcome]++
    this.#tell(record)
  }
}
