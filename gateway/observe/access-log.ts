import type {Clock} from '../common/clock.js'
import {inOnePiece} from '../common/in-one-piece.js'
import {remember, rememberText} from '../common/remember.js'

/** One line of the access log. Times are milliseconds. `id` and `endpoint` are printable ASCII without `"` and `\`. */
export interface AccessRecord {
  /** `request`: a whole exchange. A stream has two: `open` when its head went out, `end` when it ended. */
  readonly event: 'request' | 'open' | 'end'
  /** When that was, by the clock that never goes back. */
  readonly at: number
  readonly id: string
  readonly client: string
  readonly user: string
  readonly method: string
  readonly target: string
  readonly version: string
  readonly status: number
  /** Of the response's body. */
  readonly bytes: number
  readonly headMs: number
  readonly totalMs: number
  readonly topology: string
  readonly service: string
  /** Both as `jsonPlace` prints them, up to the text of the endpoint. */
  readonly place: string
  readonly endpoint: string
  readonly attempts: number
  /** `whole`, `broken` (the service was lost), `client` (the client left). */
  readonly end: string
  /** Values of the header fields that the log asks for, as it may have them; undefined: not sent. */
  readonly sent: readonly (string | undefined)[]
}

export interface AccessLog {
  /** Lines are wanted at all. */
  readonly on: boolean
  /** Names of the header fields that they tell, in lower case. */
  readonly fields: readonly string[]
  write(record: AccessRecord): void
  /** Hands over what is held back. */
  flush(): void
}

export type AccessLogFormat = 'json' | 'combined' | 'off'

/** Lines that leave at once, some 16 KB. */
const BATCH = 40
const HELD_MS = 200

/**
 * Lines are built by hand, for a logging library costs ten times as much a line, and a batch at a time: among the work of
 * requests each would cost twice what it costs among its like.
 */
export function accessLog(format: AccessLogFormat, out: (text: string) => void, clock: Clock): AccessLog {
  if (format === 'off') return {on: false, fields: [], write() {}, flush() {}}
  const line = format === 'json' ? jsonLine : combinedLine
  let held: AccessRecord[] = []
  let waiting = false
  let epoch = Number.NaN
  const flush = () => {
    if (held.length === 0) return
    // One look at each clock for all lines. `date` has whole milliseconds: what differs by less is the same, or times went back.
    const found = clock.date() - clock.now()
    if (!(Math.abs(found - epoch) < 2)) epoch = found
    let text = ''
    for (const record of held) text += line(record, Math.round(epoch + record.at))
    held = []
    out(text)
  }
  return {
    on: true,
    fields: format === 'json' ? [] : ['referer', 'user-agent'],
    flush,
    write(record) {
      held.push(record)
      if (held.length >= BATCH) flush()
      else if (!waiting) {
        waiting = true
        clock.after(HELD_MS, () => {
          waiting = false
          flush()
        })
      }
    },
  }
}

/** Topology and service as they stand in the JSON line, and what is between them and the endpoint: the same for all requests of a route, and so made once. */
export function jsonPlace(topology: string, service: string): string {
  return inOnePiece(`,"topology":"${escaped(topology)}","service":"${escaped(service)}","endpoint":"`)
}

function jsonLine(r: AccessRecord, at: number): string {
  return `${begun(at, r.event)}${r.id}${ofClient(r.client)}${ofUser(r.user)}${r.method}","target":"${escaped(r.target)}${what(r.version, r.status)}${r.bytes},"headMs":${tenths(r.headMs)},"totalMs":${tenths(r.totalMs)}${r.place}${r.endpoint}${ended(r.attempts, r.end)}`
}

/** Clients, and users, whose pieces are kept. */
const MOST_KNOWN = 1000

const ofClient = rememberText(client => inOnePiece(`","client":"${escaped(client)}","user":"`), MOST_KNOWN)
const ofUser = rememberText(user => inOnePiece(`${escaped(user)}","method":"`), MOST_KNOWN)

/** A piece of two values, printed when they are others than in the line before: V8 puts a text together by as many steps as it has pieces. For values that hold nothing of a request's head. Scope: process. */
function piece<A, B>(print: (a: A, b: B) => string): (a: A, b: B) => string {
  let first: A | undefined
  let second: B | undefined
  let text = ''
  return (a, b) => {
    if (a !== first || b !== second) {
      text = inOnePiece(print(a, b))
      first = a
      second = b
    }
    return text
  }
}

const begun = piece((at: number, event: string) => `{"time":"${timestamp(at)}","event":"${event}","id":"`)
const what = piece((version: string, status: number) => `","version":"${version}","status":${status},"bytes":`)
const ended = piece((attempts: number, end: string) => `","attempts":${attempts},"end":"${end}"}\n`)

/** Apache's combined format, with what a gateway knows more at its end. */
function combinedLine(r: AccessRecord, at: number): string {
  const user = r.user === '' ? '-' : r.user.replace(/[\s"\\\p{Cc}]/gu, '_')
  const [referer, userAgent] = r.sent.map((value = '-') => quoted(value))
  return `${r.client} - ${user} [${timestamp(at)}] ${quoted(`${r.method} ${r.target} HTTP/${r.version}`)} ${r.status} ${r.bytes} ${referer} ${userAgent} ${r.id} ${r.event} ${r.topology || '-'} ${r.service || '-'} ${r.endpoint || '-'} ${tenths(r.totalMs)} ${r.end}\n`
}

const quoted = (text: string) => `"${escaped(text)}"`

/** What stands between the quotes of JSON text; most values need no escape, and to look is cheaper than `JSON.stringify`. */
const escaped = (text: string) => (ODD.test(text) ? JSON.stringify(text).slice(1, -1) : text)

const ODD = /[^ !#-[\]-~]/

/** With one decimal place, made of two whole numbers: that is five times as fast. */
function tenths(ms: number): string {
  const all = Math.round(ms * 10)
  const whole = Math.floor(all / 10)
  return `${whole}${TENTHS[all - 10 * whole]}`
}

const TENTHS = Array.from({length: 10}, (_, tenth) => `.${tenth}`)

/** ISO 8601 in UTC with milliseconds, made once for all lines of one (scope: process). */
const timestamp = remember((at: number) => new Date(at).toISOString(), 1)
