import {cutUrl, printUrl} from '../../common/request-url.js'
import {isName, type Standing} from '../../dispatch/name-source.js'
import type {Endpoint, EndpointPlace} from '../../ha/endpoint.js'
import {type EndpointPool, endpointPool} from '../../ha/endpoint-pool.js'
import type {StateChange} from '../../ha/health.js'
import {Sessions} from '../../ha/sessions.js'
import {surplus} from '../../ha/surplus.js'
import type {OpenStream} from '../../streams/open-streams.js'
import type {ServicePlan} from '../../topology/gateway-plan.js'
import type {Parts} from './go-live.js'

/** The endpoints of a service, and what keeps watch over them. Scope: process, until the service is no more, or another. */
export interface LivePool {
  /** Its role. */
  readonly service: string
  readonly pool: EndpointPool
  /** They are watched no more; streams of old may still ask for one. */
  close(): void
}

/** Begins to watch. */
export function livePool(topology: string, service: ServicePlan, parts: Parts): LivePool {
  return new WatchedPool(topology, service, parts)
}

class WatchedPool implements LivePool {
  readonly service: string
  readonly pool: EndpointPool
  readonly #topology: string
  readonly #plan: ServicePlan
  readonly #parts: Parts
  /** By URL; those that are not there stand for themselves. */
  readonly #standing = new Map<string, readonly Standing[]>()
  readonly #names: readonly (() => void)[]
  readonly #checks = new Map<Endpoint, () => void>()
  #closed = false

  constructor(topology: string, plan: ServicePlan, parts: Parts) {
    const {role, urls, failover} = plan
    const {now, date} = parts.clock
    this.service = role
    this.#topology = topology
    this.#plan = plan
    this.#parts = parts
    const sealer = parts.sessionSealerOf(`${topology} ${role}`)
    const sessions = failover?.session && new Sessions(failover.session, sealer, date)
    this.pool = endpointPool(urls, failover, {now, changed: member => this.#changed(member), sessions})
    this.#names = this.#followed()
    this.#check()
  }

  close(): void {
    this.#closed = true
    for (const stop of [...this.#names, ...this.#checks.values()]) stop()
    // Nobody would find out that one that is down is up again.
    for (const endpoint of this.#checks.keys()) this.pool.checked(endpoint, true, 'it is checked no more')
  }

  #followed(): readonly (() => void)[] {
    const {urls, failover} = this.#plan
    const policy = failover?.names
    if (policy === undefined) return []
    return urls.flatMap(url => {
      const {host = ''} = cutUrl(url) ?? {}
      return isName(host) ? [this.#parts.names.follow(host, policy, found => this.#found(url, found))] : []
    })
  }

  #found(url: string, standing: readonly Standing[]): void {
    const joining = this.#standing.has(url)
    this.#standing.set(url, standing)
    const {urls, failover} = this.#plan
    const {weights = []} = failover?.balancing ?? {}
    const places = urls.flatMap((each, i) => placesOf(each, weights[i] ?? 1, this.#standing.get(each)))
    const left = this.pool.replace(places, joining)
    for (const endpoint of left) {
      this.#checks.get(endpoint)?.()
      this.#checks.delete(endpoint)
      // The URL itself stood there as long as nothing was known of its name.
      if (endpoint.address !== undefined) this.#leave(endpoint)
    }
    this.#check()
  }

  /** Its streams end between two events, one after the other: their clients come back, to others. */
  #leave(endpoint: Endpoint): void {
    const {streams, log, pace} = this.#parts
    log.info('endpoint left', {topology: this.#topology, service: this.service, endpoint: endpoint.name})
    streams.move(this.#streamsAt(endpoint), pace)
  }

  #streamsAt({url, address = ''}: Endpoint): readonly OpenStream[] {
    return this.#parts.streams.all.filter(({exchange: {notes}}) => {
      const isOfService = notes.topology === this.#topology && notes.service === this.service
      return isOfService && notes.endpoint === url && notes.address === address
    })
  }

  /**
   * Long streams would stay where they are: those that others have too many of end as the part of one that is back grows, and
   * their clients come back to it.
   */
  #level(): void {
    const {balancing, health} = this.#plan.failover ?? {}
    if (balancing?.method !== 'least-streams' || health === undefined) return
    const asked = this.pool.endpoints.filter(({state}) => state === 'up' || state === 'warming')
    const returning = (endpoint: Endpoint) => this.#streamsAt(endpoint).filter(({returnable}) => returnable)
    const moved = new Set(surplus(asked.map(endpoint => ({weight: endpoint.weight, held: returning(endpoint)}))))
    const {streams} = this.#parts
    streams.move(
      streams.all.filter(stream => moved.has(stream)),
      health.slowStart,
    )
  }

  /** Those that are not checked yet. */
  #check(): void {
    const policy = this.#plan.failover?.health?.checks
    if (policy === undefined) return
    for (const endpoint of this.pool.endpoints)
      if (!this.#checks.has(endpoint)) {
        const tell = (up: boolean, cause: string) => this.pool.checked(endpoint, up, cause)
        this.#checks.set(endpoint, this.#parts.checks.watch(endpoint, policy, tell))
      }
  }

  /** Tells what changes which endpoints are asked; an attempt to ask one again does not yet. */
  #changed({name: endpoint, state, cause}: Parameters<StateChange>[0]): void {
    if (this.#closed || state === 'probing') return
    if (state === 'warming') this.#level()
    const level = state === 'ejected' || state === 'down' ? 'warn' : 'info'
    this.#parts.log[level](`endpoint ${state}`, {topology: this.#topology, service: this.service, endpoint, cause})
  }
}

/** The endpoints that a URL stands for. */
function placesOf(url: string, weight: number, standing?: readonly Standing[]): readonly EndpointPlace[] {
  const whole = cutUrl(url)
  if (standing === undefined || whole === undefined) return [{url, address: undefined, weight}]
  return standing.map(({address, target}) => {
    if (target === undefined) return {url, address, weight}
    const {host, port} = target
    return {url: printUrl({...whole, host, port: `${port}`}), address, weight: weight * target.weight}
  })
}
