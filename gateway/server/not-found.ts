import {GatewayError} from '../common/errors.js'

const MISSING = {
  outside: 'There is nothing at this address.',
  'no-topology': 'There is no such topology.',
  'no-route': 'No service of this topology is at this address.',
}

/** The refusal of an address that leads to no route. */
export function notFound(kind: keyof typeof MISSING): GatewayError {
  return new GatewayError(404, kind === 'outside' ? 'not-found' : kind, MISSING[kind])
}
