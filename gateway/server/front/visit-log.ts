import {type Headers, valueOf} from '../../http/headers.js'
import {type AccessRecord, jsonPlace} from '../../observe/access-log.js'
import {type ExchangeNotes, withoutSecrets} from '../../pipeline/exchange.js'
import type {Serving, Visit} from '../serve.js'

/** Writes a visit's line: one for a whole exchange, two for a stream. */
export function logVisit(serving: Serving, visit: Visit, event: AccessRecord['event']): void {
  const {access, clock} = serving
  if (!access.on) return
  const {client, exchange, commit} = visit
  const notes = exchange?.notes
  const at = clock.now()
  access.write({
    event,
    at,
    id: visit.id,
    client: notes?.client ?? client.socket.remoteAddress ?? '',
    user: notes?.user ?? '',
    method: client.method,
    target: withoutSecrets(client.target, notes),
    version: client.version,
    status: commit?.status ?? visit.status,
    bytes: commit?.bytes ?? 0,
    headMs: visit.headMs,
    totalMs: at - visit.began,
    topology: notes?.topology ?? '',
    service: notes?.service ?? '',
    place: notes?.place ?? NOWHERE,
    endpoint: notes?.endpoint ?? '',
    attempts: notes?.attempts ?? 0,
    end: event === 'open' ? '' : (commit?.outcome ?? 'client'),
    sent: sentFields(access.fields, client.headers, notes),
  })
}

/** Values, and no closure: that would hold all of its exchange until the line is written. */
const sentFields = (names: readonly string[], headers: Headers, notes: ExchangeNotes | undefined) =>
  names.length === 0 ? NONE : names.map(name => sentField(valueOf(headers, name), notes))

const sentField = (value: string | undefined, notes: ExchangeNotes | undefined) =>
  value === undefined ? undefined : withoutSecrets(value, notes)

const NONE: readonly undefined[] = []

/** Writes the line of what was refused without having been read as a request. */
export function logRefusal({access, clock}: Serving, client: string, id: string, status: number): void {
  if (!access.on) return
  access.write({
    ...UNREAD,
    sent: access.fields.map(() => undefined),
    at: clock.now(),
    id,
    client,
    status,
  })
}

const NOWHERE = jsonPlace('', '')

const UNREAD = {
  event: 'request',
  user: '',
  method: '-',
  target: '-',
  version: '-',
  bytes: 0,
  headMs: 0,
  totalMs: 0,
  topology: '',
  service: '',
  place: NOWHERE,
  endpoint: '',
  attempts: 0,
  end: 'whole',
} as const
