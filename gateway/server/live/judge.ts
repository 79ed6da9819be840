import {GatewayError} from '../../common/errors.js'
import {enterAll} from '../../pipeline/chain.js'
import type {Exchange} from '../../pipeline/exchange.js'
import {find, type Live} from './live.js'
import {newExchange} from './new-exchange.js'

/** What says nothing of who may do what. */
const TOO_MANY_REQUESTS = 429

/**
 * Whether an exchange would be let through, for the same principal, if it came now: its request as it
 * came, but for the body, is matched and passes the filters of the plan that is live. Undefined: it
 * would; else why not. A filter that cannot say lets nobody through.
 */
export async function refusalOf(live: Live, exchange: Exchange): Promise<string | undefined> {
  const {id, arrival, certificateSubject, gone, principal} = exchange
  const request = {...arrival.request, body: undefined}
  const {clientAddress} = arrival
  const begun = {id, request, clientAddress, certificateSubject, gone, inform() {}}
  try {
    const found = find(live, request.method, request.url)
    if (found.kind !== 'route') return found.kind
    const {value: route} = found.match
    const entered = await enterAll(route.filters, newExchange(begun, found.topology, route))
    return entered?.principal?.name === principal?.name ? undefined : 'another-principal'
  } catch (error) {
    if (error instanceof GatewayError) return error.status === TOO_MANY_REQUESTS ? undefined : error.code
    return 'internal'
  }
}
