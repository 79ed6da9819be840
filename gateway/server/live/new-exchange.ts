import {type Exchange, newNotes} from '../../pipeline/exchange.js'
import type {LiveRoute, LiveTopology} from './live.js'

/** What is known of a request before it is matched. */
export type Begun = Pick<Exchange, 'id' | 'request' | 'clientAddress' | 'certificateSubject' | 'gone' | 'inform'>

/** The exchange of a request, as the first filter of its route finds it. */
export function newExchange(
  {id, request: asked, clientAddress: peer, certificateSubject, gone, inform}: Begun,
  {plan, path, generation, forwarding}: LiveTopology,
  {service, place, aim}: LiveRoute,
): Exchange {
  const {request, clientAddress, frontend, forwarded} = forwarding(asked, peer, path, plan.name)
  return {
    id,
    arrival: {request: asked, clientAddress: peer, path, generation},
    request,
    forwarded,
    clientAddress,
    frontend,
    certificateSubject,
    principal: undefined,
    aim,
    gone,
    inform,
    notes: newNotes(plan.name, service.role, place, clientAddress),
  }
}
