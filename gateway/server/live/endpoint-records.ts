import type {EndpointRecord} from '../../admin/control.js'
import type {ExchangeNotes} from '../../pipeline/exchange.js'
import type {Parts} from './go-live.js'
import type {Live} from './live.js'

/** The endpoints of all services that are served, and how they are. */
export function endpointRecords(live: Live, {clock, streams}: Parts): readonly EndpointRecord[] {
  const open = new Map<string, number>()
  for (const {exchange} of streams.all) {
    const key = keyOf(exchange.notes)
    open.set(key, (open.get(key) ?? 0) + 1)
  }
  const began = clock.date() - clock.now()
  return [...live.topologies.values()].flatMap(({plan: {name: topology}, pools}) =>
    [...pools.values()].flatMap(({service, pool}) =>
      pool.endpoints.map(({url, address = '', name, state, cause, since, weight}) => ({
        topology,
        service,
        endpoint: name,
        state: pool.policy?.health ? state : 'unwatched',
        since: cause === '' ? '' : new Date(began + since).toISOString(),
        cause,
        weight,
        streams: open.get(keyOf({topology, service, endpoint: url, address})) ?? 0,
      })),
    ),
  )
}

const keyOf = ({
  topology,
  service,
  endpoint,
  address,
}: Pick<ExchangeNotes, 'topology' | 'service' | 'endpoint' | 'address'>) =>
  `${topology} ${service} ${endpoint} ${address}`
