import {codingOf} from '../http/content-coding.js'
import {type Headers, isEventStream, valueOf} from '../http/headers.js'
import {type Finding, seconds} from './finding.js'
import type {Head, Observation} from './observation.js'

/** Milliseconds to a head that are too many. */
const LATE = 1000
/** A head and what follows it within so many milliseconds came together. */
const TOGETHER = 50

/** What the head of a response shows. */
export function headFindings({head, connectedAt, pieces, end}: Observation): readonly Finding[] {
  if (head === undefined) return [noHead(end.at - connectedAt, end.how === 'broken')]
  if (head.status !== 200) return [wrongStatus(head)]
  const found: Finding[] = []
  const {headers} = head
  const type = valueOf(headers, 'content-type')
  if (!isEventStream(type)) found.push(wrongType(type))
  const waited = head.at - connectedAt
  if (waited >= LATE) found.push((pieces[0]?.at ?? Infinity) - head.at <= TOGETHER ? held(waited) : late(waited))
  const coding = codingOf(headers)
  if (coding !== '') found.push(compressed(coding))
  if (isUndelimited(head)) found.push(undelimited(head.version))
  if (!/\bno-(store|cache)\b/i.test(valueOf(headers, 'cache-control') ?? '')) found.push(cacheable(headers))
  if (valueOf(headers, 'x-accel-buffering')?.toLowerCase() !== 'no') found.push(noBufferingHint)
  return found
}

function noHead(ms: number, broken: boolean): Finding {
  return {
    code: 'no-head',
    message: `no response head came in ${seconds(ms)}${broken ? ', then the connection was closed' : ''}`,
    advice:
      'Something on the way holds the head until there is more to send, or the service waits for its first event. Send the head at once, and switch buffering off (nginx: proxy_buffering off, or X-Accel-Buffering: no from the service).',
  }
}

function wrongStatus({status, headers}: Head): Finding {
  const location = valueOf(headers, 'location')
  return {
    code: 'status',
    message: `the status is ${status}${location === undefined ? '' : `, to ${location}`}`,
    advice:
      location === undefined
        ? 'Any status that is neither 200 nor a redirect ends an EventSource for good.'
        : 'A browser follows it, as others may not: give this address to clients, and to the doctor.',
  }
}

function wrongType(type: string | undefined): Finding {
  return {
    code: 'wrong-type',
    message: type === undefined ? 'there is no Content-Type' : `the Content-Type is ${type}`,
    advice: 'An EventSource takes text/event-stream only, and gives up for good on any other.',
  }
}

function held(ms: number): Finding {
  return {
    code: 'head-held',
    message: `the head came after ${seconds(ms)}, together with the first bytes of the body`,
    advice:
      'Something on the way, or the service itself, holds the head until there is something to send: send it at once (nginx: proxy_buffering off, or X-Accel-Buffering: no from the service).',
  }
}

function late(ms: number): Finding {
  return {
    code: 'head-late',
    message: `the head came after ${seconds(ms)}`,
    advice: 'A client cannot tell this from a service that does not answer; send the head before the work is done.',
  }
}

function compressed(coding: string): Finding {
  return {
    code: 'compressed',
    message: `the stream is compressed (Content-Encoding: ${coding})`,
    advice:
      'A compressor gathers events before it lets them go, unless it is flushed after each. Switch it off for text/event-stream, or send Cache-Control: no-transform.',
  }
}

/** Without chunks or a length only the end of the connection ends the body (RFC 9112 §6.3). */
function isUndelimited({version, headers}: Head): boolean {
  const chunked = valueOf(headers, 'transfer-encoding') !== undefined
  return version.startsWith('1.') && !chunked && valueOf(headers, 'content-length') === undefined
}

function undelimited(version: string): Finding {
  return {
    code: 'undelimited',
    message: `only the end of the connection ends the body (HTTP/${version}, no chunks)`,
    advice:
      'A client cannot tell a stream that ended from one that was cut. Answer by HTTP/1.1 with chunks (nginx: proxy_http_version 1.1).',
  }
}

function cacheable(headers: Headers): Finding {
  const value = valueOf(headers, 'cache-control')
  return {
    code: 'cacheable',
    message: value === undefined ? 'there is no Cache-Control' : `Cache-Control is ${value}`,
    advice: 'Caches on the way may gather the stream to store it: send Cache-Control: no-store (and no-transform).',
  }
}

const noBufferingHint: Finding = {
  code: 'no-buffering-hint',
  message: 'no X-Accel-Buffering: no came',
  advice:
    'An nginx on the way takes it as its order not to buffer, and away. If there is none, sending it makes ready for one.',
}
