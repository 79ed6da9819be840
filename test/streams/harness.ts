import {createParser} from 'eventsource-parser'
import type {Body, Sink} from '../../gateway/http/body.js'
import type {Headers} from '../../gateway/http/headers.js'
import type {StreamPolicy} from '../../gateway/pipeline/dispatch-plan.js'
import {type Exchange, newNotes} from '../../gateway/pipeline/exchange.js'
import {type GoneSource, goneSource} from '../../gateway/pipeline/gone.js'
import {OpenStreams} from '../../gateway/streams/open-streams.js'
import {toStreamResponse} from '../../gateway/streams/stream-response.js'
import {type TestClock, testClock} from '../helpers/clock.js'

export const quiet: StreamPolicy = {
  routeTimeout: 0,
  connectTimeout: 0,
  responseTimeout: 0,
  responseTimeoutGet: 0,
  idleTimeout: 0,
  keepaliveInterval: 0,
  writeTimeout: 0,
  maxDuration: 0,
  retry: 0,
  bufferLimit: 1,
  returnable: false,
  onLoss: 'abort',
  lossEvent: undefined,
  eventLimit: 1024 ** 2,
  idOrder: 'none',
  gap: 'none',
  resumeAttempts: 3,
  resumeSleep: 1000,
  resumeTimeout: 15_000,
  firstEventTimeout: 0,
  refuse: 'auto',
  maxStreams: 0,
}

/** What a service sends, by hand. */
export class ServiceBody implements Body {
  into: Sink | undefined
  discarded = false
  flow(into: Sink): void {
    this.into = into
  }
  discard(): void {
    this.discarded = true
  }
  send(chunk: string | Uint8Array): boolean {
    return this.into?.write(typeof chunk === 'string' ? Buffer.from(chunk) : chunk) === true
  }
}

/** A client that remembers. */
export class Client implements Sink {
  readonly chunks: Uint8Array[] = []
  ended: 'no' | 'whole' | Error = 'no'
  trailers: Headers | undefined
  full = false
  waiting = 0
  again: (() => void) | undefined
  write(chunk: Uint8Array): boolean {
    if (this.ended !== 'no') throw new Error('bytes after the end')
    this.chunks.push(chunk)
    if (this.full) this.waiting += chunk.length
    return !this.full
  }
  drained(again: () => void): void {
    this.again = again
  }
  end(trailers?: Headers): void {
    if (this.ended !== 'no') throw new Error('ended twice')
    this.ended = 'whole'
    this.trailers = trailers
  }
  /** Also after the end, as long as not everything was taken. */
  fail(error: Error): void {
    if (this.ended !== 'no' && this.waiting === 0) throw new Error('ended twice')
    this.ended = error
  }
  get bytes(): Buffer {
    return Buffer.concat(this.chunks)
  }
  get text(): string {
    return this.bytes.toString()
  }
}

export interface Opened {
  readonly service: ServiceBody
  readonly client: Client
  readonly clock: TestClock
  readonly streams: OpenStreams
  readonly gone: GoneSource
  readonly exchange: Exchange
  readonly headers: Headers
  /** Gives the service's bytes over to the client. */
  start(): void
}

export interface Opening {
  readonly policy?: Partial<StreamPolicy>
  readonly method?: string
  readonly request?: Headers
  readonly response?: Headers
  readonly status?: number
  readonly clock?: TestClock
  readonly streams?: OpenStreams
  /** Whatever else is looked at. */
  readonly exchange?: Partial<Exchange>
  /** What filters make of the body on its way to the client. */
  readonly through?: (body: Body) => Body
}

/** Of an exchange only what a stream looks at. */
export function testExchange({gone = goneSource(), method = 'GET', headers = [] as Headers}): Exchange {
  const notes = {...newNotes('t', 'X', '', '127.0.0.1'), endpoint: 'http://one'}
  return {id: 'request-1', request: {method, headers, version: '1.1'}, gone, notes} as unknown as Exchange
}

/** A stream, not yet flowing. */
export function opened(opening: Opening = {}): Opened {
  const {policy, method = 'GET', request = [], response = [], status = 200} = opening
  const clock = opening.clock ?? testClock()
  const streams = opening.streams ?? new OpenStreams(clock, () => 0.5)
  const service = new ServiceBody()
  const client = new Client()
  const gone = goneSource()
  const headers = ['Content-Type', 'text/event-stream', ...response]
  const exchange = {...testExchange({gone, method, headers: request}), ...opening.exchange}
  const made = toStreamResponse({status, headers, body: service}, exchange, {...quiet, ...policy}, streams)
  const {headers: given, body} = made
  const start = () => (opening.through?.(body) ?? body).flow(client)
  return {service, client, clock, streams, gone, exchange, headers: given, start}
}

/** A stream that flows. */
export function flowing(opening: Opening = {}): Opened {
  const stream = opened(opening)
  stream.start()
  return stream
}

/** The events that a client reads, reconnection times among them. */
export function eventsOf(text: string): unknown[] {
  const found: unknown[] = []
  const parser = createParser({onEvent: event => found.push(event), onRetry: ms => found.push(ms)})
  parser.feed(text.replace(/^\uFEFF/, '').replace(/\r$/, '\r\n'))
  return found
}

/** The examples of the standard (WHATWG HTML §9.2.6), each with the events that it says they are: data, and ID where there is one. */
export const examples: readonly (readonly [text: string, events: readonly (readonly [data: string, id: string])[]])[] =
  [
    ['data: YHOO\ndata: +2\ndata: 10\n\n', [['YHOO\n+2\n10', '']]],
    [
      ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n',
      [
        ['first event', '1'],
        ['second event', ''],
        [' third event', ''],
      ],
    ],
    [
      'data\n\ndata\ndata\n\ndata:',
      [
        ['', ''],
        ['\n', ''],
      ],
    ],
    [
      'data:test\n\ndata: test\n\n',
      [
        ['test', ''],
        ['test', ''],
      ],
    ],
  ]

/** A text with other line ends. */
export const withEnds = (text: string, end: string): string => text.replaceAll('\n', end)

/** Streams with each kind of line end, multi-byte text, a byte order mark, an unfinished end. */
export const texts: readonly string[] = [
  'data: a\n\nid: 1\ndata: b\n\n',
  'data: a\r\n\r\nid: 1\r\ndata: b\r\n\r\n',
  'data: a\r\rid: 1\rdata: b\r\r',
  'data: a\n\r\ndata: b\r\n\ndata: c\r\n\r',
  '\uFEFFevent: é\r\ndata: €\r\n\r\n:c\n\n',
  '\uFEFFdata: a\n\ndata: [DONE]\n',
  ':\n\n\n\ndata\n\nretry: 7\n\ndata: x',
  ...['\n', '\r\n', '\r'].flatMap(end => examples.map(([text]) => withEnds(text, end))),
]
