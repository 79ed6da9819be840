/** Bytes at first. */
const FIRST_SIZE = 1024

/** Bytes that come in pieces, in one buffer that doubles: a byte at a time costs no more than their size, and no object each. */
export class GatheredBytes {
  length = 0
  #room = Buffer.allocUnsafe(FIRST_SIZE)

  append(bytes: Uint8Array): void {
    const length = this.length + bytes.length
    if (this.#room.length < length) {
      const larger = Buffer.allocUnsafe(2 * length)
      larger.set(this.bytes)
      this.#room = larger
    }
    this.#room.set(bytes, this.length)
    this.length = length
  }

  /** All that is there now. */
  get bytes(): Buffer {
    return this.#room.subarray(0, this.length)
  }

  /** Some of them as text, a character a byte. */
  text(start: number, end: number): string {
    return this.#room.toString('latin1', start, Math.min(end, this.length))
  }

  /** Where this text begins, from an offset on; -1: nowhere. */
  find(text: string, from: number): number {
    return this.bytes.indexOf(text, from, 'latin1')
  }
}
