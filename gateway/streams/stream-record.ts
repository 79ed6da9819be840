import type {Exchange} from '../pipeline/exchange.js'
import type {Tally} from './tally.js'

/**
 * How a stream ended. `client`: it left. `service`: it ended its response. `loss`: the service was
 * lost. `drain`: the gateway ends, or what the stream belonged to. `timeout`: `sse.max.duration`, `route.timeout`.
 * `slow`: the client took nothing. `expiry`: of what the client may. `operator`: ended by hand.
 */
export type StreamEnd = 'client' | 'service' | 'loss' | 'drain' | 'timeout' | 'slow' | 'expiry' | 'operator'

/** A count of each, all 0. */
export function noEnds(): Record<StreamEnd, number> {
  return {client: 0, service: 0, loss: 0, drain: 0, timeout: 0, slow: 0, expiry: 0, operator: 0}
}

/**
 * What a stream is at. `waiting`: its client takes no more for now. `resuming`: its service was lost,
 * and another is asked. `ending`: it ends at the next event's end, or at a time already named.
 */
export type StreamState = 'open' | 'waiting' | 'resuming' | 'ending'

/** An open stream as it is told. */
export interface StreamRecord {
  /** Of the stream; scope: process, never used again. */
  readonly id: number
  /** ID of its request, which the log names as well. */
  readonly request: string
  readonly client: string
  /** Of HTTP, with the client: `1.1`, `2.0`. */
  readonly version: string
  /** Empty: none. */
  readonly user: string
  readonly topology: string
  readonly service: string
  /** URL of the endpoint that sends it now, with its address where a name stands for several. */
  readonly endpoint: string
  /** ISO 8601. */
  readonly since: string
  /** Given to the client. */
  readonly events: number
  /** Given to the client, the gateway's own included. */
  readonly bytes: number
  /** Of what was given, or what the client brought; empty: none. */
  readonly lastEventId: string
  /** Its client will come back for the rest. */
  readonly returnable: boolean
  /** How often its service was lost and another asked. */
  readonly resumes: number
  readonly state: StreamState
}

/** What only the stream itself knows. */
export interface OwnFacts extends Pick<StreamRecord, 'id' | 'returnable'> {
  readonly tally: Tally
  readonly full: boolean
  readonly ending: boolean
}

/** A stream of an exchange as it is told. */
export function recordOf({id: request, request: {version}, notes}: Exchange, own: OwnFacts): StreamRecord {
  const {client, user, topology, service, endpoint, address, resumes, resuming} = notes
  const {id, returnable, ending, full} = own
  const {count, given, since} = own.tally
  const {events, lastEventId} = count
  return {
    id,
    request,
    client,
    version,
    user,
    topology,
    service,
    endpoint: address === '' ? endpoint : `${endpoint} at ${address}`,
    since: new Date(since).toISOString(),
    events,
    bytes: given,
    lastEventId: Buffer.from(lastEventId, 'latin1').toString(),
    returnable,
    resumes,
    state: ending ? 'ending' : resuming ? 'resuming' : full ? 'waiting' : 'open',
  }
}
