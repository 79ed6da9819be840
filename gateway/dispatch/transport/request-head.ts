import {targetOf} from '../../common/request-url.js'
import {type Headers, nameTest} from '../../http/headers.js'
import {FIELD_VALUE, LENGTH, TOKEN} from '../../http/wire/grammar.js'
import type {ServiceRequest} from '../../pipeline/transport.js'
import {unsendable} from './failures.js'

const TARGET = /^[!-\xff]+$/

/** Fields that concern the connection, which is the transport's own. */
const isOwn = nameTest(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'expect'])
const isLength = nameTest(['content-length'])

/** The methods for which no body must be told (RFC 9110 §8.6). */
const EXPECTS_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/** A request head without its last lines: those of the body's framing, and the empty one. */
export interface RequestHead {
  readonly text: string
  /** Of the body, in bytes; undefined: it was not told. */
  readonly length: number | undefined
}

/**
 * Prints a request head (RFC 9112 §3); text is Latin-1. Throws GatewayError 502 for what HTTP/1.1
 * cannot carry, and for what would make the length of the message ambiguous.
 */
export function printRequestHead({method, url, headers, body}: ServiceRequest): RequestHead {
  const target = targetOf(url)
  if (!TOKEN.test(method) || !TARGET.test(target) || method === 'CONNECT') throw unsendable()
  let text = `${method} ${target} HTTP/1.1\r\n`
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? ''
    const value = headers[i + 1] ?? ''
    if (!TOKEN.test(name) || !FIELD_VALUE.test(value) || isOwn(name)) throw unsendable()
    text += `${name}: ${value}\r\n`
  }
  const length = lengthOf(headers)
  if (body === undefined && length !== undefined && length > 0) throw unsendable()
  return {text, length}
}

/** The lines that end the head of a request without a body. */
export function endWithoutBody(method: string, {length}: RequestHead): string {
  return length === undefined && EXPECTS_BODY.has(method) ? 'Content-Length: 0\r\n\r\n' : '\r\n'
}

function lengthOf(headers: Headers): number | undefined {
  let length: number | undefined
  for (let i = 0; i < headers.length; i += 2) {
    if (!isLength(headers[i] ?? '')) continue
    const value = headers[i + 1] ?? ''
    if (length !== undefined || !LENGTH.test(value)) throw unsendable()
    length = Number(value)
  }
  return length
}
