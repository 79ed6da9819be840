import type {Wholeness} from '../sse/id-order.js'
import type {Figures} from './figures.js'

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

/** Counts what became of lost streams where they were to go on, and tells of each. Scope: process. */
export class Resumes {
  readonly #figures: Figures
  readonly #tell: (record: ResumeRecord) => void

  constructor(figures: Figures, tell: (record: ResumeRecord) => void) {
    this.#figures = figures
    this.#tell = tell
  }

  add(record: ResumeRecord): void {
    const {topology, service, to, outcome, skipped} = record
    const figures = this.#figures.of({topology, service, endpoint: to})
    figures.resumes[outcome]++
    figures.eventsIn += skipped
    this.#tell(record)
  }
}
