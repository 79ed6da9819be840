import type {OutgoingHttpHeaders, RequestListener, ServerResponse} from 'node:http'

/** Fields of a stream with which nothing is wrong. */
export const GOOD = {'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no'}

/** How many events a service sends at once. */
export const EVENTS = 5

export const event = (id: number, data = 'x') => `id: ${id}\ndata: ${data}\n\n`

/** Events after an ID. */
export const eventsAfter = (id: number) =>
  Array.from({length: Math.max(EVENTS - id, 0)}, (_, i) => event(id + 1 + i)).join('')

/** A service that sends what comes after `Last-Event-ID`, its head at once; `send` says how. */
export function stream(
  send: (after: number, response: ServerResponse) => void,
  fields: OutgoingHttpHeaders = GOOD,
): RequestListener {
  return (request, response) => {
    response.writeHead(200, fields)
    response.flushHeaders()
    send(Number(request.headers['last-event-id'] ?? 0), response)
  }
}

/** A service that writes a text at once. */
export const says = (text: (after: number) => string, fields: OutgoingHttpHeaders = GOOD) =>
  stream((after, response) => response.write(text(after)), fields)

/** Nothing is wrong with it. */
export const healthy = says(eventsAfter)
