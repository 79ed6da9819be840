import {MalformedMessage} from './malformed-message.js'

/** Bytes of a chunk's size line. */
const MAX_LINE = 1024

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const QUOTED = '"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*"'
/** RFC 9112 §7.1.1, with its bad whitespace. */
const EXTENSIONS = new RegExp(`^(?:[\\t ]*;[\\t ]*${TOKEN}(?:[\\t ]*=[\\t ]*(?:${TOKEN}|${QUOTED}))?)*$`)

const SIZE_START = 0
const SIZE = 1
const EXTENSION = 2
const SIZE_LF = 3
const DATA = 4
const DATA_CR = 5
const DATA_LF = 6
const LAST = 7

const CR = 13
const LF = 10
const TAB = 9
const SPACE = 32
const SEMICOLON = 59

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
  #extension = ''
  /** Characters of the size line so far. */
  #line = 0

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
      case EXTENSION:
        this.#extend(byte)
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
    if (byte !== CR && byte !== SEMICOLON && byte !== SPACE && byte !== TAB)
      throw new MalformedMessage('a chunk size is none')
    this.#state = EXTENSION
    this.#extend(byte)
  }

  /** They are checked, and dropped. */
  #extend(byte: number): void {
    if (byte !== CR) {
      this.#count()
      this.#extension += String.fromCharCode(byte)
      return
    }
    if (!EXTENSIONS.test(this.#extension)) throw new MalformedMessage('a chunk extension is none')
    this.#state = SIZE_LF
  }

  #begin(): void {
    this.#state = SIZE
    this.#left = 0
    this.#extension = ''
    this.#line = 0
  }

  /** Digits count too: zeros could go on for ever. */
  #count(): void {
    if (++this.#line > MAX_LINE) throw new MalformedMessage('a chunk extension is too long')
  }
}

/** -1: none. */
function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
