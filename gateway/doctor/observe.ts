import {type IncomingMessage, request} from 'node:http'
import {request as secureRequest} from 'node:https'
import type {Clock} from '../common/clock.js'
import type {Body, Sink} from '../http/body.js'
import {codingOf, decodedBody} from '../http/content-coding.js'
import type {Headers} from '../http/headers.js'
import {seconds} from './finding.js'
import type {End, Head, Observation, SeenEvent} from './observation.js'
import {StreamReading} from './stream-reading.js'

/** What is asked for, and for how long it is watched. */
export interface Watching {
  readonly url: URL
  readonly headers: Headers
  /** Milliseconds. */
  readonly time: number
  /** It has been watched for long enough; asked after each piece. */
  enough?(events: readonly SeenEvent[]): boolean
}

/** As a browser asks (WHATWG HTML §9.2.3), which takes what is compressed as well. */
const ASKED: Headers = [
  'Accept',
  'text/event-stream',
  'Cache-Control',
  'no-cache',
  'Accept-Encoding',
  'gzip, deflate, br',
]

/** Opens an event stream and watches it. Rejects when no connection can be had, or what answers is not HTTP. */
export function observe({url, headers, time, enough}: Watching, clock: Clock): Promise<Observation> {
  return new Promise((resolve, reject) => {
    const began = clock.now()
    const passed = () => clock.now() - began
    const reading = new StreamReading()
    let connectedAt: number | undefined
    let head: Head | undefined
    const secure = url.protocol === 'https:'
    const fields = Object.fromEntries(pairs([...ASKED, ...headers]))
    const asked = (secure ? secureRequest : request)(url, {agent: false, headers: fields})
    const finish = (how: End['how']) => {
      cancel()
      resolve({connectedAt: connectedAt ?? 0, head, ...reading.read(), end: {at: passed(), how}})
      asked.destroy()
    }
    const cancel = clock.after(time, () => {
      if (connectedAt !== undefined) finish('open')
      else asked.destroy(new Error(`no connection in ${seconds(time)}`))
    })
    const take = (chunk: Uint8Array) => {
      reading.push(chunk, passed())
      if (reading.isLong || enough?.(reading.events)) finish('open')
    }
    asked.on('socket', socket =>
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        connectedAt = passed()
      }),
    )
    asked.on('response', response => {
      head = headOf(response, passed())
      if (head.status !== 200) finish('open')
      else plainBody(response, head.headers).flow(watched(take, finish))
    })
    asked.on('error', error => {
      cancel()
      if (connectedAt !== undefined && head === undefined && isCut(error)) finish('broken')
      else reject(error)
    })
    asked.end()
  })
}

function watched(take: (chunk: Uint8Array) => void, finish: (how: End['how']) => void): Sink {
  return {
    write(chunk) {
      take(chunk)
      return true
    },
    drained: again => again(),
    end: () => finish('whole'),
    fail: () => finish('broken'),
  }
}

/** The connection ended before a response head came. */
const isCut = (error: NodeJS.ErrnoException) => error.code === 'ECONNRESET'

function headOf(response: IncomingMessage, at: number): Head {
  const {statusCode = 0, httpVersion: version, rawHeaders: headers} = response
  return {at, status: statusCode, version, headers}
}

/** Without a content coding, as a browser reads it; one that is not known stays. */
function plainBody(response: IncomingMessage, headers: Headers): Body {
  const body: Body = {
    flow(into: Sink) {
      response.on('data', (chunk: Buffer) => into.write(chunk))
      response.on('end', () => into.end())
      response.on('error', error => into.fail(error))
    },
    discard: () => response.destroy(),
  }
  return decodedBody(body, codingOf(headers)) ?? body
}

function pairs(headers: Headers): [string, string][] {
  return Array.from({length: headers.length / 2}, (_, i) => [headers[2 * i] ?? '', headers[2 * i + 1] ?? ''])
}
