import {encodeEvent} from '../sse/encode-event.js'

/** Tells a client that events are missing between two IDs; without an ID of its own, so that the client's stays. */
export function gapEvent(after: string, before: string): Uint8Array {
  const text = (id: string) => Buffer.from(id, 'latin1').toString()
  return encodeEvent({type: 'gateway-gap', data: JSON.stringify({after: text(after), before: text(before)})})
}
