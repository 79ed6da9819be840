import {BETWEEN_EVENTS, IN_LINE, type Position, STREAM_START, step} from './event-boundary.js'

const LETTER_I = 105
const LETTER_D = 100
const COLON = 58

/** Whether a field `id` with a value begins a line of a chunk; one that is torn between chunks is not seen. */
export function givesId(start: Position, chunk: Uint8Array): boolean {
  let position = start
  for (let i = 0; i < chunk.length; i++) {
    const byte = chunk[i] ?? 0
    const lineBegins = position !== IN_LINE && position <= STREAM_START
    if (byte === LETTER_I && lineBegins && isId(chunk, i)) return true
    position = step(position, byte)
  }
  return false
}

/** After `id:` and a space, which is not part of the value, something other than a line end. */
function isId(chunk: Uint8Array, at: number): boolean {
  if (chunk[at + 1] !== LETTER_D || chunk[at + 2] !== COLON) return false
  const first = chunk[at + 3] === 32 ? chunk[at + 4] : chunk[at + 3]
  return first !== undefined && step(BETWEEN_EVENTS, first) === IN_LINE
}
