import {type ClientRequest, get, type IncomingMessage} from 'node:http'
import {createParser, type EventSourceMessage} from 'eventsource-parser'
import type {Random} from '../helpers/random.js'
import {lieOf} from './ends.js'
import {type History, numberIn} from './history.js'
import type {Trail} from './ledger.js'
import {FAREWELL, type TopologyFacts} from './topologies.js'
import type {Moment, World} from './world.js'

/** What a browser's EventSource sends (WHATWG HTML §9.2.2, Fetch Metadata). */
const BROWSER = {
  Accept: 'text/event-stream',
  'Cache-Control': 'no-store',
  'Sec-Fetch-Mode': 'cors',
  'Sec-Fetch-Site': 'same-origin',
}

/** Reconnection time before one was given, in ms. */
const RETRY = 300

/** What the gateway sends of its own with a refusal that will pass. */
const SOFT = /^retry: [1-5]\d{3}\n\n$/

/** Reads a stream as an EventSource does, comes back as one does, and compares each event with the model. */
export class Client {
  /** `left`: for good, of its own; `done`: the service or the topology's absence was an answer. */
  state: 'away' | 'open' | 'left' | 'done' = 'away'
  /** The next event, once one has come. */
  next: number | undefined
  connections = 0
  readonly name: string
  readonly history: History
  readonly topology: TopologyFacts
  readonly #world: World
  readonly #random: Random
  #lastEventId: string | undefined
  #retry = RETRY
  #request: ClientRequest | undefined
  #connection: Connection | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(name: string, world: World, random: Random) {
    this.name = name
    this.#world = world
    this.#random = random.fork(`client ${name}`)
    this.topology = this.#random.pick(world.topologies)
    this.history = world.history(this.#random)
    this.come()
  }

  /** What services call its connection. */
  get token(): string {
    return `${this.name}.${this.connections}`
  }

  /** For those who read what was found. */
  get title(): string {
    return `client ${this.token} of ${this.topology.name}/${this.history.kind}`
  }

  /** It will not come back. */
  get isGone(): boolean {
    return this.state === 'left' || this.state === 'done'
  }

  /** It stays, and has not got this event yet. */
  lacks(n: number): boolean {
    return !this.isGone && (this.next ?? 0) <= n
  }

  /** How far it is. */
  standing(n: number): string {
    const {legs, answers} = this.#trail
    const streams = legs.map(({standing}) => standing).join(' | ')
    return `${this.title} is ${this.state} at ${this.next} of ${n}, its service's streams: ${streams || 'none'}, answers: ${answers}`
  }

  /** Opens a connection. */
  come(): void {
    this.connections++
    const id = this.#lastEventId === undefined ? {} : {'Last-Event-ID': this.#lastEventId}
    const url = `${this.#world.url}/${this.topology.name}/x/${this.history.kind}?client=${this.token}`
    const connection = new Connection(this.#world.moment(this.topology))
    this.#connection = connection
    this.#request = get(url, {agent: false, headers: {...BROWSER, ...id}})
    this.#request.on('response', response => this.#answered(connection, response))
    this.#request.on('error', error => this.#refused(connection, error))
  }

  /** Leaves for good, or to come back at once as a page that is loaded again. */
  leave(comesBack: boolean): void {
    this.#over()
    if (comesBack) this.#comeAgain(0)
    else this.state = 'left'
  }

  #answered(connection: Connection, response: IncomingMessage): void {
    connection.answered = true
    const {statusCode = 0, headers} = response
    if (statusCode !== 200 || headers['content-type'] !== 'text/event-stream') {
      this.#turnedAway(connection, statusCode)
      return
    }
    this.state = 'open'
    if (this.history.kind === 'deaf') connection.begins = true
    else this.next = this.#lastEventId === undefined ? undefined : this.history.after(this.#lastEventId)
    this.#read(connection, response)
  }

