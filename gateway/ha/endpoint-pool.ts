import {type Headers, valueOf} from '../http/headers.js'
import {isIdempotent} from '../http/methods.js'
import {type Endpoint, type EndpointPlace, Member, type Watched} from './endpoint.js'
import type {FailoverPolicy} from './failover-policy.js'
import {Health, type StateChange} from './health.js'
import {Holders} from './holders.js'
import {LeastStreams} from './least-streams.js'
import type {Asking, Order} from './order.js'
import {Queue} from './queue.js'
import {Rendezvous} from './rendezvous.js'
import {RoundRobin} from './round-robin.js'
import type {Sessions} from './sessions.js'
import {type CookieScope, type StickyCookie, stickyCookie} from './sticky-cookie.js'

/**
 * The URLs of one service, and which of them is asked. Scope: process.
 * Source: Knox, `DefaultURLManager`, `CommonHaDispatch`. Differs: an endpoint is its whole URL, Knox's is host and port.
 */
export interface EndpointPool {
  /** Undefined: HA is off, the first URL serves. */
  readonly policy: FailoverPolicy | undefined
  /** The one that is next; undefined when there are none. */
  readonly active: Endpoint | undefined
  /** All of them, the active one first. */
  readonly endpoints: readonly Watched[]
  /** Undefined: the service names none. */
  readonly sessions: Sessions | undefined
  /**
   * The endpoint for a request: that of its sticky cookie, or the next one; undefined when there
   * are none. After a failure the cookie no longer decides, and an endpoint that the request has
   * tried comes again only when it has tried all: other requests move the order meanwhile. Of an exchange
   * the endpoint that was picked last has it until it is `gone`.
   */
  pick(asking: Asking, tried: readonly Endpoint[]): Endpoint | undefined
  /** Whether the request may only go to one endpoint: that of its session, or with `noFallback` that of its cookie. */
  isBound(headers: Headers): boolean
  /** An endpoint did not answer, and why: the next one is asked, and too many failures leave it out. */
  failed(endpoint: Endpoint, cause: string): void
  /** An endpoint answered. */
  succeeded(endpoint: Endpoint): void
  /** What the checks of an endpoint have found, and why: they leave it out, or bring it back. */
  checked(endpoint: Endpoint, up: boolean, cause: string): void
  /** Other endpoints are there from now on; those that stay are as they were, others begin small when they are `joining` some. Gives those that left. */
  replace(places: readonly EndpointPlace[], joining: boolean): readonly Endpoint[]
  /** Value of a Set-Cookie for the client that was served by `endpoint`; undefined: it needs none. `attempt` counts from 0. */
  stickyCookie(headers: Headers, attempt: number, endpoint: Endpoint, scope: CookieScope): string | undefined
}

/** What a pool needs beside its policy, for endpoints that may be left out. */
export interface PoolParts {
  /** Milliseconds of a clock that never goes back. */
  now(): number
  readonly changed: StateChange
  readonly sessions?: Sessions | undefined
}

/** The pool of a service. `policy` undefined: HA is off. */
export function endpointPool(
  urls: readonly string[],
  policy: FailoverPolicy | undefined,
  parts: PoolParts = {now: () => 0, changed: () => {}},
): EndpointPool {
  return new Pool(urls, policy, parts)
}

class Pool implements EndpointPool {
  readonly policy: FailoverPolicy | undefined
  readonly sessions: Sessions | undefined
  #members: readonly Member[]
  #order: Order
  readonly #health: Health | undefined
  #marks: ReadonlyMap<string, Member>
  readonly #agents: readonly string[]
  readonly #cookie: StickyCookie | undefined
  /** Where it counts what is open. */
  readonly #holders: Holders | undefined
  /** Serves the user agents without balancing, whatever balancing does to the order. */
  #pinned: Member | undefined

  constructor(urls: readonly string[], policy: FailoverPolicy | undefined, {now, changed, sessions}: PoolParts) {
    this.policy = policy
    this.sessions = sessions
    const {weights = []} = policy?.balancing ?? {}
    this.#members = urls.map((url, i) => new Member({url, address: undefined, weight: weights[i] ?? 1}))
    this.#order = orderOf(this.#members, policy)
    this.#health = policy?.health && new Health(this.#members, policy.health, now, changed)
    this.#marks = marksOf(this.#members)
    this.#pinned = this.#members[0]
    this.#agents = policy?.enableLoadBalancing ? policy.disableLoadBalancingForUserAgents : []
    this.#cookie = stickyCookie(policy)
    this.#holders = policy?.balancing?.method === 'least-streams' ? new Holders() : undefined
  }

