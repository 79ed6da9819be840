import {STATUS_CODES} from 'node:http'
import type {Clock} from '../../common/clock.js'
import {type Headers, isNamed, nameTest} from '../../http/headers.js'
import {FIELD_VALUE, LENGTH, TOKEN} from '../../http/wire/grammar.js'

/** A head as it goes out, without the fields of the connection and its empty line; text is Latin-1. */
export interface PrintedHead {
  readonly text: string
  /** What it says of the length of the body; -1: nothing. */
  readonly length: number
}

/** What concerns the connection is the commit's to say. */
const isOwn = nameTest(['connection', 'keep-alive', 'transfer-encoding'])

/** Prints the head of a response (RFC 9112 §4), with a Date if it has none. Throws TypeError for what HTTP/1.1 cannot carry. */
export function printHead(status: number, headers: Headers, clock: Clock): PrintedHead {
  let text = statusLine(status)
  let length = -1
  let dated = false
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? ''
    if (isOwn(name)) continue
    if (isNamed(name, 'content-length')) length = lengthOf(length, headers[i + 1] ?? '')
    else if (isNamed(name, 'date')) dated = true
    text += printField(name, headers[i + 1] ?? '')
  }
  return {text: dated ? text : `${text}Date: ${dateOf(clock)}\r\n`, length}
}

function lengthOf(before: number, value: string): number {
  if (before >= 0 || !LENGTH.test(value)) throw new TypeError(`${JSON.stringify(value)} is no length`)
  return Number(value)
}

/** Prints the whole head of an interim response (RFC 9110 §15.2). Throws TypeError. */
export const printInterim = (status: number, headers: Headers): string =>
  `${statusLine(status)}${printFields(headers)}\r\n`

/** Prints field lines. Throws TypeError. */
export function printFields(headers: Headers): string {
  let text = ''
  for (let i = 0; i < headers.length; i += 2) text += printField(headers[i] ?? '', headers[i + 1] ?? '')
  return text
}

function printField(name: string, value: string): string {
  if (!TOKEN.test(name) || !FIELD_VALUE.test(value))
    throw new TypeError(`the field ${JSON.stringify(name)} cannot be sent`)
  return `${name}: ${value}\r\n`
}

const statusLine = (status: number) => `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`

/** The second that was printed last (scope: process). */
let second = -1
let date = ''

/** Of now (RFC 9110 §5.6.7). */
function dateOf(clock: Clock): string {
  const now = Math.floor(clock.date() / 1000)
  if (now !== second) {
    second = now
    date = new Date(now * 1000).toUTCString()
  }
  return date
}
