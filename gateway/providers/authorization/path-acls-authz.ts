import {oneOf, type Param, type Values} from '../../common/params.js'
import type {RequestUrl} from '../../common/request-url.js'
import type {Aim, Exchange} from '../../pipeline/exchange.js'
import type {Filter} from '../../pipeline/filter.js'
import {defineProvider, type ParamChecks, type ProviderParts} from '../../pipeline/provider.js'
import {markupFault} from '../../template/markup.js'
import {buildMatcher} from '../../template/matcher.js'
import {parseTemplate} from '../../template/parse.js'
import {ACL_MODES, type Acl, type AclTest, aclTest, readAcl} from './acl.js'
import {checkRole, forbidden} from './forbidden.js'
import {folded, formsOf} from './path-forms.js'

/** An ACL and the addresses at services that it is about. */
interface PathAcl extends Acl {
  readonly path: string
}

/** `path;users;groups;addresses`. */
function pathAcl(doc: string): Param<PathAcl> {
  const read = (given: string) => {
    const end = given.indexOf(';')
    const path = given.slice(0, Math.max(0, end)).trim()
    if (path === '') throw new RangeError(`"${given}" is not path;users;groups;addresses`)
    const fault = markupFault(path)
    if (fault) throw fault
    ruleOf(path)
    return {path, ...readAcl(given.slice(end + 1))}
  }
  return {doc, default: {path: '', users: [], groups: [], addresses: []}, unit: 'path;users;groups;addresses', read}
}

/** Params of PathAclsAuthz, also within CompositeAuthz. */
export const pathAclsParams = {
  'path.acl.mode': oneOf('As `acl.mode` of AclsAuthz.', 'AND', ACL_MODES),
  'path.acl': pathAcl(
    'Who may reach which addresses of services: a URL template and an ACL. It is matched against the address at the service. `/a/**` is what is below `/a`, and not `/a` or `/a/`. A service with rules is open only where one matches, and then all that match must let pass.',
  ),
  '{role}.path.acl': pathAcl(
    'The same for one service; of more than one rule for it each has a name: `{role}.{rule}.path.acl`.',
  ),
  '{role}.path.acl.mode': oneOf('Overrides `path.acl.mode` for that role.', 'AND', ACL_MODES),
}

type Options = Values<typeof pathAclsParams>

const roleOf = (name: string) => name.split('.', 1)[0]?.toLowerCase() ?? ''

/** Each rule names a role of the topology. */
export function checkPathAcls(options: Options, checks: ParamChecks, prefix = ''): void {
  for (const shape of ['{role}.path.acl', '{role}.path.acl.mode'] as const)
    for (const {name} of options[shape]) checkRole(roleOf(name), `${prefix}${shape.replace('{role}', name)}`, checks)
}

interface Rule {
  readonly matches: UrlTest
  /** The same for a service that does not tell cases apart. */
  readonly concerns: UrlTest
  readonly mayPass: AclTest
}

type UrlTest = (url: RequestUrl) => boolean

/** Refuses with 403 where no rule matches, or one that does lets nobody like this pass. */
export function pathAclsFilter(options: Options, {roles, admins}: ProviderParts): Filter {
  const rules = new Map(roles.map(role => [role, rulesOf(role.toLowerCase(), options, admins)]))
  return {
    name: 'PathAclsAuthz',
    enter(exchange) {
      const own = rules.get(exchange.notes.service) ?? []
      return own.length === 0 ? exchange : {...exchange, aim: guarded(exchange.aim, own)}
    },
  }
}

function rulesOf(role: string, options: Options, admins: ProviderParts['admins']): readonly Rule[] {
  const mode =
    options['{role}.path.acl.mode'].find(({name}) => roleOf(name) === role)?.value ?? options['path.acl.mode']
  const ofAll = options['path.acl'].path === '' ? [] : [options['path.acl']]
  const own = options['{role}.path.acl'].filter(({name}) => roleOf(name) === role).map(({value}) => value)
  return [...ofAll, ...own].map(each => ({...ruleOf(each.path), mayPass: aclTest(each, mode, admins)}))
}

/** Which addresses a template means. Throws RangeError for what is no template. */
function ruleOf(path: string): Omit<Rule, 'mayPass'> {
  const exact = buildMatcher([[parseTemplate(path), true]])
  const anyCase = buildMatcher([[parseTemplate(path.toLowerCase()), true]])
  return {
    matches: url => exact.match(url) !== undefined,
    concerns: url => exact.match(url) !== undefined || anyCase.match(folded(url)) !== undefined,
  }
}

/** The address is known when the dispatch asks for it, of each endpoint that it tries. */
function guarded(aim: Aim, rules: readonly Rule[]): Aim {
  return (serviceUrl, exchange) => {
    const url = aim(serviceUrl, exchange)
    if (!mayReach(url, exchange, rules)) throw forbidden()
    return url
  }
}

/** In whatever form a service may read the address, a rule must match, and all that concern it must let pass. */
function mayReach(url: RequestUrl, exchange: Exchange, rules: readonly Rule[]): boolean {
  const forms = formsOf(url) ?? []
  return (
    forms.length > 0 &&
    forms.every(
      form =>
        rules.some(({matches}) => matches(form)) &&
        rules.every(({concerns, mayPass}) => !concerns(form) || mayPass(exchange)),
    )
  )
}

/** Source: Knox, `PathAclsAuthorizationFilter`. Differs: of several rules that match all must let pass, where Knox asks any one. */
export const pathAclsAuthz = defineProvider({
  role: 'authorization',
  name: 'PathAclsAuthz',
  doc: 'Who may reach which addresses of services.',
  params: pathAclsParams,
  check: checkPathAcls,
  create: (options, parts) => [pathAclsFilter(options, parts)],
})
