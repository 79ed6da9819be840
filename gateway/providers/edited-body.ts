import type {Clock} from '../common/clock.js'
import {latin1Of} from '../common/latin1.js'
import type {Body, Sink} from '../http/body.js'
import type {Headers} from '../http/headers.js'
import {PieceLength} from '../pipeline/piece-length.js'
import type {Turns} from '../pipeline/turns.js'
import type {Editor} from '../rewrite/content/editor.js'

/** Bytes that are edited at once, at first and at the least, and at the most: what a work of a turn is. */
const LEAST = 128
const MOST = 8192

/** How works share the process, and by which time. */
export interface Pace {
  readonly turns: Turns
  readonly clock: Clock
}

/** Told of what an editor throws, with how many bytes it was given by then. */
export type EditingFailed = (error: Error, offset: number) => void

/** A body as an editor changes it. It fails with what the editor throws. */
export function editedBody(body: Body, editor: Editor, pace: Pace, failed: EditingFailed): Body {
  return {
    flow: into => body.flow(new EditingSink(into, editor, pace, failed)),
    discard: () => body.discard(),
  }
}

/** Takes the bytes of a body and gives them on edited, piece by piece. Scope: one body. */
class EditingSink implements Sink {
  readonly #into: Sink
  readonly #editor: Editor
  readonly #turns: Turns
  readonly #failed: EditingFailed
  readonly #pieces: PieceLength
  #offset = 0
  #waiting: Uint8Array[] = []
  #trailers: Headers | undefined
  #again: (() => void) | undefined
  #ended = false
  #over = false
  /** A piece waits for its turn, or for room. */
  #busy = false

  constructor(into: Sink, editor: Editor, {turns, clock}: Pace, failed: EditingFailed) {
    this.#into = into
    this.#editor = editor
    this.#turns = turns
    this.#failed = failed
    this.#pieces = new PieceLength(clock, LEAST, MOST)
  }

  write(chunk: Uint8Array): boolean {
    if (this.#over) return true
    this.#waiting.push(chunk)
    this.#goOn()
    return this.#waiting.length === 0 && !this.#busy
  }

  drained(again: () => void): void {
    this.#again = again
    this.#callBack()
  }

  end(trailers?: Headers): void {
    this.#ended = true
    this.#trailers = trailers
    this.#goOn()
  }

  fail(error: Error): void {
    if (this.#over) return
    this.#over = true
    this.#waiting = []
    this.#into.fail(error)
  }

  get waiting(): number {
    const own = this.#waiting.reduce((sum, chunk) => sum + chunk.length, 0)
    return own + (this.#into.waiting ?? 0)
  }

  #goOn(): void {
    if (this.#busy || this.#over) return
    if (this.#waiting.length === 0 && !this.#ended) {
      this.#callBack()
      return
    }
    this.#busy = true
    this.#turns.take(() => {
      this.#busy = false
      if (this.#over) return
      this.#pieces.work(length => this.#edit(length))
      this.#goOn()
    })
  }

  #edit(length: number): void {
    const piece = this.#piece(length)
    this.#offset += piece?.length ?? 0
    try {
      const made = piece === undefined ? this.#editor.end() : this.#editor.push(piece)
      if (made !== '' && !this.#into.write(Buffer.from(made, 'latin1'))) this.#waitForRoom()
    } catch (error) {
      this.#break(error instanceof Error ? error : new Error(String(error)))
      return
    }
    if (piece !== undefined) return
    this.#over = true
    this.#into.end(this.#trailers)
  }

  #break(error: Error): void {
    this.#failed(error, this.#offset)
    this.fail(error)
  }

  #waitForRoom(): void {
    this.#busy = true
    this.#into.drained(() => {
      this.#busy = false
      this.#goOn()
    })
  }

  /** Undefined: there is nothing more. */
  #piece(most: number): string | undefined {
    const [first] = this.#waiting
    if (first === undefined) return undefined
    const length = Math.min(most, first.length)
    if (length < first.length) this.#waiting[0] = first.subarray(length)
    else this.#waiting.shift()
    return latin1Of(first, 0, length)
  }

  #callBack(): void {
    if (this.#busy || this.#waiting.length > 0 || this.#over) return
    const again = this.#again
    this.#again = undefined
    again?.()
  }
}
