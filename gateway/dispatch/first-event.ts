import type {Clock} from '../common/clock.js'
import {codingOf} from '../http/content-coding.js'
import {peeked} from '../http/peeked.js'
import {EndpointError} from '../pipeline/endpoint-error.js'
import type {GatewayResponse} from '../pipeline/exchange.js'
import {EventCount} from '../sse/event-count.js'

/** Bytes that wait for an event at most. */
const LONGEST = 65_536

/** How a stream began. */
export interface StreamStart {
  /** As it was before it was looked at. */
  readonly response: GatewayResponse
  /** Nothing came in time. */
  readonly idle: boolean
}

/**
 * Waits for the first event of a stream, or its end, `ms` at most. In a content coding any byte will do. Rejects with
 * EndpointError when the stream is lost before.
 */
export async function streamStart(response: GatewayResponse, ms: number, clock: Clock): Promise<StreamStart> {
  const count = codingOf(response.headers) === '' ? new EventCount('') : undefined
  let idle = false
  let cancel = () => {}
  const {body, failure} = await peeked(response.body, LONGEST, enough => {
    cancel = clock.after(ms, () => {
      idle = true
      enough()
    })
    return chunk => {
      if (count === undefined || count.push(chunk) > 0) enough()
    }
  })
  cancel()
  if (failure) throw new EndpointError('sent', '', failure)
  return {response: {...response, body}, idle}
}
