import {valueOf} from '../../http/headers.js'
import {type AccessRecord, jsonPlace} from '../../observe/access-log.js'
import {withoutSecrets} from '../../pipeline/exchange.js'
import type {Serving, Visit} from '../serve.js'

/** Writes a visit's line: one for a whole exchange, two for a stream. */
export function logVisit(serving: Serving, visit: Visit, event: AccessRecord['event']): void {
  if (!serving.access.on) return
  const {client, exchange, commit} = visit
  const notes = exchange?.notes
  serving.access.write({
    event,
    at: serving.clock.date(),
    id: visit.id,
    client: notes?.client ?? client.socket.remoteAddress ?? '',
    user: notes?.user ?? '',
    method: client.method,
    target: withoutSecrets(client.target, notes),
    version: client.version,
    status: commit?.status ?? visit.status,
    bytes: commit?.bytes ?? 0,
    headMs: visit.headMs,
    totalMs: serving.clock.now() - visit.began,
    topology: notes?.topology ?? '',
    service: notes?.service ?? '',
    place: notes?.place ?? NOWHERE,
    endpoint: notes?.endpoint ?? '',
    attempts: notes?.attempts ?? 0,
    end: event === 'open' ? '' : (commit?.outcome ?? 'client'),
    sent(lowerName) {
      const value = valueOf(client.headers, lowerName)
      return value && withoutSecrets(value, notes)
    },
  })
}

/** Writes the line of what was refused without having been read as a request. */
export function logRefusal({access, clock}: Serving, client: string, id: string, status: number): void {
  if (!access.on) return
  access.write({
    ...UNREAD,
    at: clock.date(),
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
  sent: () => undefined,
} as const
