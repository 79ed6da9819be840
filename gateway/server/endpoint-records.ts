import type {EndpointRecord} from '../admin/control.js'
import type {Parts} from './go-live.js'
import type {Live} from './live.js'

/** The endpoints of all services that are served, and how they are. */
export function endpointRecords(live: Live, {clock, streams}: Parts): readonly EndpointRecord[] {
  const open = new Map<string, number>()
  for (const {exchange} of streams.all) {
    const {topology, service, endpoint} = exchange.notes
    const key = `${topology} ${service} ${endpoint}`
    open.set(key, (open.get(key) ?? 0) + 1)
  }
  const began = clock.date() - clock.now()
  return [...live.topologies.values()].flatMap(({plan: {name: topology}, pools}) =>
    [...pools.values()].flatMap(({service, pool}) =>
      pool.endpoints.map(({url: endpoint, state, cause, since, weight}) => ({
        topology,
        service,
        endpoint,
        state: pool.policy?.health ? state : 'unwatched',
        since: cause === '' ? '' : new Date(began + since).toISOString(),
        cause,
        weight,
        streams: open.get(`${topology} ${service} ${endpoint}`) ?? 0,
      })),
    ),
  )
}
