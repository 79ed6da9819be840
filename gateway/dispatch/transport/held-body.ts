import type {Sink} from '../../http/body.js'
import type {Headers} from '../../http/headers.js'

/** Bytes that are held for a sink that is not there or full, before the source is paused. */
const HOLD_LIMIT = 64 * 1024

/** Lets the source of the bytes go on. */
export interface Source {
  proceed(): void
}

/**
 * Between a source that pushes and a sink that may come later or be slow: holds what cannot go on
 * yet, and says when the source must pause. Scope: one response.
 */
export class HeldBody {
  readonly #source: Source
  #sink: Sink | undefined
  #full = false
  #paused = false
  #chunks: Uint8Array[] | undefined
  #bytes = 0
  #end: Headers | Error | undefined

  constructor(source: Source) {
    this.#source = source
  }

  /** The source was told to pause, or will pause once it is asked. */
  get paused(): boolean {
    return this.#paused
  }

  /** From now on the bytes go there. */
  flow(sink: Sink): void {
    this.#sink = sink
    this.#pump()
  }

  /** Takes a chunk; false: the source pauses until `proceed`. */
  push(chunk: Uint8Array): boolean {
    if (this.#sink !== undefined && !this.#full && this.#chunks === undefined) {
      if (this.#sink.write(chunk)) return true
      this.#paused = true
      this.#fill(this.#sink)
      return false
    }
    this.#chunks ??= []
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes < HOLD_LIMIT) return true
    this.#paused = true
    return false
  }

  /** No more will come: trailers of a whole body, or why it is not whole. */
  close(end: Headers | Error): void {
    this.#end = end
    this.#paused = false
    this.#pump()
  }

  /** Forgets what it holds. */
  drop(): void {
    this.#chunks = undefined
    this.#sink = undefined
  }

  #fill(sink: Sink): void {
    this.#full = true
    sink.drained(() => {
      this.#full = false
      this.#pump()
    })
  }

  #pump(): void {
    const sink = this.#sink
    if (sink === undefined) return
    for (let chunk = this.#next(); chunk !== undefined; chunk = this.#next()) if (!sink.write(chunk)) this.#fill(sink)
    if (this.#full) return
    if (this.#end !== undefined) {
      this.#sink = undefined
      if (this.#end instanceof Error) sink.fail(this.#end)
      else sink.end(this.#end)
    } else if (this.#paused) {
      this.#paused = false
      this.#source.proceed()
    }
  }

  #next(): Uint8Array | undefined {
    if (this.#full) return undefined
    const chunk = this.#chunks?.shift()
    if (chunk === undefined) this.#chunks = undefined
    else this.#bytes -= chunk.length
    return chunk
  }
}
