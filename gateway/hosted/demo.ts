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
  /** Of several demos with the same events. */
  readonly source?: DemoSource
}

interface DemoEvent {
  readonly id: number
  readonly value: number
  readonly readers: number
  readonly sent: number
}

/** Between two events, in ms. */
const PACE = 1000
/** Every so many events one has a type of its own. */
const MILESTONE = 10
/** So many events are kept for those that come back. */
const KEPT = 60
/** So long, in ms, a demo that was told to lose its streams gives no new ones. */
const LOST = 10_000
/** A reader with more than this many bytes waiting is let go. */
const WAITING_LIMIT = 64 * 1024

/** Serves `/`, a page that shows events arriving, `/events`, and `/lose`, which breaks them off. Rejects when the port is taken. */
export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const {port = 0, clock = systemClock, source = demoSource(clock)} = options
  const streams = demoStreams(source, clock)
  const server = createServer((request, response) => answer(streams, request, response))
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

function answer(streams: DemoStreams, request: IncomingMessage, response: ServerResponse): void {
  const path = request.url?.split('?')[0]
  if (path === '/lose' && request.method === 'POST') {
    response.writeHead(204).end()
    streams.lose()
  } else if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405, {Allow: 'GET, HEAD'}).end()
  else if (path === '/') {
    response.writeHead(200, {'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': PAGE_POLICY})
    response.end(request.method === 'GET' ? demoPage : undefined)
  } else if (path === '/events' && request.method === 'GET') streams.join(response, request.headers['last-event-id'])
  else response.writeHead(404).end()
}

const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:"

/** Makes events and hands them to whoever listens. Scope: process, so that several demos have the same. */
export interface DemoSource {
  /** The last of them, in order. */
  readonly kept: readonly DemoEvent[]
  readonly listeners: Set<(event: DemoEvent) => void>
  stop(): void
}

/** Begins to make events: a wave with some noise, as a meter might show it. */
export function demoSource(clock: Clock = systemClock): DemoSource {
  const listeners = new Set<(event: DemoEvent) => void>()
  const kept: DemoEvent[] = []
  // seconds since 1970, so that ids go on rising over a restart
  let id = Math.floor(Date.now() / 1000)
  let cancel: Cancel
  const tick = () => {
    id++
    const value = Math.round(50 + 35 * Math.sin(id / 9) + 10 * Math.sin(id * 1.7))
    const event = {id, value, readers: listeners.size, sent: Date.now()}
    kept.push(event)
    if (kept.length > KEPT) kept.shift()
    for (const listener of listeners) listener(event)
    cancel = clock.after(PACE, tick)
  }
  cancel = clock.after(PACE, tick)
  return {kept, listeners, stop: () => cancel()}
}

/** The open streams of one demo. */
interface DemoStreams {
  /** Sends what came after `lastEventId`, as far as it is kept, and then every new event. */
  join(response: ServerResponse, lastEventId: string | string[] | undefined): void
  /** Breaks all streams off, and for a while those that would begin, as if the service were gone. */
  lose(): void
}

function demoStreams({kept, listeners}: DemoSource, clock: Clock): DemoStreams {
  const readers = new Set<ServerResponse>()
  let lostUntil = Number.NEGATIVE_INFINITY
  return {
    join(response, lastEventId) {
      if (clock.now() < lostUntil) return void response.destroy()
      response.writeHead(200, {'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store'})
      response.flushHeaders()
      const last = lastEventId === undefined ? Number.NaN : Number(lastEventId)
      const listener = (event: DemoEvent) => send(response, event)
      for (const event of kept) if (event.id > last) listener(event)
      listeners.add(listener)
      readers.add(response)
      response.on('close', () => {
        listeners.delete(listener)
        readers.delete(response)
      })
    },
    lose() {
      lostUntil = clock.now() + LOST
      for (const reader of readers) reader.destroy()
    },
  }
}

/** Every tenth event is of the type `milestone`; `from` is the port of the demo that sends it. */
function send(reader: ServerResponse, {id, ...data}: DemoEvent): void {
  const type = id % MILESTONE === 0 ? 'event: milestone\n' : ''
  if (reader.writableLength > WAITING_LIMIT) reader.destroy()
  else reader.write(`id: ${id}\n${type}data: ${JSON.stringify({...data, from: reader.socket?.localPort})}\n\n`)
}
