/** Bytes of which more come: one buffer that doubles, since a view for each tiny chunk would cost a hundred times as much. */
export class GrownBytes {
  #bytes: Uint8Array = EMPTY
  #length = 0

  get length(): number {
    return this.#length
  }

  /** What is there now; a later `append` may write behind it, never into it. */
  get view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  append(chunk: Uint8Array): void {
    const length = this.#length + chunk.length
    if (length > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(length, this.#bytes.length * 2, LEAST))
      grown.set(this.view)
      this.#bytes = grown
    }
    this.#bytes.set(chunk, this.#length)
    this.#length = length
  }

  /** Gives up what is there: whoever took the view keeps it. */
  clear(): void {
    this.#bytes = EMPTY
    this.#length = 0
  }
}

const EMPTY = new Uint8Array()
const LEAST = 256
