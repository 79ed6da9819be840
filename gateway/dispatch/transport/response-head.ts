import {type Headers, isNamed} from '../../http/headers.js'
import type {Framing} from '../../http/wire/body-reader.js'
import {readFields} from '../../http/wire/fields.js'
import {CLOSES, LENGTH} from '../../http/wire/grammar.js'
import {MalformedMessage} from '../../http/wire/malformed-message.js'

/** A response head as it stood on the wire. */
export interface ResponseHead {
  readonly status: number
  readonly headers: Headers
  readonly framing: Framing
  /** The connection may carry another request afterwards. */
  readonly reusable: boolean
  /** Milliseconds for which the service keeps an idle connection; undefined: it names none. */
  readonly keepAlive: number | undefined
}

/** Fields of a head, and of trailers. */
const MAX_FIELDS = 500

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/
const CHUNKED = /^chunked$/i
const TIMEOUT = /(?:^|[,;])[\t ]*timeout=(\d{1,6})[\t ]*(?:[,;]|$)/i

/**
 * Reads a head without its last empty line; text is Latin-1, one character a byte. `bodiless`: it
 * answers a HEAD request. Throws MalformedMessage for whatever RFC 9112 does not allow, and where it
 * leaves a choice between refusing and guessing: folded lines (§5.2), a Transfer-Encoding other than
 * exactly `chunked` (§6.1), with a Content-Length (§6.3) or in HTTP/1.0, more than one Content-Length,
 * interim responses that HTTP/1.0 does not know.
 */
export function readResponseHead(text: string, bodiless: boolean): ResponseHead {
  const lineEnd = text.indexOf('\r\n')
  const line = lineEnd < 0 ? text : text.slice(0, lineEnd)
  const match = STATUS_LINE.exec(line)
  if (!match) throw new MalformedMessage('the status line is none')
  const status = Number(match[2])
  const headers = lineEnd < 0 ? [] : fewFields(text.slice(lineEnd + 2))
  const facts = factsOf(headers)
  const old = match[1] === '0'
  if (old && facts.chunked) throw new MalformedMessage('Transfer-Encoding in HTTP/1.0')
  const never = status < 200 || status === 204
  const told = facts.chunked || (facts.length ?? 0) > 0
  if (status < 200 && told) throw new MalformedMessage('a body in an interim response')
  if (status < 200 && old) throw new MalformedMessage('an interim response in HTTP/1.0')
  const framing = bodiless || never || status === 304 ? 0 : framingOf(facts)
  // A body that may not be there may come nevertheless.
  const reusable = !old && !facts.close && framing !== 'close' && !(never && told)
  return {status, headers, framing, reusable, keepAlive: facts.keepAlive}
}

/** Reads field lines, flat. Throws MalformedMessage, also for too many. */
export function fewFields(text: string): Headers {
  const fields = readFields(text)
  if (fields.length > 2 * MAX_FIELDS) throw new MalformedMessage('too many header fields')
  return fields
}

interface Facts {
  length: number | undefined
  chunked: boolean
  close: boolean
  keepAlive: number | undefined
}

function framingOf({chunked, length}: Facts): Framing {
  return chunked ? 'chunked' : (length ?? 'close')
}

/** Lengths first: most fields are none of these. */
function factsOf(headers: Headers): Facts {
  const facts: Facts = {length: undefined, chunked: false, close: false, keepAlive: undefined}
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]
    const value = headers[i + 1] ?? ''
    if (isNamed(name, 'content-length')) facts.length = lengthOf(facts, value)
    else if (isNamed(name, 'transfer-encoding')) facts.chunked = isChunked(facts, value)
    else if (isNamed(name, 'connection')) facts.close ||= CLOSES.test(value)
    else if (isNamed(name, 'keep-alive')) facts.keepAlive = keepAliveOf(value) ?? facts.keepAlive
  }
  if (facts.chunked && facts.length !== undefined)
    throw new MalformedMessage('both Content-Length and Transfer-Encoding')
  return facts
}

function lengthOf({length}: Facts, value: string): number {
  if (length !== undefined || !LENGTH.test(value)) throw new MalformedMessage('Content-Length is no length')
  return Number(value)
}

function isChunked({chunked}: Facts, value: string): true {
  if (chunked || !CHUNKED.test(value)) throw new MalformedMessage('Transfer-Encoding is not chunked')
  return true
}

function keepAliveOf(value: string): number | undefined {
  const match = TIMEOUT.exec(value)
  return match ? Number(match[1]) * 1000 : undefined
}
