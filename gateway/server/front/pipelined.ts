import {GatheredBytes} from '../../http/wire/gathered-bytes.js'

/** Bytes from which on no more are read before the request is answered that is served. */
const MOST = 64 * 1024

/** What came behind the request that is served. Scope: one connection. */
export class Pipelined {
  /** As it came: most come in one piece, of which one request after the other is read. */
  #piece: Buffer | undefined
  #pieces: GatheredBytes | undefined

  get isEmpty(): boolean {
    return this.#piece === undefined
  }

  /** False: that is enough for now. */
  hold(bytes: Buffer): boolean {
    if (this.#piece === undefined) {
      this.#piece = bytes
      return bytes.length <= MOST
    }
    if (this.#pieces === undefined) {
      this.#pieces = new GatheredBytes()
      this.#pieces.append(this.#piece)
    }
    this.#pieces.append(bytes)
    return this.#pieces.length <= MOST
  }

  /** All of it, which is then no more held. */
  take(): Buffer {
    const held = this.#pieces?.bytes ?? this.#piece ?? NOTHING
    this.#piece = undefined
    this.#pieces = undefined
    return held
  }
}

const NOTHING = Buffer.alloc(0)
