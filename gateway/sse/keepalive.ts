import {isBetweenEvents, isBetweenLines, type Position} from './event-boundary.js'

const BETWEEN_EVENTS = Buffer.from(':keepalive\n\n')
const BETWEEN_LINES = Buffer.from(':keepalive\n')

/** The comment that may be added where a stream stands; undefined: within a line none may. */
export function keepaliveAt(position: Position): Uint8Array | undefined {
  if (isBetweenEvents(position)) return BETWEEN_EVENTS
  return isBetweenLines(position) ? BETWEEN_LINES : undefined
}
