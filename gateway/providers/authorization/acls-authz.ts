import {oneOf, type Values} from '../../common/params.js'
import type {Filter} from '../../pipeline/filter.js'
import {defineProvider, type ParamChecks, type ProviderParts} from '../../pipeline/provider.js'
import {ACL_MODES, type AclTest, acl, aclTest} from './acl.js'
import {checkRole, forbidden} from './forbidden.js'

/** Params of AclsAuthz, also within CompositeAuthz. */
export const aclsParams = {
  'acl.mode': oneOf(
    '`AND`: user, group and address must all fit; `OR`: one of them, and `*` fits nobody.',
    'AND',
    ACL_MODES,
  ),
  '{role}.acl': acl(
    'Who may use the services of that role; `*`: all. Without it everybody may. `KNOX_ADMIN_USERS` and `KNOX_ADMIN_GROUPS` are those of `gateway-site.xml`; addresses may be ranges or end in `*`.',
  ),
  '{role}.acl.mode': oneOf('Overrides `acl.mode` for that role.', 'AND', ACL_MODES),
}

type Options = Values<typeof aclsParams>

/** A role that the topology has not would leave the one that was meant open. */
export function checkAcls(options: Options, checks: ParamChecks, prefix = ''): void {
  for (const shape of ['{role}.acl', '{role}.acl.mode'] as const)
    for (const {name} of options[shape]) checkRole(name, `${prefix}${shape.replace('{role}', name)}`, checks)
}

/** Refuses with 403 whom the ACL of the service's role does not let pass. */
export function aclsFilter(options: Options, {admins}: ProviderParts): Filter {
  const modes = new Map(options['{role}.acl.mode'].map(({name, value}) => [name.toLowerCase(), value]))
  const tests = new Map<string, AclTest>(
    options['{role}.acl'].map(({name, value}) => {
      const role = name.toLowerCase()
      return [role, aclTest(value, modes.get(role) ?? options['acl.mode'], admins)]
    }),
  )
  return {
    name: 'AclsAuthz',
    enter(exchange) {
      if (tests.get(exchange.notes.service.toLowerCase())?.(exchange) === false) throw forbidden()
      return exchange
    },
  }
}

/** Source: Knox, `AclsAuthorizationFilter`. */
export const aclsAuthz = defineProvider({
  role: 'authorization',
  name: 'AclsAuthz',
  doc: 'Who may use which service, by user, group and address.',
  params: aclsParams,
  check: checkAcls,
  create: (options, parts) => [aclsFilter(options, parts)],
})
