import {GatewayError} from '../common/errors.js'

/**
 * How far a request got before its endpoint failed:
 * `connect`: no byte of it was sent (always safe to try elsewhere);
 * `stale`: sent on a kept-alive connection that the service closed before any byte of an answer (RFC 9110 §9.2.2);
 * `sent`: sent, and no whole response head came;
 * `timeout-connect`, `timeout-response`: the same two, by time.
 * `malformed`: the answer was not HTTP.
 */
export type EndpointFailure = 'connect' | 'stale' | 'sent' | 'timeout-connect' | 'timeout-response' | 'malformed'

/** An endpoint that did not answer: 502, or 504 on a timeout. The address is in `endpoint`, for the log only. */
export class EndpointError extends GatewayError {
  override readonly name = 'EndpointError'
  readonly failure: EndpointFailure
  readonly endpoint: string

  constructor(failure: EndpointFailure, endpoint: string, cause?: unknown) {
    const late = failure.startsWith('timeout')
    super(
      late ? 504 : 502,
      late ? 'endpoint-timeout' : 'endpoint-failed',
      late ? 'The service did not answer in time.' : 'The service cannot be reached.',
      cause,
    )
    this.failure = failure
    this.endpoint = endpoint
  }
}