  #read(connection: Connection, response: IncomingMessage): void {
    const decoder = new TextDecoder()
    const parser = createParser({
      onEvent: event => this.#take(connection, event),
      onRetry: ms => {
        this.#retry = ms
      },
    })
    response.on('data', (bytes: Uint8Array) => {
      const text = decoder.decode(bytes, {stream: true})
      connection.start = connection.start.length < 20 ? connection.start + text : connection.start
      parser.feed(text)
      if (this.#random.chance(0.003)) this.#rest(response)
    })
    response.on('end', () => this.#ended(connection, 'whole'))
    response.on('error', () => this.#ended(connection, 'broken'))
  }

  /** Reads nothing for a while. */
  #rest(response: IncomingMessage): void {
    response.pause()
    this.#timer = setTimeout(() => response.resume(), this.#random.int(50, 4000))
  }

  #take(connection: Connection, {id, event: type = 'message', data}: EventSourceMessage): void {
    if (connection.over) return
    if (type === FAREWELL) {
      connection.farewell = true
      return
    }
    this.#place(connection, data)
    const n = this.next ?? 0
    const {id: wanted, type: kind, data: text} = this.history.at(n)
    if (id !== wanted || type !== kind || data !== text) this.#world.find(this, this.#wrong(n, {id, type, data}))
    if (id !== undefined) this.#lastEventId = id
    this.next = n + 1
    this.#world.events++
    if (this.#random.chance(0.0005)) this.leave(this.#random.chance(0.5))
  }

  /** Where the history is entered: by the first event, or where a deaf service no longer knows what comes next. */
  #place(connection: Connection, data: string): void {
    const n = numberIn(data)
    const entries = this.#trail.legs.map(({from}) => from)
    if (this.next === undefined) this.next = n
    else if (this.history.kind === 'deaf' && n !== this.next) {
      const comesAgain = connection.begins && n < this.next
      const forgotten = n > this.next && entries.includes(n)
      if (comesAgain || forgotten) this.next = n
    }
    connection.begins = false
  }

  #wrong(n: number, got: {readonly id: string | undefined; readonly type: string; readonly data: string}): string {
    const same = (other: number) => this.history.at(other).data === got.data
    const kind = same(n + 1) ? 'lost' : same(n - 1) ? 'sent twice' : 'torn'
    const shown = JSON.stringify(got, (_, value) => (typeof value === 'string' ? value.slice(0, 60) : value))
    return `an event is ${kind}: waited for ${n}, got ${shown}`
  }

  #ended(connection: Connection, ended: 'whole' | 'broken'): void {
    if (connection.over) return
    const {farewell, start} = connection
    const {stopped, removed} = this.#world.since(connection.began, this.topology)
    const soft = SOFT.test(start)
    const facts = {ended, topology: this.topology, trail: this.#trail, stopped, removed, farewell, soft}
    const lie = lieOf(facts)
    if (lie !== undefined) this.#world.find(this, `${lie}: ${JSON.stringify(facts)}`)
    this.#over()
    this.#comeAgain(this.#retry)
  }

  /** Another status, or another type: it does not come back (WHATWG HTML §9.2.3). */
  #turnedAway(connection: Connection, status: number): void {
    const {removed} = this.#world.since(connection.began, this.topology)
    const told = this.#trail.answers.includes(status)
    if (!told && !(status === 404 && removed)) this.#world.find(this, `${status}, which no service answered`)
    this.#over()
    this.state = 'done'
  }

  #refused(connection: Connection, error: Error): void {
    if (connection.over || connection.answered) return
    if (!this.#world.since(connection.began, this.topology).stopped)
      this.#world.find(this, `no connection: ${error.message}`)
    this.#over()
    this.#comeAgain(this.#retry)
  }

  get #trail(): Trail {
    return this.#world.ledger.of(this.token)
  }

  #over(): void {
    clearTimeout(this.#timer)
    if (this.#connection) this.#connection.over = true
    this.#request?.destroy()
    this.state = 'away'
  }

  #comeAgain(ms: number): void {
    this.#timer = setTimeout(() => this.come(), ms)
  }
}

/** One connection of a client. */
class Connection {
  answered = false
  over = false
  /** The first characters that came. */
  start = ''
  farewell = false
  /** No event came yet. */
  begins = false
  readonly began: Moment
  constructor(began: Moment) {
    this.began = began
  }
}
