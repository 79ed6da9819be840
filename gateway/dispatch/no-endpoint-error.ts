import {GatewayError} from '../common/errors.js'

/** A service without a URL to send to. */
export class NoEndpointError extends GatewayError {
  override readonly name = 'NoEndpointError'

  constructor() {
    super(502, 'no-endpoint', 'The service has no address.')
  }
}
