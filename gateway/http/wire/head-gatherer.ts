import {GatheredBytes} from './gathered-bytes.js'
import {HeadTooLarge, MalformedMessage} from './malformed-message.js'

const EMPTY_LINE = '\r\n\r\n'
/** What may have come of it without being counted. */
const PART = EMPTY_LINE.length - 1
/** Who ends lines so waits for an answer, and for the other empty line one would wait in vain. */
const BARE_LINE = '\n\n'

/** A method of Node's buffers that its types leave out. */
type Latin1 = Buffer & {latin1Slice(start: number, end: number): string}

/** Gathers lines up to an empty one, cut anywhere. Scope: one head, or the trailers of one body. */
export class HeadGatherer {
  /** What was gathered, as Latin-1, without its empty line. */
  text = ''
  readonly #limit: number
  #held: GatheredBytes | undefined

  /** `limit`: of bytes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** One that has seen the end of a line: when another follows at once, there are no lines. */
  static afterLine(limit: number): HeadGatherer {
    const gatherer = new HeadGatherer(limit)
    gatherer.#hold(Buffer.from('\r\n'))
    return gatherer
  }

  /** Takes bytes from an offset on; gives the offset behind the empty line, -1 while it has not come. Throws MalformedMessage. */
  gather(bytes: Buffer, at: number): number {
    if (this.#held) return this.#gatherMore(this.#held, bytes, at)
    const end = bytes.indexOf(EMPTY_LINE, at, 'latin1')
    this.#measure((end < 0 ? bytes.length - PART : end) - at)
    if (end < 0) {
      refuseBare(bytes.indexOf(BARE_LINE, at, 'latin1'))
      this.#hold(bytes.subarray(at))
      return -1
    }
    this.text = (bytes as Latin1).latin1Slice(at, end)
    return end + EMPTY_LINE.length
  }

  /** The first characters of what was gathered so far, so many at most. */
  beginning(length: number): string {
    return this.#held?.text(0, length) ?? ''
  }

  #gatherMore(held: GatheredBytes, bytes: Buffer, at: number): number {
    const before = held.length
    // No more than is needed to see that it is too long.
    held.append(bytes.subarray(at, at + this.#limit + EMPTY_LINE.length))
    const end = held.find(EMPTY_LINE, Math.max(0, before - EMPTY_LINE.length + 1))
    this.#measure(end < 0 ? held.length - PART : end)
    if (end < 0) {
      refuseBare(held.find(BARE_LINE, Math.max(0, before - 1)))
      return -1
    }
    this.text = held.text(0, end)
    return at + end + EMPTY_LINE.length - before
  }

  #hold(bytes: Uint8Array): void {
    this.#held = new GatheredBytes()
    this.#held.append(bytes)
  }

  #measure(length: number): void {
    if (length > this.#limit) throw new HeadTooLarge()
  }
}

function refuseBare(found: number): void {
  if (found >= 0) throw new MalformedMessage('lines end with LF alone')
}
