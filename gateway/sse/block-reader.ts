import {DATA, ID, isField, RETRY, valueStart} from './field.js'
import {GrownBytes} from './grown-bytes.js'
import {usableId} from './usable-id.js'

const LF = 10
const CR = 13
const COLON = 58
const EMPTY = new Uint8Array()

/** Offset basis and primes of FNV-1a, and a second hash of another kind beside it. */
const BASIS = 0x811c9dc5
const PRIME = 0x01000193
const FACTOR = 31

/** What a block holds: everything up to a blank line (WHATWG HTML §9.2.6). */
export interface BlockFacts {
  /** A client emits an event for it. */
  readonly hasData: boolean
  /** The last event ID it sets; empty: there is none any more; undefined: it stays. */
  readonly id: string | undefined
  /** 53 bits of its fields, without comments and `retry`; the lowest says whether it has an ID of its own. */
  readonly digest: number
}

/**
 * Cuts an event stream into whole blocks, at any chunk boundary, and tells what is in each. Bytes are
 * not changed; those of a block that is not whole yet are held, at most `limit`. A stream's byte
 * order mark is taken off before. Scope: one stream.
 */
export class BlockReader implements BlockFacts {
  hasData = false
  id: string | undefined
  digest = 0
  /** A block is longer than the limit: nothing more is read. What was read before it can be taken. */
  tooLong = false
  readonly #limit: number
  readonly #digests: boolean
  /** In this chunk each byte is looked at. */
  #looksAtAll = true
  readonly #held = new GrownBytes()
  #chunk: Uint8Array = EMPTY
  /** In the chunk: where what was not taken begins, where the block that was read last ends, where the next byte is read. */
  #from = 0
  #end = 0
  #at = 0
  /** Where the block that is read begins in the chunk; below 0: earlier. */
  #blockAt = 0
  /** Where the line that is read begins: in what is held, or in the chunk. */
  #lineAt = 0
  #lineHeld = false
  #fresh = true
  #skipsLf = false
  #first = BASIS
  #second = 0
  #lineFirst = BASIS
  #lineSecond = 0

  /** `digests` false: nobody asks for a digest or an ID, which take a look at each byte. */
  constructor(limit: number, digests = true) {
    this.#limit = limit
    this.#digests = digests
  }

