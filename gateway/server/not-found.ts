import {GatewayError} from '../common/errors.js'
import type {Found} from './live/live.js'

const MISSING = {
  outside: [404, 'not-found', 'There is nothing at this address.'],
  'no-topology': [404, 'no-topology', 'There is no such topology.'],
  'no-route': [404, 'no-route', 'No service of this topology is at this address.'],
  'path-climbs': [400, 'path-climbs', 'The path leads out of its route.'],
} as const

/** The refusal of an address that leads to no route. */
export function notFound(kind: Exclude<Found['kind'], 'route'>): GatewayError {
  const [status, code, message] = MISSING[kind]
  return new GatewayError(status, code, message)
}
