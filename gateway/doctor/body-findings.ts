import {isEventStream, valueOf} from '../http/headers.js'
import {heldFor, tornPieces} from './buffering.js'
import {type Finding, seconds} from './finding.js'
import type {Observation} from './observation.js'

/** Milliseconds of silence after which proxies begin to cut. */
const SILENCE = 20_000
/** Milliseconds of silence before an end that make it look like an idle timeout. */
const IDLE = 1000

/** What the body of a stream shows; nothing where it is none. */
export function bodyFindings(seen: Observation): readonly Finding[] {
  if (seen.events.length === 0 && !isEventStream(valueOf(seen.head?.headers ?? [], 'content-type'))) return []
  const {lineEnds, events} = seen
  const kinds = Object.entries(lineEnds).filter(([, count]) => count > 0)
  const found: (Finding | undefined)[] = [
    buffered(seen),
    cut(seen),
    seen.half && seen.end.how === 'whole' ? halfEvent : undefined,
    longestSilence(seen) > SILENCE ? noKeepalive(longestSilence(seen)) : undefined,
    events.length > 0 && events.every(({id}) => id === '') ? noIds : undefined,
    kinds.length > 1 || lineEnds.cr > 0 ? oddLineEnds(kinds.map(([name]) => name.toUpperCase())) : undefined,
    seen.byteOrderMark ? byteOrderMark : undefined,
    seen.invalid ? notUtf8 : undefined,
  ]
  return found.filter(finding => finding !== undefined)
}

/** The longest time without a byte after the head, until we left; milliseconds. */
function longestSilence({head, pieces, end}: Observation): number {
  const times = [head?.at ?? end.at, ...pieces.map(({at}) => at), end.at]
  return Math.max(...times.map((at, i) => at - (times[i - 1] ?? at)))
}

const UNBUFFER =
  'Something on the way gathers what the service sends. Switch buffering off (nginx: proxy_buffering off, or X-Accel-Buffering: no from the service), and compression too.'

/** Only what cannot be otherwise: that a service writes several events at once is its own affair. */
function buffered(seen: Observation): Finding | undefined {
  const held = heldFor(seen)
  if (held > 0) {
    const message = `events that were sent over ${seconds(held)}, by the times in them, came at once`
    return {code: 'buffered', message, advice: UNBUFFER}
  }
  const torn = tornPieces(seen)
  if (torn.length < 2) return undefined
  const bytes = Math.max(...torn.map(piece => piece.bytes))
  const message = `${torn.length} times bytes came that end within an event, and then a pause (up to ${bytes} bytes at once)`
  return {code: 'buffered', message, advice: UNBUFFER}
}

function cut({head, pieces, end}: Observation): Finding | undefined {
  if (end.how !== 'broken' || head === undefined) return undefined
  const silent = end.at - (pieces.at(-1)?.at ?? head.at)
  const idle = silent >= IDLE
  return {
    code: 'cut',
    message: idle
      ? `the stream was cut after ${seconds(end.at)}, ${seconds(silent)} after its last byte`
      : `the stream was cut after ${seconds(end.at)}, while bytes came`,
    advice: idle
      ? `That looks like an idle timeout of ${seconds(silent)}: send a comment more often than that, or raise it (nginx: proxy_read_timeout).`
      : 'That looks like a limit on the whole request, or the service was lost: look at both; with event IDs a client can come back for the rest.',
  }
}

const halfEvent: Finding = {
  code: 'half-event',
  message: 'the stream ended within an event',
  advice: 'A client throws the half event away: end each event, the last one too, with a blank line.',
}

function noKeepalive(ms: number): Finding {
  return {
    code: 'no-keepalive',
    message: `for ${seconds(ms)} not a byte came`,
    advice:
      'Proxies cut silent connections, often after 30 or 60 s: in a silence send a comment (a line that begins with a colon) every 15 s.',
  }
}

const noIds: Finding = {
  code: 'no-ids',
  message: 'events have no ID',
  advice:
    'A client whose connection breaks cannot say where it was, and loses what came meanwhile: send an id with each event.',
}

function oddLineEnds(kinds: readonly string[]): Finding {
  return {
    code: 'line-ends',
    message: `lines end with ${kinds.join(' and with ')}`,
    advice: 'Browsers take each of them, many other parsers do not: end all lines with LF.',
  }
}

const byteOrderMark: Finding = {
  code: 'byte-order-mark',
  message: 'the stream begins with a byte order mark',
  advice:
    'What is put before it, such as a comment of a proxy, makes it part of the first field, which is then lost: leave it away.',
}

const notUtf8: Finding = {
  code: 'not-utf-8',
  message: 'there are bytes that are no UTF-8',
  advice: 'Event streams are always UTF-8, whatever the charset says; other bytes become U+FFFD.',
}
