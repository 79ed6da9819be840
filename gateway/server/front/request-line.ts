import {METHODS} from 'node:http'
import type {Headers} from '../../http/headers.js'
import {readFields} from '../../http/wire/fields.js'
import {MalformedMessage} from '../../http/wire/malformed-message.js'

/** The head of a request as it was sent. */
export interface SentHead {
  readonly method: string
  /** As sent, not empty. */
  readonly target: string
  /** Digits: `1.1`. */
  readonly version: string
  readonly headers: Headers
}

/** What a client of HTTP/2 sends first, up to its first empty line (RFC 9113 §3.4). */
export const PREFACE = 'PRI * HTTP/2.0'

/** RFC 9112 §3: single spaces, nothing left out, nothing in the target that must be escaped to stand there. */
const REQUEST_LINE = /^([A-Z-]+) ([!-~]+) HTTP\/(\d\.\d)$/

/** Those that Node knows: whoever stands behind may read one that nobody knows as another. */
const KNOWN: ReadonlySet<string> = new Set(METHODS)
const BEGINNINGS = [...METHODS.map(method => `${method} `), PREFACE]
/** Characters by which the longest of them is told. */
const LONGEST = Math.max(...BEGINNINGS.map(({length}) => length))

/** Reads a head without its last empty line; text is Latin-1, one character a byte. Throws MalformedMessage. */
export function readSentHead(text: string): SentHead {
  const lineEnd = text.indexOf('\r\n')
  const [, method = '', target = '', version = ''] =
    REQUEST_LINE.exec(lineEnd < 0 ? text : text.slice(0, lineEnd)) ?? []
  if (!KNOWN.has(method)) throw new MalformedMessage('the request line is none')
  return {method, target, version, headers: lineEnd < 0 ? [] : readFields(text.slice(lineEnd + 2))}
}

/** Whether a head may begin so. Told early, since what speaks another protocol may wait for an answer. `beginning` gives so many characters as are there. */
export function mayBeginHead(beginning: (length: number) => string): boolean {
  const begun = beginning(LONGEST)
  return BEGINNINGS.some(each => each.startsWith(begun) || begun.startsWith(each))
}
