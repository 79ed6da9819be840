import type {Cancel, Clock} from '../common/clock.js'
import {authorityOf, cutUrl, type RequestUrl} from '../common/request-url.js'
import type {CheckPolicy} from '../ha/balancing-policy.js'
import type {Endpoint} from '../ha/endpoint.js'
import {EndpointError} from '../pipeline/endpoint-error.js'
import {type GoneSource, goneSource} from '../pipeline/gone.js'
import type {Transport} from '../pipeline/transport.js'
import {pastStale} from './past-stale.js'
import type {Watch} from './shared-watches.js'

/** What checks are made with. */
export interface CheckParts {
  readonly clock: Clock
  readonly transport: Transport
  /** A number from 0 to 1, for jitter. */
  random(): number
}

/** Told whether an endpoint is up, and why, by each check that speaks for what it is held for. */
export type Verdict = (up: boolean, cause: string) => void

/** By how much of the interval checks come sooner or later than it, so that gateways do not ask all together. */
const JITTER = 0.1

/** Asks one endpoint again and again whether it is well. The first answer decides alone. Scope: process. */
export class HealthCheck implements Watch<Verdict> {
  readonly told = new Set<Verdict>()
  readonly #endpoint: Endpoint
  readonly #policy: CheckPolicy
  readonly #parts: CheckParts
  #up: boolean | undefined
  #cause = ''
  /** Answers in a row that speak against what it is held for. */
  #against = 0
  #cancel: Cancel = () => {}
  #asking: GoneSource | undefined

  constructor(endpoint: Endpoint, policy: CheckPolicy, parts: CheckParts) {
    this.#endpoint = endpoint
    this.#policy = policy
    this.#parts = parts
  }

  /** Begins, not together with all others. */
  start(): void {
    this.#after(this.#policy.interval * JITTER * this.#parts.random())
  }

  stop(): void {
    this.#cancel()
    this.#asking?.set()
    this.told.clear()
  }

  tell(verdict: Verdict): void {
    this.told.add(verdict)
    if (this.#up !== undefined) verdict(this.#up, this.#cause)
  }

  #after(ms: number): void {
    this.#cancel = this.#parts.clock.after(ms, () => void this.#check())
  }

  async #check(): Promise<void> {
    const gone = goneSource()
    this.#asking = gone
    const cause = await this.#ask(gone)
    this.#asking = undefined
    if (this.told.size === 0) return
    this.#weigh(cause)
    this.#after(this.#policy.interval * (1 + JITTER * (2 * this.#parts.random() - 1)))
  }

  /** Undefined: it is well; else why not. */
  async #ask(gone: GoneSource): Promise<string | undefined> {
    const {timeout, statuses} = this.#policy
    let late = false
    const cancel = this.#parts.clock.after(timeout, () => {
      late = true
      gone.set()
    })
    try {
      const {status, body} = await pastStale(fresh => this.#parts.transport.send(this.#request(fresh), gone))
      body.discard()
      return statuses.some(([first, last]) => status >= first && status <= last) ? undefined : `status ${status}`
    } catch (error) {
      return late ? 'no answer in time' : error instanceof EndpointError ? error.failure : String(error)
    } finally {
      cancel()
    }
  }

  #request(fresh: boolean) {
    const {path, host, twoWay, http2} = this.#policy
    const url = checkUrl(this.#endpoint.url, path)
    const headers = ['Host', host || authorityOf(url), 'User-Agent', 'gateway-health-check', 'Accept', '*/*']
    const times = {connectTimeout: 0, responseTimeout: 0, idleTimeout: 0}
    // As a stream it takes no place among the connections that requests wait for.
    return {
      method: 'GET',
      url,
      address: this.#endpoint.address,
      headers,
      body: undefined,
      ...times,
      stream: true,
      fresh,
      twoWay,
      ...(http2 && {http2}),
    }
  }

  #weigh(cause: string | undefined): void {
    const up = cause === undefined
    this.#against = up === this.#up ? 0 : this.#against + 1
    const enough = this.#up === undefined ? 1 : up ? this.#policy.healthy : this.#policy.unhealthy
    if (this.#against > 0 && this.#against < enough) return
    this.#up = up
    this.#against = 0
    this.#cause = `check: ${cause ?? 'it is well'}`
    for (const verdict of this.told) verdict(up, this.#cause)
  }
}

/** The address of the check at a URL's host. */
function checkUrl(url: string, path: string): RequestUrl {
  const base = cutUrl(url)
  const [pathname = '/', ...query] = path.split('?')
  const {scheme = 'http', host = '', port = ''} = base ?? {}
  const secure = scheme === 'wss' ? 'https' : scheme === 'ws' ? 'http' : scheme
  return {scheme: secure, host, port, path: pathname, query: query.length > 0 ? query.join('?') : undefined}
}
