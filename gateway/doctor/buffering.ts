import type {Observation, Piece, SeenEvent} from './observation.js'

/** Events that came at once. */
type Lump = readonly SeenEvent[]

/** Events that come within so many milliseconds of the one before came at once. */
const AT_ONCE = 30
/** Milliseconds of a pause that is one. */
const PAUSE = 500
/** Milliseconds that events must have been sent over, by the times in them, to have been held. */
const HELD = 1000
/** What comes so soon, in milliseconds, may be history that the service sends at once. */
const SOON = 1000

/** Events by when they came. */
function lumpsOf(events: readonly SeenEvent[]): readonly Lump[] {
  const lumps: SeenEvent[][] = []
  for (const event of events) {
    const lump = lumps.at(-1)
    const last = lump?.at(-1)
    if (lump && last && event.at - last.at <= AT_ONCE) lump.push(event)
    else lumps.push([event])
  }
  return lumps
}

/**
 * The longest time, in milliseconds, over which events were sent that came at once, by the times of
 * day in them. 0: none was held, or they name no times. Clocks need not agree.
 */
export function heldFor({events, head}: Observation): number {
  const late = lumpsOf(events).filter(([first]) => (first?.at ?? 0) > SOON || (head?.at ?? 0) > SOON)
  return Math.max(0, ...late.map(spread).filter(ms => ms >= HELD))
}

/** Between the first and the last time in a lump; 0 where it does not name times that rise. */
function spread(lump: Lump): number {
  const times = lump.flatMap(({sentAt}) => sentAt ?? [])
  if (times.length < lump.length) return 0
  const rises = times.every((time, i) => i === 0 || time >= (times[i - 1] ?? 0))
  return rises ? (times.at(-1) ?? 0) - (times[0] ?? 0) : 0
}

/** Pieces that ended within an event, before a pause: what is cut by its bytes was gathered by its bytes. */
export function tornPieces({pieces, end}: Observation): readonly Piece[] {
  return pieces.filter(({torn, at}, i) => torn && (pieces[i + 1]?.at ?? end.at) - at >= PAUSE)
}
