import {type EndpointPool, endpointPool} from '../ha/endpoint-pool.js'
import type {StateChange} from '../ha/health.js'
import {Sessions} from '../ha/sessions.js'
import type {ServicePlan} from '../topology/gateway-plan.js'
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
export function livePool(topology: string, {role, urls, failover}: ServicePlan, parts: Parts): LivePool {
  const tell = stateLog(parts, topology, role)
  let closed = false
  const changed: StateChange = member => {
    if (!closed) tell(member)
  }
  const {now, date} = parts.clock
  const sealer = parts.sessionSealerOf(`${topology} ${role}`)
  const sessions = failover?.session && new Sessions(failover.session, sealer, date)
  const pool = endpointPool(urls, failover, {now, changed, sessions})
  const policy = failover?.health?.checks
  const watches = policy
    ? pool.endpoints.map(endpoint =>
        parts.checks.watch(endpoint, policy, (up, cause) => pool.checked(endpoint, up, cause)),
      )
    : []
  return {
    service: role,
    pool,
    close() {
      closed = true
      for (const unwatch of watches) unwatch()
      // Nobody would find out that one that is down is up again.
      if (policy) for (const endpoint of pool.endpoints) pool.checked(endpoint, true, 'it is checked no more')
    },
  }
}

/** Tells what changes which endpoints are asked; an attempt to ask one again does not yet. */
function stateLog({log}: Parts, topology: string, service: string): StateChange {
  return ({url: endpoint, state, cause}) => {
    if (state === 'probing') return
    log[state === 'ejected' || state === 'down' ? 'warn' : 'info'](`endpoint ${state}`, {
      topology,
      service,
      endpoint,
      cause,
    })
  }
}