  /** Reads on in this chunk; the one before is used up. */
  feed(chunk: Uint8Array): void {
    this.#chunk = chunk
    this.#looksAtAll = this.#digests || chunk.includes(CR)
    this.#from = 0
    this.#end = 0
    this.#at = 0
    this.#blockAt = -this.#held.length
    if (!this.#lineHeld) this.#lineAt = 0
  }

  /** Reads the next block; false: the chunk is used up. */
  next(): boolean {
    const chunk = this.#chunk
    if (this.#fresh) this.#begin()
    if (this.#skipsLf && this.#at < chunk.length) this.#skipLf(chunk)
    while (this.#at < chunk.length) {
      const start = this.#at
      const end = this.#looksAtAll ? this.#hashLine(chunk, start) : this.#passLine(chunk, start)
      if (end === chunk.length) return this.#stopIfLong(end)
      const blank = end === start && !this.#lineHeld
      if (blank) return this.#endBlock(chunk, end)
      this.#readLine(chunk, end)
      this.#at = this.#afterLineEnd(chunk, end)
      this.#lineAt = this.#at
    }
    return this.#stopIfLong(chunk.length)
  }

  #stopIfLong(end: number): false {
    this.tooLong ||= end - this.#blockAt > this.#limit
    return false
  }

  /** The bytes of all blocks that were read and not yet taken; empty: none. */
  take(): Uint8Array {
    if (this.#end <= this.#from) return EMPTY
    const piece =
      this.#from === 0 && this.#end === this.#chunk.length ? this.#chunk : this.#chunk.subarray(this.#from, this.#end)
    this.#from = this.#end
    if (this.#held.length === 0) return piece
    this.#held.append(piece)
    const whole = this.#held.view
    this.#held.clear()
    return whole
  }

  /** Holds what is left of the chunk, the beginning of a block, and lets go of the rest. Comes after the last `take`. */
  keep(): void {
    const before = this.#held.length
    if (this.#from < this.#chunk.length) this.#held.append(this.#chunk.subarray(this.#from))
    if (!this.#lineHeld) this.#lineAt += before - this.#from
    this.#lineHeld = !this.#fresh && (this.#lineHeld || this.#lineAt < this.#held.length)
    this.#chunk = EMPTY
    this.#from = 0
    this.#end = 0
    this.#at = 0
  }

  /** The beginning of a block that is held; it will not be whole any more. */
  rest(): Uint8Array {
    return this.#held.view
  }

  #begin(): void {
    this.#fresh = false
    this.hasData = false
    this.id = undefined
    this.#first = BASIS
    this.#second = 0
    this.#lineFirst = BASIS
    this.#lineSecond = 0
    this.#blockAt = this.#at === 0 ? -this.#held.length : this.#at
    this.#lineAt = this.#at
    this.#lineHeld = false
  }

  /** The LF of a CR that ended the chunk before. */
  #skipLf(chunk: Uint8Array): void {
    this.#skipsLf = false
    if (chunk[this.#at] !== LF) return
    this.#at++
    if (!this.#lineHeld) this.#lineAt = this.#at
  }

  /** Takes the bytes of a line into the hashes; gives where it ends, or the chunk does. */
  #hashLine(chunk: Uint8Array, start: number): number {
    let first = this.#first
    let second = this.#second
    let i = start
    for (; i < chunk.length; i++) {
      const byte = chunk[i] ?? 0
      if (byte === LF || byte === CR) break
      first = Math.imul(first ^ byte, PRIME)
      second = (Math.imul(second, FACTOR) + byte) | 0
    }
    this.#first = first
    this.#second = second
    this.#at = i
    return i
  }

  /** Of a chunk without CR. */
  #passLine(chunk: Uint8Array, start: number): number {
    const end = chunk.indexOf(LF, start)
    this.#at = end < 0 ? chunk.length : end
    return this.#at
  }

  #afterLineEnd(chunk: Uint8Array, end: number): number {
    if (chunk[end] === LF) return end + 1
    if (end + 1 === chunk.length) this.#skipsLf = true
    return chunk[end + 1] === LF ? end + 2 : end + 1
  }

  #endBlock(chunk: Uint8Array, end: number): boolean {
    this.#at = this.#afterLineEnd(chunk, end)
    if (this.#at - this.#blockAt > this.#limit) return this.#stopIfLong(this.#at)
    this.#end = this.#at
    this.#fresh = true
    const own = this.id ? 1 : 0
    this.digest = (this.#first >>> 0) * 0x200000 + (this.#second & 0xfffff) * 2 + own
    return true
  }

  /** A line that begins in what is held is made whole there first. */
  #readLine(chunk: Uint8Array, end: number): void {
    if (this.#lineHeld) {
      this.#held.append(chunk.subarray(this.#from, end))
      this.#from = end
      this.#lineHeld = false
      this.#read(this.#held.view, this.#lineAt, this.#held.length)
    } else this.#read(chunk, this.#lineAt, end)
    this.#lineFirst = this.#first
    this.#lineSecond = this.#second
  }

  #read(bytes: Uint8Array, start: number, end: number): void {
    const byte = bytes[start]
    if (byte === COLON || (byte === 114 && isField(bytes, start, end, RETRY))) {
      this.#first = this.#lineFirst
      this.#second = this.#lineSecond
      return
    }
    this.#first = Math.imul(this.#first ^ LF, PRIME)
    if (byte === 100 && isField(bytes, start, end, DATA)) this.hasData = true
    else if (byte === 105 && this.#digests && isField(bytes, start, end, ID))
      this.#readId(bytes, start + ID.length, end)
  }

  /** A value with a NUL is as if it were not there. */
  #readId(bytes: Uint8Array, after: number, end: number): void {
    this.id = usableId(bytes, valueStart(bytes, after, end), end) ?? this.id
  }
}
