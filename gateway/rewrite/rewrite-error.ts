import {GatewayError} from '../common/errors.js'

/**
 * A rule that cannot do its work for this URL, such as for a param that nothing gives a value: 500,
 * or 400 when what was encrypted came back changed.
 * The message names the rule and what it lacks; it never holds an address.
 */
export class RewriteError extends GatewayError {
  override readonly name = 'RewriteError'
  readonly rule: string

  constructor(rule: string, why: string, cause?: unknown, status = 500) {
    super(status, 'rewrite-failed', `The rewrite rule ${rule} cannot be used: ${why}`, cause)
    this.rule = rule
  }
}
