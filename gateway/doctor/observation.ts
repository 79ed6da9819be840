import type {Headers} from '../http/headers.js'

/** Times are milliseconds since the request was begun. */
export interface Observation {
  /** When the connection stood, TLS included. */
  readonly connectedAt: number
  /** Undefined: none came. */
  readonly head: Head | undefined
  readonly pieces: readonly Piece[]
  readonly events: readonly SeenEvent[]
  readonly lineEnds: {readonly lf: number; readonly cr: number; readonly crlf: number}
  readonly byteOrderMark: boolean
  /** There are bytes that are no UTF-8. */
  readonly invalid: boolean
  readonly end: End
  /** An event had begun and was not whole at the end. */
  readonly half: boolean
}

export interface Head {
  readonly at: number
  readonly status: number
  /** `1.0`, `1.1` */
  readonly version: string
  readonly headers: Headers
}

/** Bytes of the body that came at once. */
export interface Piece {
  readonly at: number
  readonly bytes: number
  /** It ends within an event. */
  readonly torn: boolean
}

export interface SeenEvent {
  readonly at: number
  /** The last event ID after it; empty: none. */
  readonly id: string
  /** When it says that it was sent, in milliseconds since 1970; undefined: it does not say. */
  readonly sentAt: number | undefined
}

/** How it ended: properly, broken off, or not before we left. */
export interface End {
  readonly at: number
  readonly how: 'whole' | 'broken' | 'open'
}
