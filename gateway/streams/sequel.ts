import type {Body} from '../http/body.js'
import type {IdOrder, Wholeness} from '../sse/id-order.js'

/** One stream of a service: its bytes, and how to break it off while they flow. */
export interface Source {
  readonly body: Body
  stop(): void
}

/** How a stream whose service was lost goes on. Scope: one stream. */
export interface Sequel {
  readonly order: IdOrder
  /** How a known gap is told. */
  readonly gap: 'none' | 'event' | 'end'
  /**
   * Asks for what comes after an event ID; empty: from the beginning. Resolves with undefined when
   * the service gave an answer that the client is to meet itself. Rejects when nobody goes on.
   */
  ask(lastEventId: string, error: Error): Promise<Source | undefined>
  /** A new event came: what was tried in vain is forgotten. */
  wentOn(): void
  /** Told once for each stream that went on: what is known of it, and how many events were not given again. */
  tell(wholeness: Wholeness, skipped: number): void
}
