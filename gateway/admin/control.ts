import {match} from 'path-to-regexp'
import type {LoopDelay} from '../observe/loop-delay.js'
import type {OpenStreams} from '../streams/open-streams.js'
import type {StreamRecord} from '../streams/stream-record.js'

/** What the control socket is asked, and what it answers, as JSON. */
export interface ControlAnswer {
  readonly status: number
  readonly content: unknown
}

/** Answers a request; `target` is a path with what is asked for behind a `?`. */
export type Control = (method: string, target: string) => ControlAnswer

/** What the operator of this process may see and do. */
export interface Controlled {
  readonly streams: OpenStreams
  readonly loopDelay: Pick<LoopDelay, 'record'>
  endpoints(): readonly EndpointRecord[]
}

/** A URL of a service, as it is told. */
export interface EndpointRecord {
  readonly topology: string
  readonly service: string
  readonly endpoint: string
  /** `unwatched`: no param asks for more than Knox does. */
  readonly state: 'up' | 'warming' | 'ejected' | 'probing' | 'down' | 'unwatched'
  /** ISO 8601; empty: since the gateway knows it. */
  readonly since: string
  /** Why; empty: it never had another state. */
  readonly cause: string
  readonly weight: number
  /** Open event streams. */
  readonly streams: number
}

interface ControlPath {
  readonly method: string
  readonly pattern: string
  answer(id: string, query: URLSearchParams): ControlAnswer
}

/**
 * | request                                  | answer                                              |
 * | ---------------------------------------- | --------------------------------------------------- |
 * | `GET /streams?topology=&service=&user=`  | `{streams: StreamRecord[]}`                         |
 * | `GET /streams/{id}`                      | StreamRecord                                        |
 * | `DELETE /streams/{id}`                   | `{ended: 'between-events'}`, `{ended: 'broken-off'}` |
 * | `GET /endpoints?topology=&service=`       | `{endpoints: EndpointRecord[]}`                     |
 * | `GET /figures`                           | `{loopDelay: LoopDelayRecord, streams: FiguresRecord[]}` |
 *
 * Otherwise 404 or 405, `{error}`.
 */
export function control(controlled: Controlled): Control {
  const paths = pathsOf(controlled).map(path => ({...path, match: match<{id?: string}>(path.pattern, {decode: false})}))
  return (method, target) => {
    const [pathname = '', query] = target.split('?', 2)
    const found = paths.flatMap(path => {
      const matched = path.match(pathname)
      return matched ? [{path, id: matched.params.id ?? ''}] : []
    })
    const asked = found.find(({path}) => path.method === method)
    if (asked) return asked.path.answer(asked.id, new URLSearchParams(query))
    return found.length === 0 ? failure(404, `there is no ${pathname}`) : failure(405, `${method} is of no use here`)
  }
}

function pathsOf({streams, loopDelay, endpoints}: Controlled): readonly ControlPath[] {
  return [
    {
      method: 'GET',
      pattern: '/streams',
      answer: (_, query) => ok({streams: streams.records().filter(record => isAsked(record, query))}),
    },
    {
      method: 'GET',
      pattern: '/streams/:id',
      answer(id) {
        const record = streams.record(Number(id))
        return record ? ok(record) : noStream(id)
      },
    },
    {
      method: 'DELETE',
      pattern: '/streams/:id',
      answer(id) {
        const ended = streams.end(Number(id))
        return ended ? ok({ended}) : noStream(id)
      },
    },
    {
      method: 'GET',
      pattern: '/endpoints',
      answer: (_, query) => ok({endpoints: endpoints().filter(record => isAsked(record, query))}),
    },
    {
      method: 'GET',
      pattern: '/figures',
      answer: () => ok({loopDelay: loopDelay.record(), streams: streams.figureRecords()}),
    },
  ]
}

const FILTERS = ['topology', 'service', 'user'] as const

const isAsked = (record: Partial<Pick<StreamRecord, (typeof FILTERS)[number]>>, query: URLSearchParams) =>
  FILTERS.every(name => !query.has(name) || query.get(name) === record[name])

const ok = (content: unknown): ControlAnswer => ({status: 200, content})
const failure = (status: number, error: string): ControlAnswer => ({status, content: {error}})
const noStream = (id: string) => failure(404, `there is no open stream ${id}`)
