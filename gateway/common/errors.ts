/** Header fields, flat: name, value, name, value … */
type Fields = readonly string[]

/**
 * A failure that becomes a response: `status` is what the client gets, `code` is stable and goes
 * into log and answer. The message is told to the client, so it never holds a secret or an address
 * inside the cluster; those belong into `cause`, which only the log sees. `headers` are those that the answer bears.
 * It has no stack trace: what was refused is told by its code, and a trace of it would cost more than the answer.
 */
export class GatewayError extends Error {
  override readonly name: string = 'GatewayError'
  readonly code: string
  readonly status: number
  readonly headers: Fields

  constructor(status: number, code: string, message: string, cause?: unknown, headers: Fields = []) {
    const {stackTraceLimit} = Error
    Error.stackTraceLimit = 0
    super(message, cause === undefined ? undefined : {cause})
    Error.stackTraceLimit = stackTraceLimit
    this.status = status
    this.code = code
    this.headers = headers
  }
}
