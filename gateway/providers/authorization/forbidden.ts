import {GatewayError} from '../../common/errors.js'
import {nearest} from '../../common/suggest.js'
import type {ParamChecks} from '../../pipeline/provider.js'

/** What everybody is told who may not, whatever the reason. */
export const forbidden = () => new GatewayError(403, 'forbidden', 'You may not do this.')

/** Tells of a param for a role that the topology does not have: a misspelt one is a fault. */
export function checkRole(role: string, param: string, {roles, fault, warning}: ParamChecks): void {
  if (roles.some(each => each.toLowerCase() === role.toLowerCase())) return
  const meant = nearest(role, roles)
  if (meant === undefined) warning(param, `the topology has no service ${role}`)
  else fault(param, `the topology has no service ${role}; did you mean ${meant}?`)
}
