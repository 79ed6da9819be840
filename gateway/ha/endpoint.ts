import {createHash} from 'node:crypto'

/** One URL of a service, or one of the addresses behind it. */
export interface Endpoint {
  readonly url: string
  /** Where its host is; undefined: each connection finds out. */
  readonly address: string | undefined
  /** The URL, with the address if there is one: what tells it from all others. */
  readonly name: string
  /** SHA-256 of the name in hexadecimal: what a sticky cookie holds. */
  readonly mark: string
}

/** What an endpoint is made of. */
export type EndpointPlace = Pick<Endpoint, 'url' | 'address'> & {readonly weight: number}

/**
 * What an endpoint is at. `up`: it takes its part. `warming`: it is back, and its part grows. `ejected`: it failed requests, and
 * is left out. `probing`: a request tries it. `down`: its checks fail, and it is left out.
 */
export type EndpointState = 'up' | 'warming' | 'ejected' | 'probing' | 'down'

/** An endpoint and how it is, as it may be told. */
export interface Watched extends Endpoint {
  readonly state: EndpointState
  /** Why; empty: it never had another state. */
  readonly cause: string
  readonly weight: number
  /** When the state began, in ms by the clock. */
  readonly since: number
}

/** An endpoint as its pool sees it; all that is not readonly is the pool's business. Scope: one pool. */
export class Member implements Watched {
  readonly url: string
  readonly address: string | undefined
  readonly name: string
  readonly mark: string
  weight: number
  /** Of the mark: tells endpoints apart where a key decides. */
  readonly seed: number
  state: EndpointState = 'up'
  cause = ''
  /** How much it may have now: its weight, or less while it is warming. */
  share: number
  /** Exchanges that it has, streams among them. */
  open = 0
  /** Credit of its turns in round robin. */
  credit = 0
  /** In a row. */
  failures = 0
  /** How often it was ejected since it last was up. */
  ejections = 0
  since = 0
  /** When the state is due to end, in ms by the clock. */
  until = Number.POSITIVE_INFINITY

  constructor({url, address, weight}: EndpointPlace) {
    this.url = url
    this.address = address
    this.name = address === undefined ? url : `${url} at ${address}`
    this.mark = createHash('sha256').update(this.name).digest('hex')
    this.seed = Number.parseInt(this.mark.slice(0, 8), 16) | 0
    this.weight = weight
    this.share = weight
  }
  /** The same with another weight. */
  weighing(weight: number): this {
    this.share *= weight / this.weight
    this.weight = weight
    return this
  }
}
