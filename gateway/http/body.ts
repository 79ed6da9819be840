import type {Headers} from './headers.js'

/**
 * Bytes that have not begun to flow. A value like any other: a filter that changes bytes wraps one
 * body in another. Exactly one of `flow` and `discard` is called, once.
 */
export interface Body {
  /** Sends everything into the sink; ends it or fails it exactly once. */
  flow(into: Sink): void
  /** Lets go of what the bytes hang on (a socket, a file) without reading them. */
  discard(): void
}

/** Where bytes go. */
export interface Sink {
  /** Takes a chunk, which the sink may keep; false when full: the writer then waits for `drained`. */
  write(chunk: Uint8Array): boolean
  /** Calls `again` once, when there is room after a `write` that gave false. */
  drained(again: () => void): void
  end(trailers?: Headers): void
  /** The bytes are not whole and never will be. */
  fail(error: Error): void
  /** Bytes that were written and have not gone on yet, where the sink knows. */
  readonly waiting?: number
  /** Of a sink of event streams: for what the gateway itself has to say. */
  readonly aside?: Aside
}

/** The way past what filters hold back or drop of an event stream. */
export interface Aside {
  /** Bytes that have gone on, without the gateway's own. */
  readonly given: number
  /** Gives on whole lines of the gateway's own, before what is held. */
  give(lines: Uint8Array): void
}

/** A body without bytes. */
export const emptyBody: Body = {
  flow: into => into.end(),
  discard() {},
}

/** A body of bytes already in memory. */
export function bytesBody(bytes: Uint8Array): Body {
  return {
    flow(into) {
      if (bytes.length > 0) into.write(bytes)
      into.end()
    },
    discard() {},
  }
}

/** A body of text in UTF-8. */
export function textBody(text: string): Body {
  return bytesBody(Buffer.from(text))
}
