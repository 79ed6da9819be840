import {GatewayError} from '../common/errors.js'
import {type RequestUrl, targetOf} from '../common/request-url.js'
import type {Found} from './live/live.js'

const MISSING = {
  outside: [404, 'not-found', 'There is nothing at this address.'],
  'no-topology': [404, 'no-topology', 'There is no such topology.'],
  'no-route': [404, 'no-route', 'No service of this topology is at this address.'],
  'no-slash': [302, 'no-slash', 'The topology is at this address with a slash.'],
  'path-climbs': [400, 'path-climbs', 'The path leads out of its route.'],
} as const

/** The refusal of an address that leads to no route; that of a topology without a slash leads to the one with it, as in Knox. */
export function notFound(kind: Exclude<Found['kind'], 'route'>, url: RequestUrl): GatewayError {
  const [status, code, message] = MISSING[kind]
  const headers = kind === 'no-slash' ? ['Location', targetOf({...url, path: `${url.path}/`})] : []
  return new GatewayError(status, code, message, undefined, headers)
}
