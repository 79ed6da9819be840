import type {Guard} from './topologies.js'

/** A request as it goes out, and what is true of it, known from the pieces that it is made of. */
export interface Asked {
  /** Last segment of its path: by it the judge knows it again at the service. */
  readonly mark: string
  readonly guard: Guard
  readonly start: string
  readonly lines: readonly string[]
  readonly body: string
  /** Whom the service may be told; empty: it must not come there. */
  readonly may: readonly string[]
  /** What of its client's secrets the service must not see. */
  readonly secrets: readonly string[]
  /** Nothing is wrong with it: it must be let through if `may` names anybody. */
  readonly plain: boolean
}

/** What goes over one connection. */
export interface Case {
  readonly index: number
  readonly requests: readonly Asked[]
  /** In bodies of these. */
  readonly hidden: readonly Asked[]
  /** Offsets at which the bytes are cut for separate writes. */
  readonly cuts: readonly number[]
}

/** The bytes of a request; text is Latin-1. */
export const textOf = ({start, lines, body}: Pick<Asked, 'start' | 'lines' | 'body'>): string =>
  `${[start, ...lines].join('\r\n')}\r\n\r\n${body}`

/** The bytes of a case. */
export const bytesOf = ({requests}: Case): string => requests.map(textOf).join('')
