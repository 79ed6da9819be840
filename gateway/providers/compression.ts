import {acceptedCoding} from '../http/accepted-coding.js'
import {codingOf, encodedBody, encodedStream} from '../http/content-coding.js'
import {editedHeaders, isOfEdited, strongMatch} from '../http/edited-headers.js'
import {type Headers, isEventStream, mediaTypeOf, valueOf, valuesOf} from '../http/headers.js'
import type {CompressionPlan} from '../pipeline/dispatch-plan.js'
import type {Exchange, GatewayResponse} from '../pipeline/exchange.js'
import type {Filter} from '../pipeline/filter.js'

/** In the order of preference. An encoder of brotli takes four times the memory of one of gzip, for as long as a stream is open. */
const CODINGS = ['br', 'gzip']
const STREAM_CODINGS = ['gzip', 'br']

/** Statuses of responses without a body, or with a part of one. */
const UNFIT: ReadonlySet<number> = new Set([101, 204, 205, 206, 304])

/**
 * Compresses what services answer, for clients that take it (RFC 9110 §8.4, §12.5.3). It passes what is encoded
 * already, or must not be transformed (RFC 9111 §5.2.2.6), and what another site may have asked for in its
 * reader's name: of that, lengths would tell secrets (BREACH).
 */
export function compression(plan: CompressionPlan): Filter {
  const isWanted = wantedTypes(plan)
  return {
    name: 'compression',
    enter(exchange) {
      const {request} = exchange
      const headers = strongMatch(request.headers)
      return headers === request.headers ? exchange : {...exchange, request: {...request, headers}}
    },
    leave(response, exchange) {
      if (response.own) return response
      if (response.status === 304) return unchanged(response, exchange)
      return isWanted(response) ? compressed(response, exchange) : response
    },
  }
}

function wantedTypes({types, minSize, streams}: CompressionPlan): (response: GatewayResponse) => boolean {
  const whole = new Set(types.filter(type => !type.endsWith('/*')))
  const begins = new Set(types.filter(type => type.endsWith('/*')).map(type => type.slice(0, -1)))
  const isNamed = (type: string) => whole.has(type) || begins.has(type.slice(0, type.indexOf('/') + 1))
  return ({status, headers, transformable}) => {
    const type = valueOf(headers, 'content-type')
    if (type === undefined || UNFIT.has(status) || codingOf(headers) !== '') return false
    if (!transformable && isNotToBeTransformed(headers)) return false
    if (isEventStream(type)) return streams
    return isNamed(mediaTypeOf(type)) && Number(valueOf(headers, 'content-length') ?? minSize) >= minSize
  }
}

function compressed(response: GatewayResponse, exchange: Exchange): GatewayResponse {
  const {gone} = exchange
  const {request} = exchange.arrival
  const stream = isEventStream(valueOf(response.headers, 'content-type'))
  const headers = varied(response.headers)
  const coding = acceptedCoding(joined(request.headers), stream ? STREAM_CODINGS : CODINGS)
  if (coding === undefined || isNotToBeTransformed(request.headers) || isOfElsewhere(exchange))
    return {...response, headers}
  const encode = stream ? encodedStream : encodedBody
  const body = request.method === 'HEAD' ? response.body : encode(response.body, coding, release => gone.on(release))
  return body === undefined
    ? response
    : {...response, headers: [...editedHeaders(headers), 'Content-Encoding', coding], body}
}

/** What the client has may be compressed: its tag tells, which this answer must then bear too (RFC 9110 §15.4.5). */
function unchanged(response: GatewayResponse, {arrival: {request}}: Exchange): GatewayResponse {
  const headers = varied(response.headers)
  return {...response, headers: isOfEdited(request.headers, headers) ? editedHeaders(headers) : headers}
}

function joined(headers: Headers): string | undefined {
  const values = valuesOf(headers, 'accept-encoding')
  return values.length > 0 ? values.join(',') : undefined
}

/** A cache is to ask again for a client that takes other codings (RFC 9110 §12.5.5). */
function varied(headers: Headers): Headers {
  const told = valuesOf(headers, 'vary').some(names => /(^|,)\s*(\*|accept-encoding)\s*(,|$)/i.test(names))
  return told ? headers : [...headers, 'Vary', 'Accept-Encoding']
}

const isNotToBeTransformed = (headers: Headers) =>
  valuesOf(headers, 'cache-control').some(directives => /(^|,)\s*no-transform\s*(,|$)/i.test(directives))

/**
 * Whether another site may have led a browser to ask: the browser says so (Fetch Metadata), or, if it says nothing,
 * brings what browsers add by themselves.
 */
function isOfElsewhere({arrival, certificateSubject}: Exchange): boolean {
  const {headers} = arrival.request
  const site = valueOf(headers, 'sec-fetch-site')
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const credentials = valueOf(headers, 'authorization')
  const own = valueOf(headers, 'cookie') ?? certificateSubject?.()
  return own !== undefined || (credentials !== undefined && !/^bearer\s/i.test(credentials))
}
