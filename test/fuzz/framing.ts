import type {Random} from '../helpers/random.js'

/** Header lines that frame a body, and the body as it goes out. */
export interface Framed {
  readonly lines: readonly string[]
  readonly body: string
}

/** As every server must read it. */
export const sized = (body: string): Framed => ({lines: [`Content-Length: ${body.length}`], body})

/** In chunks of some sizes. */
export function chunked(body: string, random: Random): Framed {
  return {lines: ['Transfer-Encoding: chunked'], body: inChunks(body, random)}
}

function inChunks(body: string, random: Random, last = '0\r\n\r\n'): string {
  let sent = ''
  for (let at = 0; at < body.length; ) {
    const size = Math.min(random.int(1, 40), body.length - at)
    sent += `${size.toString(16)}\r\n${body.slice(at, at + size)}\r\n`
    at += size
  }
  return sent + last
}

const LENGTHS = ['+', '-', '0', ' ', '0x', '1, ', '', '\t', '9999999999999999999', '"'] as const
const CODINGS = [
  'chunked, identity',
  'identity, chunked',
  'identity',
  'xchunked',
  'chunked ',
  '\x0bchunked',
  'Chunked',
  'chunked;a=b',
  'gzip, chunked',
  'chunked\r\n ',
  'chunked\r\nTransfer-Encoding: chunked',
  'chunked\r\nTransfer-Encoding: identity',
  '',
] as const
const CODING_NAMES = [
  'Transfer-Encoding',
  'transfer-encoding',
  'Transfer-Encoding ',
  ' Transfer-Encoding',
  'Transfer_Encoding',
  'X: y\nTransfer-Encoding',
] as const
const LASTS = [
  '0\r\n\r\n',
  '0\n\n',
  '00\r\n\r\n',
  '0;a=b\r\n\r\n',
  '0\r\nX: y\r\n\r\n',
  '0\r\nContent-Length: 5\r\n\r\n',
  '0\r\n',
  '',
  '0x0\r\n\r\n',
  '-0\r\n\r\n',
  '\r\n0\r\n\r\n',
  '10000000000000000\r\n',
] as const

/** In a way that servers disagree about, so that one takes for a request what is a body to another. */
export function confused(body: string, random: Random): Framed {
  const chunks = () => inChunks(body, random, random.pick(LASTS))
  const coding = `${random.pick(CODING_NAMES)}: ${random.pick(CODINGS)}`
  const length = `Content-Length: ${body.length}`
  return random.pick([
    () => ({lines: [length, 'Transfer-Encoding: chunked'], body: chunks()}),
    () => ({lines: ['Transfer-Encoding: chunked', 'Content-Length: 3'], body: chunks()}),
    () => ({lines: [coding], body: chunks()}),
    () => ({lines: [coding, length], body}),
    () => ({lines: [length, coding], body: chunks()}),
    () => ({lines: [`Content-Length: ${random.pick(LENGTHS)}${body.length}`], body}),
    () => ({lines: [length, 'Content-Length: 0'], body}),
    () => ({lines: ['Content-Length: 0', length], body}),
    () => ({lines: [length, length], body}),
    () => ({lines: ['Content-Length: 0'], body}),
    () => ({lines: [`Content-Length : ${body.length}`], body}),
    () => ({lines: [`Content_Length: ${body.length}`], body}),
    () => ({lines: [`Content-Length: ${body.length + random.int(1, 9)}`], body}),
    () => ({lines: ['Content-Length: 5, 5'], body}),
    () => ({lines: ['Connection: Content-Length', length], body}),
    () => ({lines: ['Connection: Transfer-Encoding', 'Transfer-Encoding: chunked'], body: chunks()}),
    () => ({lines: [], body}),
  ])()
}
