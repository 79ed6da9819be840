import {oneOf, type Values} from '../../common/params.js'
import type {Filter} from '../../pipeline/filter.js'
import {defineProvider, type ParamChecks, type ProviderParts} from '../../pipeline/provider.js'
import {ACL_MODES, type AclTest, acl, aclTest} from './acl.js'
import {type EventAcl, type EventTest, eventAcl, eventTest} from './event-acl.js'
import {withoutEvents} from './event-filter.js'
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
  '{role}.event.acl': eventAcl(
    'Who may see the events of a type (`*` in it: anything) in event streams of that role: `orders;*;sales`. A user or group may be a path into the JSON data where the reader must be named: `*;$.owner;*`. A service with rules gives only events that one is about and all that are let pass; of several each has a name, `{role}.{rule}.event.acl`. Not in Knox.',
  ),
}

type Options = Values<typeof aclsParams>

/** A role that the topology has not would leave the one that was meant open. */
export function checkAcls(options: Options, checks: ParamChecks, prefix = ''): void {
  for (const shape of ['{role}.acl', '{role}.acl.mode'] as const)
    for (const {name} of options[shape]) checkRole(name, `${prefix}${shape.replace('{role}', name)}`, checks)
  for (const {name} of options['{role}.event.acl']) checkRole(roleOf(name), `${prefix}${name}.event.acl`, checks)
}

const roleOf = (name: string) => name.split('.', 1)[0] ?? ''

/** Refuses with 403 whom the ACL of the service's role does not let pass. */
export function aclsFilter(options: Options, {admins, log}: ProviderParts): Filter {
  const modes = new Map(options['{role}.acl.mode'].map(({name, value}) => [name.toLowerCase(), value]))
  const tests = new Map<string, AclTest>(
    options['{role}.acl'].map(({name, value}) => {
      const role = name.toLowerCase()
      return [role, aclTest(value, modes.get(role) ?? options['acl.mode'], admins)]
    }),
  )
  const events = eventTests(options)
  return {
    name: 'AclsAuthz',
    enter(exchange) {
      if (tests.get(exchange.notes.service.toLowerCase())?.(exchange) === false) throw forbidden()
      return exchange
    },
    leave(response, {id, notes, principal}) {
      const maySee = events.get(notes.service.toLowerCase())
      if (maySee === undefined) return response
      return withoutEvents(
        response,
        event => maySee(event, principal),
        (error, offset) => log.warn('events cannot be judged, they are broken off', {id, offset, cause: error.message}),
      )
    },
  }
}

/** By role, in lower case. */
function eventTests(options: Options): ReadonlyMap<string, EventTest> {
  const rules = new Map<string, EventAcl[]>()
  for (const {name, value} of options['{role}.event.acl']) {
    const role = roleOf(name).toLowerCase()
    rules.set(role, [...(rules.get(role) ?? []), value])
  }
  return new Map([...rules].map(([role, own]) => [role, eventTest(own)]))
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
