import {GatewayError} from '../../common/errors.js'
import {isEventStream, valueOf} from '../../http/headers.js'
import type {GatewayResponse} from '../../pipeline/exchange.js'
import type {EventFields} from '../../sse/changed-block.js'
import type {EditingFailed} from '../edited-body.js'
import {editedEvents} from '../edited-events.js'
import type {SeenEvent} from './event-acl.js'

/** Bytes of an event that can be judged; a stream with a longer one is broken off. */
const LONGEST = 1024 * 1024

/**
 * An event stream without the events that its reader may not see. Of one that has an ID, that is handed on alone, so that
 * a reader who comes back comes back behind it. Other answers are as they were. Throws GatewayError 502 for a stream that is compressed.
 */
export function withoutEvents(
  response: GatewayResponse,
  maySee: (event: SeenEvent) => boolean,
  failed: EditingFailed,
): GatewayResponse {
  const {headers, body} = response
  if (!isEventStream(valueOf(headers, 'content-type'))) return response
  const encoding = valueOf(headers, 'content-encoding')
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity')
    throw new GatewayError(502, 'events-compressed', 'The events of this service cannot be read.')
  return {...response, body: editedEvents(body, event => (maySee(asText(event)) ? event : 'drop'), LONGEST, failed)}
}

const asText = ({type, data}: EventFields): SeenEvent => ({type: fromUtf8(type), data: fromUtf8(data)})

const fromUtf8 = (bytes: string) => Buffer.from(bytes, 'latin1').toString()
