import type {Clock} from '../common/clock.js'
import {replaced} from '../http/headers.js'
import {usableId} from '../sse/usable-id.js'
import {type Finding, seconds} from './finding.js'
import type {Observation, SeenEvent} from './observation.js'
import {observe, type Watching} from './observe.js'

/** Comes back as a client that lost the later events would, and tells how the stream goes on. */
export async function resumeFindings(
  watching: Watching,
  events: readonly SeenEvent[],
  clock: Clock,
): Promise<readonly Finding[]> {
  const ids = idsOf(events)
  if (ids.length === 0) return []
  // with one before it, a stream that begins anew is told from one that repeats the last event
  const at = ids.length > 2 ? 1 : 0
  const header = ids.length > 1 && asHeader(ids[at] ?? '')
  if (!header) return [unknown('fewer than two IDs came that a client can send back')]
  const headers = replaced(watching.headers, 'Last-Event-ID', header)
  const again = await observe({...watching, headers, enough: seen => idsOf(seen).length > 0}, clock).catch(
    (error: Error) => error,
  )
  const found = again instanceof Error ? refused(again.message) : judged(ids, at, again)
  return found ? [found] : []
}

/** Each once, in order. */
const idsOf = (events: readonly SeenEvent[]) => [...new Set(events.map(({id}) => id).filter(id => id !== ''))]

/** As a browser sends it: its UTF-8, a character each byte. Empty: no header can carry it. */
function asHeader(id: string): string {
  const bytes = Buffer.from(id)
  return usableId(bytes, 0, bytes.length) ?? ''
}

/** How a stream goes on after the event `at`; undefined: with the next one, as it should. */
function judged(ids: readonly string[], at: number, {head, events, end}: Observation): Finding | undefined {
  const first = idsOf(events)[0]
  if (head === undefined) return refused('no response head came')
  if (head.status !== 200) return refused(`the status was ${head.status}`)
  if (first === undefined) return unknown(`no event with an ID came in ${seconds(end.at)} after coming back`)
  const place = ids.indexOf(first)
  const how = `asked for what follows ID ${ids[at]}, which was ${ids[at + 1]}, it went on with ${first}`
  if (place === at + 1) return undefined
  if (place < 0) return {code: 'resume-ignored', message: `${how}, which had not come before`, advice: KEEP}
  if (place > at + 1) return {code: 'resume-loses', message: how, advice: KEEP}
  if (place === at && at > 0) return {code: 'resume-repeats', message: how, advice: AFTER}
  return {code: 'resume-ignored', message: `${how}, an earlier one`, advice: KEEP}
}

const AFTER = 'Last-Event-ID names the last event that the client has: begin with the one after it.'
const KEEP =
  'A client that comes back loses events or gets them twice: let the service keep a history and begin after Last-Event-ID, and let proxies pass that header.'

const refused = (why: string): Finding => ({
  code: 'resume-refused',
  message: `who comes back with a Last-Event-ID is refused: ${why}`,
  advice: 'An EventSource comes back with this header whenever its connection broke: answer it with 200.',
})

const unknown = (why: string): Finding => ({
  code: 'resume-unknown',
  message: `whether Last-Event-ID is honoured could not be seen: ${why}`,
  advice: 'Watch for longer (--seconds), or while more events are sent.',
})
