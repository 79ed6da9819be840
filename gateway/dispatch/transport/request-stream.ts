import {EventEmitter} from 'node:events'
import type {Body, Sink} from '../../http/body.js'

/** Hears of the pace at which a service takes a request's body. */
export interface PaceListener {
  /** The service takes no more for now. */
  bodyStalls(): void
  /** It takes more. */
  bodyFlows(): void
}

/**
 * A request's body in the shape of a readable stream, as far as undici uses one: this costs a
 * fraction of a real one. The body begins to flow when undici first asks, which is when the
 * connection stands, so that a request that could not be sent has not touched its body. Trailers are
 * dropped: undici cannot send them. Fails when the body is not as long as `length` says.
 */
export class RequestStream extends EventEmitter implements Sink {
  destroyed = false
  /** Why the body failed; undefined: it did not. */
  failure: Error | undefined
  readonly #body: Body
  readonly #pace: PaceListener
  #left: number
  #flowing = false
  #paused = false
  #again: (() => void) | undefined

  constructor(body: Body, length: number, pace: PaceListener) {
    super()
    this.#body = body
    this.#left = length
    this.#pace = pace
  }

  /** Only there because undici knows a stream by it. */
  pipe(): never {
    throw new Error('a request body is not piped')
  }

  resume(): void {
    if (!this.#flowing) {
      this.#flowing = true
      this.#body.flow(this)
    } else if (this.#paused) {
      this.#paused = false
      this.#pace.bodyFlows()
      const again = this.#again
      this.#again = undefined
      again?.()
    }
  }

  pause(): void {
    this.#paused = true
    this.#pace.bodyStalls()
  }

  /** undici is done with the body: nothing more is taken from it. */
  destroy(error?: Error): void {
    if (this.destroyed) return
    this.destroyed = true
    if (error && this.listenerCount('error') > 0) this.emit('error', error)
  }

  write(chunk: Uint8Array): boolean {
    if (this.destroyed) return false
    this.#left -= chunk.length
    if (this.#left < 0) this.fail(new Error('the body is longer than its Content-Length'))
    else this.emit('data', chunk)
    return !this.#paused && !this.destroyed
  }

  drained(again: () => void): void {
    if (this.#paused || this.destroyed) this.#again = again
    else again()
  }

  end(): void {
    if (this.destroyed) return
    if (this.#left > 0 && this.#left < Number.POSITIVE_INFINITY)
      this.fail(new Error('the body is shorter than its Content-Length'))
    else this.emit('end')
  }

  fail(error: Error): void {
    if (this.destroyed) return
    this.failure = error
    this.emit('error', error)
  }
}
