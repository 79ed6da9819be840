import {BYTE_ORDER_MARK} from './event-boundary.js'

/**
 * Takes a byte order mark off the beginning of a stream, at any chunk boundary. A client only drops
 * one that comes first; behind bytes of the gateway's own it would spoil the name of the first field.
 */
export class LeadingMark {
  #held = 0

  /** How many bytes are held back, since they may be a mark's. */
  get held(): Uint8Array {
    return BYTE_ORDER_MARK.subarray(0, this.#held)
  }

  /** What goes on of a chunk; undefined: it is all held back, more must come to know. */
  push(chunk: Uint8Array): Uint8Array | undefined {
    const before = this.held
    let i = 0
    while (i < chunk.length && this.#held < BYTE_ORDER_MARK.length && chunk[i] === BYTE_ORDER_MARK[this.#held]) {
      this.#held++
      i++
    }
    if (this.#held === BYTE_ORDER_MARK.length) return chunk.subarray(i)
    if (i === chunk.length) return undefined
    return before.length === 0 ? chunk : Buffer.concat([before, chunk])
  }
}
