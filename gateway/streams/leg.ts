import type {Sink} from '../http/body.js'
import type {Headers} from '../http/headers.js'
import type {Source} from './sequel.js'
import type {WholeStream} from './whole-stream.js'

/**
 * Where the bytes of one service's stream arrive: what still comes of one that was given up goes
 * nowhere. Scope: one stream of a service.
 */
export class Leg implements Sink {
  #stream: WholeStream | undefined
  #source: Source | undefined

  constructor(stream: WholeStream, source: Source) {
    this.#stream = stream
    this.#source = source
  }

  begin(): void {
    this.#source?.body.flow(this)
  }

  /** Breaks the service's stream off. */
  stop(): void {
    const source = this.#source
    this.#source = undefined
    this.#stream = undefined
    source?.stop()
  }

  write(chunk: Uint8Array): boolean {
    return this.#stream?.write(chunk) === true
  }

  drained(again: () => void): void {
    this.#stream?.drained(again)
  }

  end(trailers?: Headers): void {
    const stream = this.#stream
    this.stop()
    stream?.end(trailers)
  }

  fail(error: Error): void {
    const stream = this.#stream
    this.stop()
    stream?.lost(error)
  }
}
