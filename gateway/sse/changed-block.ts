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

const NAMES = ['data', 'event', 'id'] as const

/** A line that may change. */
interface Field {
  readonly name: (typeof NAMES)[number]
  readonly value: string
  /** In the block: where the line begins, where its end does, where the next line begins. */
  readonly start: number
  readonly end: number
  readonly next: number
}

/** Text of a block, an event with all its lines, after a change; undefined: it stays as it came. */
export function changedBlock(text: string, change: ChangeEvent): string | undefined {
  const fields = fieldsOf(text)
  const event = eventOf(fields)
  if (event === undefined) return undefined
  const made = change(event)
  if (made === event) return undefined
  return made === 'drop' ? idAlone(text, fields) : printed(text, fields, event, made)
}

function fieldsOf(text: string): readonly Field[] {
  const fields: Field[] = []
  const hasCr = text.includes('\r')
  let colon = -1
  for (let start = 0; start < text.length; ) {
    const end = orEnd(text, hasCr ? crOrLf(text, start) : text.indexOf('\n', start))
    const next = hasCr && text.startsWith('\r\n', end) ? end + 2 : end + 1
    if (colon < start) colon = orEnd(text, text.indexOf(':', start))
    const nameEnd = Math.min(colon, end)
    const name = nameOf(text.slice(start, nameEnd))
    if (name !== undefined) fields.push({name, value: valueOf(text, nameEnd, end), start, end, next})
    start = next
  }
  return fields
}

const orEnd = (text: string, at: number) => (at < 0 ? text.length : at)

const LINE_END = /[\r\n]/g

function crOrLf(text: string, from: number): number {
  LINE_END.lastIndex = from
  return LINE_END.exec(text)?.index ?? -1
}

const nameOf = (text: string) => NAMES.find(name => name === text)

const SPACE = 32

/** What follows a colon and one space. */
function valueOf(text: string, colon: number, end: number): string {
  return text.slice(text.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1, end)
}

/** Undefined: it has no data. */
function eventOf(fields: readonly Field[]): EventFields | undefined {
  let type = ''
  let data: string | undefined
  let id: string | undefined
  for (const field of fields) {
    if (field.name === 'data') data = data === undefined ? field.value : `${data}\n${field.value}`
    else if (field.name === 'event') type = field.value
    else if (!field.value.includes('\0')) id = field.value
  }
  return data === undefined ? undefined : {type: type || 'message', data, id}
}

function idAlone(text: string, fields: readonly Field[]): string {
  const id = fields.findLast(({name, value}) => name === 'id' && !value.includes('\0'))
  return id === undefined ? '' : text.slice(id.start, id.next) + lineEnd(text, id)
}

const lineEnd = (text: string, {end, next}: Field) => text.slice(end, next) || '\n'

/** Only fields that changed are written anew: the first line of that name becomes the new value, the others go. */
function printed(text: string, fields: readonly Field[], before: EventFields, after: EventFields): string {
  const fresh = {
    data: after.data === before.data ? undefined : after.data,
    event: after.type === before.type ? undefined : after.type,
    id: after.id === before.id ? undefined : after.id,
  }
  const written: string[] = []
  let made = ''
  let from = 0
  for (const field of fields) {
    const value = fresh[field.name]
    if (value === undefined) continue
    made += text.slice(from, field.start)
    from = field.next
    if (!written.includes(field.name)) made += fieldLines(field.name, value, lineEnd(text, field))
    // Else the CR of a line before those that went and the LF of the blank line would be one.
    else if (text.startsWith('\n', from) && made.endsWith('\r')) made += '\n'
    written.push(field.name)
  }
  made += text.slice(from)
  if (fresh.id !== undefined && !written.includes('id')) made = fieldLines('id', fresh.id, '\n') + made
  if (fresh.event !== undefined && !written.includes('event')) made = fieldLines('event', fresh.event, '\n') + made
  return made
}

const LINE_BREAK = /\r\n|\r|\n/g

/** Data of several lines is several fields; of any other field the lines become one. */
function fieldLines(name: string, value: string, end: string): string {
  if (name !== 'data') return `${name}: ${value.replace(/[\r\n\0]+/g, ' ')}${end}`
  const lines = value.includes('\n') || value.includes('\r') ? value.replace(LINE_BREAK, `${end}data: `) : value
  return `data: ${lines}${end}`
}
