/**
 * Where an event stream stands after the bytes seen so far, as far as one must know to put bytes of
 * one's own in between (WHATWG HTML §9.2.5: lines end with CR, LF or CRLF; a blank line ends an event).
 */
export type Position = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7

/** After a blank line: no event is begun. */
export const BETWEEN_EVENTS = 0
/** Between two lines of an event. */
export const BETWEEN_LINES = 1
/** Within a line: nothing can be added. */
export const IN_LINE = 2
/** As BETWEEN_EVENTS, but the line ended with a CR whose LF may come yet. */
export const BETWEEN_EVENTS_AFTER_CR = 3
/** As BETWEEN_LINES, but the line ended with a CR whose LF may come yet. */
export const BETWEEN_LINES_AFTER_CR = 4
/** Nothing was seen: a byte order mark may come. 6, 7: within one. */
export const STREAM_START = 5

const LF = 10
const CR = 13

/** Whether whole events may be added there, or the stream be ended. */
export function isBetweenEvents(position: Position): boolean {
  return position === BETWEEN_EVENTS || position === BETWEEN_EVENTS_AFTER_CR || position === STREAM_START
}

/** Whether a line may be added there that is part of no event: a comment. */
export function isBetweenLines(position: Position): boolean {
  return position === BETWEEN_LINES || position === BETWEEN_LINES_AFTER_CR
}

/** Whether an LF that comes next is the end of a line that has ended. */
export function isAfterCr(position: Position): boolean {
  return position === BETWEEN_EVENTS_AFTER_CR || position === BETWEEN_LINES_AFTER_CR
}

/** The byte order mark of UTF-8, of which a stream may have one at its beginning. */
export const BYTE_ORDER_MARK: Uint8Array = Uint8Array.of(0xef, 0xbb, 0xbf)

/** The position after one more byte. */
export function step(position: Position, byte: number): Position {
  if (position >= STREAM_START && byte === BYTE_ORDER_MARK[position - STREAM_START])
    return position === 7 ? BETWEEN_EVENTS : ((position + 1) as Position)
  if (byte !== LF && byte !== CR) return IN_LINE
  if (byte === LF && position === BETWEEN_EVENTS_AFTER_CR) return BETWEEN_EVENTS
  if (byte === LF && position === BETWEEN_LINES_AFTER_CR) return BETWEEN_LINES
  const blank = isBetweenEvents(position) || isBetweenLines(position)
  if (byte === LF) return blank ? BETWEEN_EVENTS : BETWEEN_LINES
  return blank ? BETWEEN_EVENTS_AFTER_CR : BETWEEN_LINES_AFTER_CR
}

/** The position after a chunk. Looks at its last three bytes at most, save at the very beginning of a stream. */
export function advance(position: Position, chunk: Uint8Array): Position {
  const last = chunk.length - 1
  if (last < 0) return position
  if (position >= STREAM_START) return fromStart(position, chunk)
  const byte = chunk[last]
  if (byte !== LF && byte !== CR) return IN_LINE
  const end = byte === LF && last > 0 && chunk[last - 1] === CR ? last - 1 : last
  if (end > 0) {
    const before = chunk[end - 1]
    const blank = before === LF || before === CR
    if (byte === LF) return blank ? BETWEEN_EVENTS : BETWEEN_LINES
    return blank ? BETWEEN_EVENTS_AFTER_CR : BETWEEN_LINES_AFTER_CR
  }
  return end === last ? step(position, byte) : step(step(position, CR), LF)
}

function fromStart(start: Position, chunk: Uint8Array): Position {
  let position = start
  let i = 0
  while (i < chunk.length && position >= STREAM_START) position = step(position, chunk[i++] ?? 0)
  return position >= STREAM_START ? position : advance(position, chunk.subarray(i))
}

/** How many bytes of a chunk there are up to the first end of an event, that included; -1: none ends in it. */
export function untilBetweenEvents(start: Position, chunk: Uint8Array): number {
  let position = start
  for (let i = 0; i < chunk.length; i++) {
    position = step(position, chunk[i] ?? 0)
    if (isBetweenEvents(position)) return isAfterCr(position) && chunk[i + 1] === LF ? i + 2 : i + 1
  }
  return -1
}
