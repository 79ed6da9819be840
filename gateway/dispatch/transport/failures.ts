import {GatewayError} from '../../common/errors.js'

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
