import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {type Cancel, type Clock, systemClock} from '../common/clock.js'
import {demoPage} from './demo-page.js'

/** The event source that the gateway brings along, a service like any other. Scope: process. */
export interface Demo {
  readonly url: string
  close(): Promise<void>
}

export interface DemoOptions {
  /** Loopback port; 0: any free one. */
  readonly port?: number
  readonly clock?: Clock
}

interface DemoEvent {
  readonly id: number
  readonly text: string
}

/** Between two events, in ms. */
const PACE = 1000
/** Every so many events one has a type of its own. */
const MILESTONE = 10
/** So many events are kept for those that come back. */
const KEPT = 60
/** A reader with more than this many bytes waiting is let go. */
const WAITING_LIMIT = 64 * 1024

/** Serves `/`, a page that shows events arriving, and `/events`. Rejects when the port is taken. */
export async function startDemo({port = 0, clock = systemClock}: DemoOptions = {}): Promise<Demo> {
  const source = demoSource(clock)
  const server = createServer((request, response) => answer(source, request, response))
  try {
    await listening(server, port)
  } catch (error) {
    source.stop()
    throw error
  }
  return {
    // a server that listens by TCP has an address of this kind
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      source.stop()
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

/**
 * The loopback port at which a service of the demo's is expected; undefined: it is somewhere else,
 * and not the gateway's to start.
 */
export function demoPort(serviceUrl: string): number | undefined {
  const [, port] = /^http:\/\/127\.0\.0\.1:(\d{1,5})\/?$/.exec(serviceUrl) ?? []
  return port === undefined ? undefined : Number(port)
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({host: '127.0.0.1', port}, () => resolve())
  })
}

function answer(source: DemoSource, request: IncomingMessage, response: ServerResponse): void {
  const path = request.url?.split('?')[0]
  if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405, {Allow: 'GET, HEAD'}).end()
  else if (path === '/') {
    response.writeHead(200, {'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': PAGE_POLICY})
    response.end(request.method === 'GET' ? demoPage : undefined)
  } else if (path === '/events' && request.method === 'GET') source.join(response, request.headers['last-event-id'])
  else response.writeHead(404).end()
}

const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:"

/** Makes events and hands them to whoever listens. Scope: one demo. */
interface DemoSource {
  /** Sends what came after `lastEventId`, as far as it is kept, and then every new event. */
  join(response: ServerResponse, lastEventId: string | string[] | undefined): void
  stop(): void
}

function demoSource(clock: Clock): DemoSource {
  const readers = new Set<ServerResponse>()
  const kept: DemoEvent[] = []
  // seconds since 1970, so that ids go on rising over a restart
  let id = Math.floor(Date.now() / 1000)
  let cancel: Cancel
  const tick = () => {
    id++
    const event = {id, text: printEvent(id, readers.size)}
    kept.push(event)
    if (kept.length > KEPT) kept.shift()
    for (const reader of readers) send(reader, event)
    cancel = clock.after(PACE, tick)
  }
  cancel = clock.after(PACE, tick)
  return {
    join(response, lastEventId) {
      response.writeHead(200, {'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store'})
      response.flushHeaders()
      const last = lastEventId === undefined ? Number.NaN : Number(lastEventId)
      for (const event of kept) if (event.id > last) send(response, event)
      readers.add(response)
      response.on('close', () => readers.delete(response))
    },
    stop: () => cancel(),
  }
}

function send(reader: ServerResponse, {text}: DemoEvent): void {
  if (reader.writableLength > WAITING_LIMIT) reader.destroy()
  else reader.write(text)
}

/** A wave with some noise, as a meter might show it; every tenth event is of the type `milestone`. */
function printEvent(id: number, readers: number): string {
  const value = Math.round(50 + 35 * Math.sin(id / 9) + 10 * Math.sin(id * 1.7))
  const data = JSON.stringify({value, readers, sent: Date.now()})
  return `id: ${id}\n${id % MILESTONE === 0 ? 'event: milestone\n' : ''}data: ${data}\n\n`
}
