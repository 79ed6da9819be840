import {GatewayError} from '../../common/errors.js'

/** A value that a filter names is longer than the gateway holds back: the exchange is broken off, for the value can be neither changed nor left. */
export class ValueTooLongError extends GatewayError {
  override readonly name = 'ValueTooLongError'

  constructor(limit: number) {
    super(502, 'value-too-long', `A value to be rewritten is longer than gateway.rewrite.value.limit (${limit}).`)
  }
}
