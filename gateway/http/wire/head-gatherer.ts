import {MalformedMessage} from './malformed-message.js'

const EMPTY_LINE = '\r\n\r\n'
const BEGINNING = 'HTTP/1.'
/** Bytes for a head that came in pieces, at first. */
const FIRST_SIZE = 1024

/** A method of Node's buffers that its types leave out. */
type Latin1 = Buffer & {latin1Slice(start: number, end: number): string}

/** Gathers lines up to an empty one, cut anywhere. Scope: one head, or the trailers of one body. */
export class HeadGatherer {
  /** What was gathered, as Latin-1, without its empty line. */
  text = ''
  readonly #limit: number
  #held: Latin1 | undefined
  #length = 0

  /** `limit`: of bytes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** One that has seen the end of a line: when another follows at once, there are no lines. */
  static afterLine(limit: number): HeadGatherer {
    const gatherer = new HeadGatherer(limit)
    gatherer.#append(Buffer.from('\r\n'))
    return gatherer
  }

  /** Takes bytes from an offset on; gives the offset behind the empty line, -1 while it has not come. Throws MalformedMessage. */
  gather(bytes: Buffer, at: number): number {
    if (this.#length > 0) return this.#gatherMore(bytes, at)
    const end = bytes.indexOf(EMPTY_LINE, at, 'latin1')
    this.#measure((end < 0 ? bytes.length : end) - at)
    if (end < 0) {
      this.#append(bytes.subarray(at))
      return -1
    }
    this.text = (bytes as Latin1).latin1Slice(at, end)
    return end + EMPTY_LINE.length
  }

  /** Throws MalformedMessage when what was gathered is not the beginning of a response. */
  refuseUnlessHttp(): void {
    const length = Math.min(this.#length, BEGINNING.length)
    if (this.#held?.latin1Slice(0, length) !== BEGINNING.slice(0, length))
      throw new MalformedMessage('the status line is none')
  }

  #gatherMore(bytes: Buffer, at: number): number {
    const before = this.#length
    // No more than is needed to see that it is too long.
    const added = bytes.subarray(at, at + this.#limit + EMPTY_LINE.length)
    const held = this.#append(added)
    const end = held.indexOf(EMPTY_LINE, Math.max(0, before - EMPTY_LINE.length + 1), 'latin1')
    const found = end >= 0 && end + EMPTY_LINE.length <= this.#length
    this.#measure(found ? end : this.#length)
    if (!found) return -1
    this.text = held.latin1Slice(0, end)
    return at + end + EMPTY_LINE.length - before
  }

  #measure(length: number): void {
    if (length > this.#limit) throw new MalformedMessage('the head is too large')
  }

  /** Grows by doubling, so that a head that comes byte by byte costs no more than its size. */
  #append(bytes: Uint8Array): Latin1 {
    const length = this.#length + bytes.length
    let held = this.#held ?? (Buffer.allocUnsafe(Math.max(FIRST_SIZE, length)) as Latin1)
    if (held.length < length) {
      const larger = Buffer.allocUnsafe(2 * length) as Latin1
      held.copy(larger, 0, 0, this.#length)
      held = larger
    }
    held.set(bytes, this.#length)
    this.#held = held
    this.#length = length
    return held
  }
}
