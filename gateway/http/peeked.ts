import type {Body, Sink} from './body.js'
import type {Headers} from './headers.js'

/** The beginning of a body that has begun to flow, and all of it as a body again. */
export interface Peeked {
  readonly bytes: Buffer
  /** Whether that is all. */
  readonly whole: boolean
  /** Why nothing more comes, when it broke off so early. */
  readonly failure: Error | undefined
  /** What is left of it when it is discarded is read to its end. */
  readonly body: Body
}

/** Is told of each chunk of a beginning. */
type Look = (chunk: Uint8Array) => void

/** Reads a body until `limit` bytes are there, or its end, or until whoever looks at its chunks calls `enough`. */
export function peeked(body: Body, limit: number, looking?: (enough: () => void) => Look): Promise<Peeked> {
  return new Promise(resolve => body.flow(new Peek(limit, resolve, looking)))
}

const DROPPED: Sink = {write: () => true, drained: again => again(), end() {}, fail() {}}

/** Scope: one body. Holds the beginning until it is known where it goes. */
class Peek implements Sink, Body {
  readonly #limit: number
  readonly #tell: (peeked: Peeked) => void
  readonly #look: Look | undefined
  readonly #kept: Uint8Array[] = []
  #bytes = 0
  #into: Sink | undefined
  #over: ((into: Sink) => void) | undefined
  #again: (() => void) | undefined

  constructor(limit: number, tell: (peeked: Peeked) => void, looking?: (enough: () => void) => Look) {
    this.#limit = limit
    this.#tell = tell
    this.#look = looking?.(() => this.#told(false))
  }

  flow(into: Sink): void {
    const room = this.#kept.length === 0 || into.write(Buffer.concat(this.#kept.splice(0)))
    this.#into = into
    if (this.#over) this.#over(into)
    else if (room) this.#again?.()
    else into.drained(() => this.#again?.())
  }

  discard(): void {
    this.flow(DROPPED)
  }

  write(chunk: Uint8Array): boolean {
    if (this.#into) return this.#into.write(chunk)
    this.#kept.push(chunk)
    this.#bytes += chunk.length
    this.#look?.(chunk)
    if (this.#bytes < this.#limit) return true
    this.#told(false)
    return false
  }

  drained(again: () => void): void {
    if (this.#into) this.#into.drained(again)
    else this.#again = again
  }

  end(trailers?: Headers): void {
    if (this.#into) this.#into.end(trailers)
    else this.#end(into => into.end(trailers))
  }

  fail(error: Error): void {
    if (this.#into) this.#into.fail(error)
    else this.#end(into => into.fail(error), error)
  }

  #end(over: (into: Sink) => void, failure?: Error): void {
    this.#over = over
    this.#told(failure === undefined, failure)
  }

  #told(whole: boolean, failure?: Error): void {
    this.#tell({bytes: Buffer.concat(this.#kept), whole, failure, body: this})
  }
}
