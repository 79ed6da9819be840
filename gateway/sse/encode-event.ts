/** An event of the gateway's own. */
export interface OwnEvent {
  /** Empty: `message`. */
  readonly type: string
  readonly data: string
}

/**
 * The bytes of an event without ID (WHATWG HTML §9.2.5): every line of its data, at CR, LF or CRLF, is
 * a field of its own, so that data cannot bring in fields.
 */
export function encodeEvent({type, data}: OwnEvent): Uint8Array {
  const lines = data.split(/\r\n|\r|\n/).map(line => `data: ${line}\n`)
  return Buffer.from(`${type === '' ? '' : `event: ${type.replace(/[\r\n]+/g, ' ')}\n`}${lines.join('')}\n`)
}
