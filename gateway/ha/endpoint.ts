import {createHash} from 'node:crypto'

/** One URL of a service. */
export interface Endpoint {
  readonly url: string
  /** SHA-256 of the URL in hexadecimal: what a sticky cookie holds. */
  readonly mark: string
}

/**
 * What an endpoint is at. `up`: it takes its part. `warming`: it is back, and its part grows. `ejected`: it failed, and is
 * left out. `probing`: one request may try it, or does.
 */
export type EndpointState = 'up' | 'warming' | 'ejected' | 'probing'

/** An endpoint as its pool sees it; all that is not readonly is the pool's business. Scope: one pool. */
export class Member implements Endpoint {
  readonly url: string
  readonly mark: string
  readonly weight: number
  /** Of the mark: tells endpoints apart where a key decides. */
  readonly seed: number
  state: EndpointState = 'up'
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
  /** When the state began, and when it is due to end; in ms by the clock. */
  since = 0
  until = Number.POSITIVE_INFINITY

  constructor(url: string, weight = 1) {
    this.url = url
    this.mark = createHash('sha256').update(url).digest('hex')
    this.seed = Number.parseInt(this.mark.slice(0, 8), 16) | 0
    this.weight = weight
    this.share = weight
  }
}
