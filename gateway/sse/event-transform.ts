import {BlockReader} from './block-reader.js'
import {BYTE_ORDER_MARK} from './event-boundary.js'
import {LeadingMark} from './leading-mark.js'

/** An event as a client would emit it (WHATWG HTML §9.2.6). Text holds a byte in each character (Latin-1). */
export interface EventFields {
  /** `message` where the event names none. */
  readonly type: string
  /** Its lines, with LF between them. */
  readonly data: string
  /** The ID that the event itself sets; undefined: none. */
  readonly id: string | undefined
}

/** What becomes of an event: the very same object leaves it as it came, to the byte. */
export type ChangeEvent = (event: EventFields) => EventFields | 'drop'

/** An event is longer than the limit. */
export class EventTooLongError extends Error {
  override readonly name = 'EventTooLongError'
}

/**
 * Changes or drops events of a stream, at any chunk boundary. An event that is dropped hands on its ID, in a block with `id` alone, so
 * that a client comes back for what follows it. Comments, `retry`, fields that nobody knows and blocks without data stay.
 * Scope: one stream.
 */
export class EventTransform {
  readonly #change: ChangeEvent
  readonly #limit: number
  readonly #reader: BlockReader
  #mark: LeadingMark | undefined = new LeadingMark()

  constructor(change: ChangeEvent, limit: number) {
    this.#change = change
    this.#limit = limit
    this.#reader = new BlockReader(limit, false)
  }

  /** What goes on after a chunk: whole blocks. Throws EventTooLongError. */
  push(chunk: Uint8Array): Uint8Array {
    const out: Uint8Array[] = []
    const rest = this.#mark ? this.#withoutMark(this.#mark, chunk, out) : chunk
    if (rest === undefined) return EMPTY
    this.#reader.feed(rest)
    while (this.#reader.next()) out.push(this.#block(this.#reader.take(), this.#reader.hasData))
    this.#reader.keep()
    if (this.#reader.tooLong) throw new EventTooLongError(`an event is longer than ${this.#limit} bytes`)
    return out.length === 1 ? (out[0] ?? EMPTY) : Buffer.concat(out)
  }

  /** What is left at the end, a block without its blank line: some clients take it for an event. */
  end(): Uint8Array {
    const left = this.#mark?.held ?? this.#reader.rest()
    return this.#block(left, true)
  }

  #withoutMark(mark: LeadingMark, chunk: Uint8Array, out: Uint8Array[]): Uint8Array | undefined {
    const rest = mark.push(chunk)
    if (rest === undefined) return undefined
    this.#mark = undefined
    if (mark.held.length === BYTE_ORDER_MARK.length) out.push(BYTE_ORDER_MARK)
    return rest
  }

  #block(bytes: Uint8Array, hasData: boolean): Uint8Array {
    if (!hasData) return bytes
    const text = asBuffer(bytes).toString('latin1')
    const made = changedBlock(text, this.#change)
    return made === undefined ? bytes : Buffer.from(made, 'latin1')
  }
}

const asBuffer = (bytes: Uint8Array) =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)

const EMPTY = new Uint8Array()
const SPACE = 32

interface Line {
  /** Name of its field; empty: a comment, or the blank line. */
  readonly name: string
  readonly value: string
  readonly text: string
  readonly end: string
}

/** Undefined: it stays as it came. */
function changedBlock(text: string, change: ChangeEvent): string | undefined {
  const lines = linesOf(text)
  const event = eventOf(lines)
  if (event === undefined) return undefined
  const made = change(event)
  if (made === event) return undefined
  if (made === 'drop') return idAlone(lines)
  return printed(lines, event, made)
}

const LINE_END = /[\r\n]/g

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = []
  const hasCr = text.includes('\r')
  for (let start = 0; start < text.length; ) {
    const stop = hasCr ? crOrLf(text, start) : text.indexOf('\n', start)
    const end = stop < 0 ? text.length : stop
    const next = text.startsWith('\r\n', end) ? end + 2 : Math.min(end + 1, text.length)
    lines.push(lineOf(text, start, end, next))
    start = next
  }
  return lines
}

function crOrLf(text: string, from: number): number {
  LINE_END.lastIndex = from
  return LINE_END.exec(text)?.index ?? -1
}

function lineOf(text: string, start: number, end: number, next: number): Line {
  const line = text.slice(start, end)
  const colon = line.indexOf(':')
  return {
    name: colon < 0 ? line : line.slice(0, colon),
    value: colon < 0 ? '' : line.slice(line.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1),
    text: text.slice(start, next),
    end: text.slice(end, next),
  }
}

/** Undefined: it has no data. */
function eventOf(lines: readonly Line[]): EventFields | undefined {
  let [type, data, id]: [string, string | undefined, string | undefined] = ['', undefined, undefined]
  for (const {name, value} of lines) {
    if (name === 'data') data = data === undefined ? value : `${data}\n${value}`
    else if (name === 'event') type = value
    else if (name === 'id' && !value.includes('\0')) id = value
  }
  return data === undefined ? undefined : {type: type || 'message', data, id}
}

function idAlone(lines: readonly Line[]): string {
  const id = lines.findLast(({name, value}) => name === 'id' && !value.includes('\0'))
  return id === undefined ? '' : id.text + (id.end || '\n')
}

/** Only fields that changed are written anew: the first line of that name becomes the new value, the others go. */
function printed(lines: readonly Line[], before: EventFields, after: EventFields): string {
  const done: string[] = []
  let text = ''
  let lastEnd = ''
  for (const {name, text: line, end} of lines) {
    const value = newValue(name, before, after)
    if (done.includes(name)) continue
    // Else the CR of a line before those that went and the LF of the blank line would be one.
    if (lastEnd === '\r' && line === '\n') text += '\n'
    text += value === undefined ? line : fieldLines(name, value, end || '\n')
    if (value !== undefined) done.push(name)
    lastEnd = end
  }
  const missing = ['id', 'event'].filter(name => !done.includes(name))
  return missing.reduce((made, name) => fieldLines(name, newValue(name, before, after), '\n') + made, text)
}

/** Undefined: the field stays, or is none that changes. */
function newValue(name: string, before: EventFields, after: EventFields): string | undefined {
  if (name === 'data') return after.data === before.data ? undefined : after.data
  if (name === 'event') return after.type === before.type ? undefined : after.type
  return name === 'id' && after.id !== before.id ? after.id : undefined
}

const LINE_BREAK = /\r\n|\r|\n/g

/** Data of several lines is several fields; of any other field the lines become one. */
function fieldLines(name: string, value: string | undefined, end: string): string {
  if (value === undefined) return ''
  if (name !== 'data') return `${name}: ${value.replace(/[\r\n\0]+/g, ' ')}${end}`
  const lines = value.includes('\n') || value.includes('\r') ? value.replace(LINE_BREAK, `${end}data: `) : value
  return `data: ${lines}${end}`
}
