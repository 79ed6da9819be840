import type {Body} from '../http/body.js'
import {decodedBody} from '../http/content-coding.js'
import {type Headers, isEventStream, isNamed, nameTest, valueOf, without} from '../http/headers.js'
import type {StreamPolicy} from '../pipeline/dispatch-plan.js'
import type {Exchange, GatewayResponse} from '../pipeline/exchange.js'
import type {OpenStreams} from './open-streams.js'
import {StreamBody} from './stream-body.js'

/** Makes a stream of whole events of one of bytes. */
export interface WholeMaker {
  /** Of what remains to be watched where the stream is given to its client. */
  readonly policy: StreamPolicy
  body(plain: Body): Body
}

/**
 * Makes an event stream of a response that is one: 200 with `text/event-stream`; any other stays as
 * it is. A content coding is undone, since nothing can be added to what is compressed. A stream that
 * tells its length keeps it, and so gets neither keepalive nor retry, nor is it ended early; the same
 * holds for one in a coding not known here. A maker of whole events makes them of the
 * stream's bytes, whose length is then not known.
 */
export function toStreamResponse(
  response: GatewayResponse,
  exchange: Exchange,
  given: StreamPolicy,
  streams: OpenStreams,
  maker?: WholeMaker,
): GatewayResponse {
  const {status} = response
  if (!isStream(response)) return response
  const {coded, ...bare} = plain(response)
  const whole = coded ? undefined : maker
  const headers = whole ? without(bare.headers, isLength) : bare.headers
  const body = whole ? whole.body(bare.body) : bare.body
  const policy = whole?.policy ?? given
  const {method, headers: asked} = exchange.request
  const extensible = !coded && valueOf(headers, 'content-length') === undefined
  const returnsById = method === 'GET' && extensible
  const facts = {
    policy,
    extensible,
    returnable: extensible && (policy.returnable || (returnsById && valueOf(asked, 'last-event-id') !== undefined)),
    returnsById,
    exchange,
  }
  const transformable = valueOf(headers, 'cache-control') === undefined
  return {
    status,
    headers: streamHeaders(headers),
    body: new StreamBody(body, facts, streams),
    ...(transformable && {transformable}),
  }
}

/** Whether a response is an event stream: 200 with `text/event-stream`. */
export function isStream({status, headers}: GatewayResponse): boolean {
  return status === 200 && isEventStream(valueOf(headers, 'content-type'))
}

/** The body of an event stream without its content coding; undefined: the coding is not known here. */
export function plainBody(response: GatewayResponse): Body | undefined {
  const {body, coded} = plain(response)
  return coded ? undefined : body
}

const isLength = nameTest(['content-length'])
const isOfCoding = nameTest(['content-encoding', 'content-length'])

function plain({body, headers}: GatewayResponse): Pick<GatewayResponse, 'body' | 'headers'> & {coded: boolean} {
  const coding = valueOf(headers, 'content-encoding')?.trim().toLowerCase() ?? 'identity'
  if (coding === 'identity' || coding === '') return {body, headers, coded: false}
  const decoded = decodedBody(body, coding)
  if (!decoded) return {body, headers, coded: true}
  return {body: decoded, headers: without(headers, isOfCoding), coded: false}
}

/** Tells caches and proxies on the way not to hold the stream back, unless the service has told them something. */
function streamHeaders(headers: Headers): Headers {
  let cached = false
  let buffered = false
  for (let i = 0; i < headers.length; i += 2) {
    cached ||= isNamed(headers[i], 'cache-control')
    buffered ||= isNamed(headers[i], 'x-accel-buffering')
  }
  const added: string[] = []
  if (!cached) added.push('Cache-Control', 'no-store, no-transform')
  if (!buffered) added.push('X-Accel-Buffering', 'no')
  return added.length === 0 ? headers : [...headers, ...added]
}
