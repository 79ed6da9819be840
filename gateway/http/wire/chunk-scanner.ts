import {MalformedMessage} from './malformed-message.js'

/** Bytes of a chunk's size line behind its size. */
const MAX_EXTENSION = 1024

const SIZE_START = 0
const SIZE = 1
const BEFORE_EXTENSION = 2
const EXTENSION = 3
const SIZE_LF = 4
const DATA = 5
const DATA_CR = 6
const DATA_LF = 7
const LAST = 8

const CR = 13
const LF = 10
const TAB = 9
const SPACE = 32
const SEMICOLON = 59
const DEL = 127

/** Greatest size that can be followed by one more digit. */
const SIZE_LIMIT = Number.MAX_SAFE_INTEGER / 16 - 1

/**
 * Takes the framing of chunks (RFC 9112 §7.1) out of bytes as they come, cut anywhere, in place: the
 * data of all chunks in a piece is moved together, so that they go on as one. Scope: one body.
 */
export class ChunkScanner {
  /** Where the data begins, and ends, in the piece scanned last. */
  from = 0
  to = 0
  #state = SIZE_START
  /** The size read so far, then what is to come of the data. */
  #left = 0
  #extension = 0

  /** The last chunk was there; what follows are the trailers. */
  get done(): boolean {
    return this.#state === LAST
  }

  /** Scans a piece from an offset on; gives where it stopped: at its end, or behind the last chunk. Throws MalformedMessage. */
  scan(bytes: Uint8Array, start: number): number {
    this.from = start
    this.to = start
    let at = start
    while (at < bytes.length && this.#state !== LAST) {
      if (this.#state === DATA) at = this.#takeData(bytes, at)
      else this.#step(bytes[at++] ?? 0)
    }
    return at
  }

  #takeData(bytes: Uint8Array, at: number): number {
    const length = Math.min(this.#left, bytes.length - at)
    if (this.to === this.from) {
      this.from = at
      this.to = at + length
    } else {
      bytes.copyWithin(this.to, at, at + length)
      this.to += length
    }
    this.#left -= length
    if (this.#left === 0) this.#state = DATA_CR
    return at + length
  }

  #step(byte: number): void {
    switch (this.#state) {
      case SIZE_START:
      case SIZE:
        this.#size(byte)
        break
      case BEFORE_EXTENSION:
        if (byte === SEMICOLON) this.#state = EXTENSION
        else if (byte !== SPACE && byte !== TAB) throw new MalformedMessage('a chunk size is none')
        this.#count()
        break
      case EXTENSION:
        if (byte === CR) this.#state = SIZE_LF
        else if ((byte < SPACE && byte !== TAB) || byte === DEL) throw new MalformedMessage('a chunk extension is none')
        this.#count()
        break
      case SIZE_LF:
        if (byte !== LF) throw new MalformedMessage('a line of chunks does not end')
        this.#state = this.#left === 0 ? LAST : DATA
        break
      case DATA_CR:
        if (byte !== CR) throw new MalformedMessage('a chunk is longer than its size')
        this.#state = DATA_LF
        break
      default:
        if (byte !== LF) throw new MalformedMessage('a line of chunks does not end')
        this.#state = SIZE_START
    }
  }

  #size(byte: number): void {
    const digit = hexDigit(byte)
    if (digit >= 0) {
      if (this.#state === SIZE_START) this.#begin()
      if (this.#left > SIZE_LIMIT) throw new MalformedMessage('a chunk size is too large')
      this.#left = this.#left * 16 + digit
      this.#count()
      return
    }
    if (this.#state === SIZE_START) throw new MalformedMessage('a chunk size is none')
    if (byte === CR) this.#state = SIZE_LF
    else if (byte === SEMICOLON) this.#state = EXTENSION
    else if (byte === SPACE || byte === TAB) this.#state = BEFORE_EXTENSION
    else throw new MalformedMessage('a chunk size is none')
  }

  #begin(): void {
    this.#state = SIZE
    this.#left = 0
    this.#extension = 0
  }

  /** Digits count too: zeros could go on for ever. */
  #count(): void {
    if (++this.#extension > MAX_EXTENSION) throw new MalformedMessage('a chunk extension is too long')
  }
}

/** -1: none. */
function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
