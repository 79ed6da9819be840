import {duration, flag, integer, oneOf, size} from '../common/params.js'
import {onLoss} from './on-loss.js'

/**
 * How event streams are kept and ended. Each may stand as a param of a topology's service, of a
 * dispatch in `service.xml`, and with the prefix `gateway.` in `gateway-site.xml`; the first of
 * these holds. `0` means no limit.
 */
export const streamParams = {
  'route.timeout': duration(
    'The whole exchange, stream or not, from request to end: then 504, or it is broken off.',
    0,
    's',
  ),
  'sse.connect.timeout': duration('TCP and TLS to the service.', 10_000, 's'),
  'sse.response.timeout': duration(
    'From request sent to response head. When nothing is named: GET with HA on 15; to go on with a stream `sse.idle.timeout`, or 15.',
    0,
    's',
  ),
  'sse.idle.timeout': duration('No byte from the service for so long: the service counts as lost.', 0, 's'),
  'sse.keepalive.interval': duration('Nothing sent to the client for so long: the comment `:keepalive`.', 15_000, 's'),
  'sse.write.timeout': duration('Bytes queued and no write completed for so long: closed.', 60_000, 's'),
  'sse.max.duration': duration('Returnable streams end between two events; the client comes back.', 0, 's'),
  'sse.retry': duration('Sent as `retry:` at the start of each stream unless the service sends its own.', 0, 'ms'),
  'sse.buffer.limit': size('What may wait for a slow client before its service is held up. 0: no limit.', 1024 ** 2),
  'sse.returnable': flag('Clients come back for the rest of a stream, also without event IDs.', false),
  'sse.on.loss': onLoss(
    'When the service is lost: `abort` breaks the connection; `resume` goes on at the next URL, and is the default where `sse.resume` is declared; `event:` and its text end the stream with that event.',
  ),
  'sse.resume': oneOf(
    'What the service honours to go on with a stream: with `last-event-id` it sends what comes after that ID.',
    'none',
    ['none', 'last-event-id'],
  ),
  'sse.event.limit': size(
    'Length of an event, where events must be whole (`resume`, `event:`); a longer one ends its stream. 0: no limit.',
    1024 ** 2,
  ),
  'sse.id.order': oneOf(
    'How the service counts its event IDs: each is higher than the one before, or higher by one. It shows whether a stream that goes on is whole.',
    'none',
    ['none', 'increasing', 'consecutive'],
  ),
  'sse.gap': oneOf(
    'How a client is told that events are missing: by an event `gateway-gap`, or by the end of the stream.',
    'none',
    ['none', 'event', 'end'],
  ),
  'sse.max.streams': integer('Open streams of the service; more are refused. 0: no limit.', 0),
  'sse.refuse': oneOf(
    'How a refusal that will pass is told. `auto`: to an EventSource of a browser by a stream that ends at once (`soft`), since any other status ends it for good; to others by the status.',
    'auto',
    ['auto', 'status', 'soft'],
  ),
}

/** A table of the same params under other names. */
export type Prefixed<T> = {readonly [K in keyof T & string as `gateway.${K}`]: T[K]}

/** `sse.retry` becomes `gateway.sse.retry`. */
export function prefixed<T extends object>(table: T): Prefixed<T> {
  // Object.fromEntries loses the names, which Prefixed tells again
  return Object.fromEntries(Object.entries(table).map(([name, param]) => [`gateway.${name}`, param])) as Prefixed<T>
}
