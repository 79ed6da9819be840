import {GatewayError} from '../../common/errors.js'
import {EndpointError, type EndpointFailure} from '../../pipeline/endpoint-error.js'

/** How far a round trip had come when it failed. */
export interface Progress {
  readonly endpoint: string
  /** The request began to be written. */
  readonly sent: boolean
  /** On a connection that had carried another before. */
  readonly reused: boolean
  /** A byte of an answer came. */
  readonly answered: boolean
}

/** What a failure that undici reports means to the gateway. */
export function failureOf(error: Error, progress: Progress): GatewayError {
  const code = codeOf(error)
  if (UNSENDABLE.has(code)) return unsendable(error)
  return new EndpointError(kindOf(code, error, progress), progress.endpoint, error)
}

function kindOf(code: string, error: Error, {sent, reused, answered}: Progress): EndpointFailure {
  if (!sent) return 'connect'
  if (error.name === 'HTTPParserError' || MALFORMED.has(code) || /^bad (?:response|upgrade)$/.test(error.message))
    return 'malformed'
  return reused && !answered ? 'stale' : 'sent'
}

/** Whether undici found a body shorter or longer than its Content-Length. */
export function isLengthMismatch(error: Error): boolean {
  return codeOf(error) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
}

const UNSENDABLE: ReadonlySet<string> = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED'])

const MALFORMED: ReadonlySet<string> = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'ERR_ASSERTION',
])

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** The request holds what HTTP/1.1 cannot carry: no endpoint would be given it. */
export function unsendable(cause?: unknown): GatewayError {
  return new GatewayError(502, 'request-unsendable', 'The request cannot be sent to the service.', cause)
}

/** The client's body broke off: no fault of the endpoint. */
export function bodyFailure(error: Error): GatewayError {
  if (error instanceof GatewayError) return error
  return new GatewayError(400, 'body-incomplete', 'The body of the request is not whole.', error)
}

/** The client is not there any more; nobody gets to see it. */
export function goneFailure(): GatewayError {
  return new GatewayError(499, 'client-gone', 'The client has left.')
}

/** The gateway closes. */
export function closingFailure(): GatewayError {
  return new GatewayError(503, 'closing', 'The gateway is closing.')
}
