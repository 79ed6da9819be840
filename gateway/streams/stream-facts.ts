import type {StreamPolicy} from '../pipeline/dispatch-plan.js'
import type {Exchange} from '../pipeline/exchange.js'

/** What is known of a stream when it begins. */
export interface StreamFacts {
  readonly policy: StreamPolicy
  /** Bytes may be added: its length is not told, and it is not compressed. */
  readonly extensible: boolean
  /** The client will come back for the rest, whether it is given an id or not. */
  readonly returnable: boolean
  /** The client will come back once it is given an id. */
  readonly returnsById: boolean
  readonly exchange: Exchange
}
