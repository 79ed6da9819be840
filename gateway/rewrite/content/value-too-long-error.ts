import {GatewayError} from '../../common/errors.js'

/**
 * A value that a filter names is longer than the gateway holds back: it can be neither changed nor left. A request is refused (RFC 9110 §15.5.14); a
 * response, which has begun by then, is broken off. `rule`: the one that was to change it, where it is one.
 */
export class ValueTooLongError extends GatewayError {
  override readonly name = 'ValueTooLongError'

  readonly rule: string | undefined

  constructor(limit: number, rule?: string) {
    super(413, 'value-too-long', `A value to be rewritten is longer than gateway.rewrite.value.limit (${limit}).`)
    this.rule = rule
  }
}
