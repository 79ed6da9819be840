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
    this.#reader = new BlockReader(limit)
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
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    const made = changedBlock(text, this.#change)
    return made === text ? bytes : Buffer.from(made, 'latin1')
  }
}

const EMPTY = new Uint8Array()

interface Line {
  /** Name of its field; empty: a comment, or the blank line. */
  readonly name: string
  readonly value: string
  readonly text: string
  readonly end: string
}

const LINES = /([^\r\n:]*)(?:: ?([^\r\n]*))?(\r\n|\r|\n|$)/g

function changedBlock(text: string, change: ChangeEvent): string {
  const lines = [...text.matchAll(LINES)]
    .filter(([all]) => all !== '')
    .map(([all, name = '', value = '', end = '']): Line => ({name, value, text: all, end}))
  const data = lines.filter(({name}) => name === 'data')
  if (data.length === 0) return text
  const event = {
    type: lines.findLast(({name}) => name === 'event')?.value || 'message',
    data: data.map(({value}) => value).join('\n'),
    id: lines.findLast(({name, value}) => name === 'id' && !value.includes('\0'))?.value,
  }
  const made = change(event)
  if (made === event) return text
  if (made === 'drop') return idAlone(lines)
  return printed(lines, event, made)
}

function idAlone(lines: readonly Line[]): string {
  const id = lines.findLast(({name, value}) => name === 'id' && !value.includes('\0'))
  return id === undefined ? '' : id.text + (id.end || '\n')
}

/** Only fields that changed are written anew: the first line of that name becomes the new value, the others go. */
function printed(lines: readonly Line[], before: EventFields, after: EventFields): string {
  const fields = new Map<string, string>()
  if (after.data !== before.data) fields.set('data', after.data)
  if (after.type !== before.type) fields.set('event', after.type)
  if (after.id !== before.id && after.id !== undefined) fields.set('id', after.id)
  const done = new Set<string>()
  let text = ''
  for (const {name, text: line, end} of lines) {
    const value = fields.get(name)
    if (value === undefined) text += line
    else if (!done.has(name)) text += fieldLines(name, value, end || '\n')
    done.add(name)
  }
  const added = [...fields].filter(([name]) => !done.has(name)).map(([name, value]) => fieldLines(name, value, '\n'))
  return added.join('') + text
}

/** Data of several lines is several fields; of any other field the lines become one. */
function fieldLines(name: string, value: string, end: string): string {
  if (name !== 'data') return `${name}: ${value.replace(/[\r\n\0]+/g, ' ')}${end}`
  return value
    .split(/\r\n|\r|\n/)
    .map(line => `data: ${line}${end}`)
    .join('')
}
