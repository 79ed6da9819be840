import {createHash} from 'node:crypto'
import {cookieOf, printSetCookie} from '../http/cookies.js'
import {type Headers, valueOf} from '../http/headers.js'
import type {FailoverPolicy} from './failover-policy.js'

/** One URL of a service. */
export interface Endpoint {
  readonly url: string
  /** SHA-256 of the URL in hexadecimal: what a sticky cookie holds. */
  readonly mark: string
}

/** Where a sticky cookie holds. */
export interface CookieScope {
  readonly path: string
  readonly secure: boolean
}

/**
 * The URLs of one service: a queue whose head is active. Without balancing all requests go to the
 * head until it fails; with balancing each request takes the head and moves it to the tail.
 * Scope: process. Source: Knox, `DefaultURLManager`, `CommonHaDispatch`. Differs: an endpoint is its
 * whole URL, Knox's is host and port.
 */
export interface EndpointPool {
  /** Undefined: HA is off, the first URL serves. */
  readonly policy: FailoverPolicy | undefined
  /** The head; undefined when there are none. */
  readonly active: Endpoint | undefined
  /** All of them, the active one first. */
  readonly endpoints: readonly Endpoint[]
  /**
   * The endpoint for a request: that of its sticky cookie, or the active one; undefined when there
   * are none. After a failure the cookie no longer decides, and an endpoint that the request has
   * tried comes again only when it has tried all: other requests move the queue meanwhile.
   */
  pick(headers: Headers, tried: readonly Endpoint[]): Endpoint | undefined
  /** Whether the request may only go to the endpoint of its cookie: `noFallback`. */
  isBound(headers: Headers): boolean
  /** An endpoint did not answer: when it is the active one, the next becomes active. */
  failed(endpoint: Endpoint): void
  /** Value of a Set-Cookie for the client that was served by `endpoint`; undefined: it needs none. `attempt` counts from 0. */
  stickyCookie(headers: Headers, attempt: number, endpoint: Endpoint, scope: CookieScope): string | undefined
}

/** The pool of a service. `policy` undefined: HA is off. */
export function endpointPool(urls: readonly string[], policy: FailoverPolicy | undefined): EndpointPool {
  return new Pool(urls, policy)
}

class Pool implements EndpointPool {
  readonly policy: FailoverPolicy | undefined
  readonly #queue: Endpoint[]
  readonly #marks: ReadonlyMap<string, Endpoint>
  readonly #agents: readonly string[]
  readonly #cookie: string | undefined
  /** Serves the user agents without balancing, whatever balancing does to the queue. */
  #pinned: Endpoint | undefined

  constructor(urls: readonly string[], policy: FailoverPolicy | undefined) {
    this.policy = policy
    this.#queue = urls.map(url => ({url, mark: createHash('sha256').update(url).digest('hex')}))
    this.#marks = new Map(this.#queue.map(endpoint => [endpoint.mark, endpoint]))
    this.#pinned = this.#queue[0]
    const balancing = policy?.enableLoadBalancing === true
    this.#agents = balancing ? policy.disableLoadBalancingForUserAgents : []
    this.#cookie = balancing && policy.enableStickySession ? policy.stickySessionCookieName : undefined
  }

  get active(): Endpoint | undefined {
    return this.#queue[0]
  }

  get endpoints(): readonly Endpoint[] {
    return [...this.#queue]
  }

  pick(headers: Headers, tried: readonly Endpoint[]): Endpoint | undefined {
    const next = tried.length === 0 ? this.active : this.#untried(tried)
    if (this.policy?.enableLoadBalancing !== true) return next
    if (this.#isPinned(headers)) return tried.length === 0 ? this.#pinned : next
    const marked = tried.length === 0 ? this.#marked(headers) : undefined
    if (marked === undefined) this.#toTail(next)
    return marked ?? next
  }

  isBound(headers: Headers): boolean {
    return (
      this.policy?.noFallback === true && this.#cookie !== undefined && cookieOf(headers, this.#cookie) !== undefined
    )
  }

  failed(endpoint: Endpoint): void {
    if (this.policy === undefined) return
    if (this.active === endpoint) this.#toTail(endpoint)
    if (this.#pinned === endpoint) this.#pinned = this.active
  }

  stickyCookie(headers: Headers, attempt: number, endpoint: Endpoint, scope: CookieScope): string | undefined {
    if (this.#cookie === undefined) return undefined
    if (attempt === 0 && this.#marked(headers) !== undefined) return undefined
    return printSetCookie({name: this.#cookie, value: endpoint.mark, httpOnly: true, ...scope})
  }

  /** The first that is not among them; the first of all when there is none. */
  #untried(tried: readonly Endpoint[]): Endpoint | undefined {
    return this.#queue.find(endpoint => !tried.includes(endpoint)) ?? this.active
  }

  #toTail(endpoint: Endpoint | undefined): void {
    const at = endpoint === undefined ? -1 : this.#queue.indexOf(endpoint)
    this.#queue.push(...this.#queue.splice(at, at < 0 ? 0 : 1))
  }

  #marked(headers: Headers): Endpoint | undefined {
    const value = this.#cookie === undefined ? undefined : cookieOf(headers, this.#cookie)
    return value === undefined ? undefined : this.#marks.get(value)
  }

  #isPinned(headers: Headers): boolean {
    if (this.#agents.length === 0) return false
    const agent = valueOf(headers, 'user-agent')
    return agent !== undefined && this.#agents.some(part => agent.includes(part))
  }
}
