import {GatewayError} from '../../common/errors.js'
import {type Aim, type Exchange, newNotes} from '../../pipeline/exchange.js'
import type {LiveRoute, LiveTopology} from './live.js'

/** What is known of a request before it is matched. */
export type Begun = Pick<Exchange, 'id' | 'request' | 'clientAddress' | 'certificateSubject' | 'gone' | 'inform'>

/** The exchange of a request, as the first filter of its route finds it. */
export function newExchange(
  {id, request, clientAddress, certificateSubject, gone, inform}: Begun,
  {plan, path, generation}: LiveTopology,
  {service}: LiveRoute,
): Exchange {
  const {scheme, host, port} = request.url
  const notes = newNotes(plan.name, clientAddress)
  notes.service = service.role
  return {
    id,
    arrival: {request, clientAddress, path, generation},
    request,
    clientAddress,
    frontend: {scheme, host, port, path},
    certificateSubject,
    principal: undefined,
    aim: unaimed,
    gone,
    inform,
    notes,
  }
}

/** Before the rewrite filter has found an address. */
const unaimed: Aim = () => {
  throw new GatewayError(500, 'no-target', 'No rule made an address of this request.')
}