  get active(): Endpoint | undefined {
    return this.endpoints[0]
  }

  get endpoints(): readonly Watched[] {
    return this.#order.all
  }

  pick(asking: Asking, tried: readonly Endpoint[]): Endpoint | undefined {
    if (this.policy === undefined) return this.#members[0]
    const member = this.#choose(asking, tried)
    if (member) this.#holders?.hold(member, asking.gone)
    return member
  }

  isBound(headers: Headers): boolean {
    if (this.#homeOf(headers) !== undefined) return true
    return this.policy?.noFallback === true && this.#cookie?.markIn(headers) !== undefined
  }

  failed(endpoint: Endpoint, cause: string): void {
    const member = this.#marks.get(endpoint.mark)
    if (this.policy === undefined || member === undefined) return
    this.#health?.failed(member, cause)
    this.#order.failed(member)
    if (this.#pinned === member) this.#pinned = this.#order.all.find(each => each !== member) ?? member
  }

  succeeded(endpoint: Endpoint): void {
    if (this.#health === undefined) return
    const member = this.#marks.get(endpoint.mark)
    if (member) this.#health.succeeded(member)
  }

  checked(endpoint: Endpoint, up: boolean, cause: string): void {
    const member = this.#marks.get(endpoint.mark)
    if (member) this.#health?.checked(member, up, cause)
  }

  replace(places: readonly EndpointPlace[], joining: boolean): readonly Endpoint[] {
    const before = this.#members
    const known = this.#marks
    this.#members = places.map(place => {
      const made = new Member(place)
      return known.get(made.mark)?.weighing(place.weight) ?? made
    })
    this.#marks = marksOf(this.#members)
    this.#order = orderOf(this.#members, this.policy)
    this.#health?.replace(this.#members, joining)
    if (this.#pinned && !this.#members.includes(this.#pinned)) this.#pinned = this.#members[0]
    return before.filter(member => !this.#members.includes(member))
  }

  stickyCookie(headers: Headers, attempt: number, endpoint: Endpoint, scope: CookieScope): string | undefined {
    if (this.#cookie === undefined) return undefined
    const marked = attempt === 0 ? this.#marked(headers) : undefined
    if (marked && (this.#health === undefined || marked.mark === endpoint.mark)) return undefined
    return this.#cookie.print(endpoint.mark, scope)
  }

  #choose(asking: Asking, tried: readonly Endpoint[]): Member | undefined {
    const {headers, method} = asking.request
    const home = this.#homeOf(headers)
    if (home) return home
    const candidates = this.#untried(tried, this.#health?.candidates(isIdempotent(method)) ?? this.#members)
    const kept = tried.length === 0 ? this.#kept(headers, candidates) : undefined
    if (kept) return kept
    if (this.#isPinned(headers)) return this.#order.all.find(member => candidates.includes(member))
    const next = this.#order.next(asking, candidates)
    if (next) this.#health?.taken(next)
    return next
  }

  /** Whoever had the client before. */
  #kept(headers: Headers, candidates: readonly Member[]): Member | undefined {
    if (this.#isPinned(headers)) return this.#pinned && candidates.find(member => member === this.#pinned)
    const marked = this.#marked(headers)
    return marked && (this.policy?.noFallback || candidates.includes(marked)) ? marked : undefined
  }

  /** All when there is none. */
  #untried(tried: readonly Endpoint[], usable: readonly Member[]): readonly Member[] {
    if (tried.length === 0) return usable
    const untried = usable.filter(member => !tried.includes(member))
    return untried.length > 0 ? untried : usable
  }

  /** Where the session of a request lives, as long as that is an endpoint. */
  #homeOf(headers: Headers): Member | undefined {
    return this.sessions && this.#members.find(this.sessions.isOf(headers))
  }

  #marked(headers: Headers): Member | undefined {
    const mark = this.#cookie?.markIn(headers)
    return mark === undefined ? undefined : this.#marks.get(mark)
  }

  #isPinned(headers: Headers): boolean {
    if (this.#agents.length === 0) return false
    const agent = valueOf(headers, 'user-agent')
    return agent !== undefined && this.#agents.some(part => agent.includes(part))
  }
}

const marksOf = (members: readonly Member[]) => new Map(members.map(member => [member.mark, member]))

function orderOf(members: readonly Member[], policy: FailoverPolicy | undefined): Order {
  const {balancing, enableLoadBalancing = false} = policy ?? {}
  if (balancing === undefined) return new Queue(members, enableLoadBalancing)
  if (balancing.method === 'hash') return new Rendezvous(members, balancing.hashOn)
  return balancing.method === 'least-streams' ? new LeastStreams(members) : new RoundRobin(members)
}
