import type {Random} from '../helpers/random.js'

/** An event as the model has it; `id` undefined: it has none of its own. */
export interface ModelEvent {
  readonly id: string | undefined
  readonly type: string
  readonly data: string
}

/**
 * What the IDs of a history allow. `plain`: each event has its own. `shared`: three share one. `sparse`:
 * three of four have none, and many of these are alike. `deaf`: each has its own, but the service does not heed
 * `Last-Event-ID`: it begins with the last events that it remembers. `large`: its events fill the buffers of a client that rests.
 */
export type HistoryKind = 'plain' | 'shared' | 'sparse' | 'deaf' | 'large'

export const HISTORY_KINDS: readonly [HistoryKind, ...HistoryKind[]] = ['plain', 'shared', 'sparse', 'deaf', 'large']

/** Milliseconds from one event to the next, and to the next large one. */
const PACE = 50
const LARGE_PACE = 250

/** Events that a deaf service remembers; less than the gateway compares. */
const MEMORY = 200

/** Of other events one in so many is large; characters of these. */
const LARGE = 150
const LARGE_LENGTH = 80_000

/**
 * The events that there are, counted from 0: the nth is the same at every service and comes into being
 * at its time, whoever is there to see it.
 */
export class History {
  readonly kind: HistoryKind
  readonly #random: Random
  readonly #began = performance.now()

  constructor(kind: HistoryKind, random: Random) {
    this.kind = kind
    this.#random = random.fork(`history ${kind}`)
  }

  at(n: number): ModelEvent {
    const random = this.#random.fork(String(n))
    const type = random.pick(['message', 'message', 'tick', 'état'])
    const id = this.#idOf(n)
    if (id === undefined && random.chance(0.5)) return {id, type: 'message', data: 'beat'}
    const size = this.kind === 'large' || random.int(1, LARGE) === 1 ? LARGE_LENGTH : random.int(0, 60)
    const lines = random.chance(0.3) ? `\n${random.pick(['', 'id: 1', ': c', 'data:', '€'])}\n` : ''
    return {id, type, data: `${n} ${'x€'.repeat(size >> 1)}${lines}`}
  }

  #idOf(n: number): string | undefined {
    if (this.kind === 'shared') return String(Math.floor(n / 3))
    return this.kind === 'sparse' && n % 4 !== 0 ? undefined : String(n)
  }

  /** The newest that has come into being. */
  get newest(): number {
    const pace = this.kind === 'large' ? LARGE_PACE : PACE
    return Math.floor((performance.now() - this.#began) / pace) + 2 * MEMORY
  }

  /** Where a service begins for one that asks for what comes after an ID; an ID that events share is that of the first. */
  from(lastEventId: string | undefined): number {
    if (this.kind === 'deaf') return this.newest - MEMORY
    return lastEventId === undefined ? this.newest - (this.newest % 4) : this.after(lastEventId)
  }

  /** The event that follows the first with this ID. */
  after(id: string): number {
    return Number(id) * (this.kind === 'shared' ? 3 : 1) + 1
  }
}

/** The number that most data begin with. */
export const numberIn = (data: string): number => Number.parseInt(data, 10)

/** An event's bytes. Line ends and comments differ from one service to the other, the fields do not. */
export function encoded({id, type, data}: ModelEvent, random: Random): Buffer {
  const end = random.pick(['\n', '\n', '\r\n', '\r'])
  const fields = data.split('\n').map(line => `data: ${line}`)
  if (type !== 'message') fields.unshift(`event: ${type}`)
  if (id !== undefined) fields.splice(data.length % 2 === 0 ? 0 : fields.length, 0, `id: ${id}`)
  if (random.chance(0.1)) fields.splice(random.int(0, fields.length), 0, ': data: no event')
  return Buffer.from(fields.map(field => field + end).join('') + end)
}
