import type {Problem, Problems} from '../common/problem.js'
import {suggestion} from '../common/suggest.js'
import type {TopologyDescriptor, TopologyServiceDescriptor} from '../descriptor/topology-descriptor.js'
import type {Site} from '../site/site.js'
import {checkAliases, type FindAlias} from './alias-check.js'
import type {Catalogue} from './catalogue.js'
import {chooseDefinition, type DefinitionIndex} from './definition-index.js'
import {digestOf} from './digest.js'
import type {TopologyPlan} from './gateway-plan.js'
import {readHaParams} from './ha.js'
import {leftOutBy} from './left-out.js'
import {type Chosen, planService, type TopologyContext} from './plan-service.js'
import {hostmapOf, planProviders} from './providers.js'

/** What all topologies of a plan share. */
export interface PlanContext {
  readonly index: DefinitionIndex
  readonly site: Site
  readonly siteDigest: string
  readonly catalogue: Catalogue
  readonly aliases: FindAlias
}

/** The plan of one topology; it counts only if no fault was told. `found`: what is known already of the definitions. */
export function compileTopology(
  topology: TopologyDescriptor,
  context: PlanContext,
  found: readonly Problem[],
  problems: Problems,
): TopologyPlan {
  const {index, site, siteDigest, aliases} = context
  const chosen = lastOfEach(
    topology.services.flatMap(service => choose(service, index, problems)),
    problems,
  )
  const used = [...new Set(chosen.map(({definition}) => definition))]
  const stamps = checkAliases(topology, used, aliases, problems)
  const providers = planProviders(topology, context, problems)
  const shared: TopologyContext = {
    ...context,
    topology,
    providers,
    ha: readHaParams(topology, problems),
    gateOpen: isGateOpen(topology.name, site),
    has: name => used.some(({names, leftOut}) => names.has(name) && !leftOut.has(name)),
  }
  const services = chosen.map(each => planService(each, shared, problems))
  const files = new Set(used.flatMap(definition => definition.files))
  return {
    name: topology.name,
    digest: digestOf([topology, used.map(({digest}) => digest), siteDigest, stamps]),
    leftOut: leftOutBy([...found.filter(({at}) => files.has(at.file)), ...problems.all]),
    providers,
    services,
    rewrite: {
      definitions: used.map(({rewrite}) => rewrite),
      serviceUrls: Object.fromEntries(topology.services.map(({role, urls}) => [role, urls.map(({url}) => url)])),
      hostmap: hostmapOf(topology),
      globalRoles: site.settings['gateway.global.rules.services'],
      topology: topology.name,
      gatewayName: site.settings['gateway.path'],
    },
    at: topology.at,
  }
}

/** Source: Knox, `GatewayConfigImpl.isTopologyAsyncSupported`. */
function isGateOpen(topology: string, {settings}: Site): boolean {
  const name = topology.toLowerCase()
  return (
    settings['gateway.servlet.async.supported'] ||
    settings['gateway.servlet.async.supported.topologies'].some(each => each.toLowerCase() === name)
  )
}

/** Admin API, health, tokens, logins and the like. Source: Knox, `ServiceDeploymentContributor`s of `gateway-service-*` that serve something. */
const OF_KNOX_ITSELF: ReadonlySet<string> = new Set([
  'APIKEY',
  'AS',
  'CLIENTID',
  'HEALTH',
  'KNOX',
  'KNOX-AUTH-SERVICE',
  'KNOX-METADATA',
  'KNOX-SESSION',
  'KNOXSSO',
  'KNOXSSOUT',
  'KNOXTOKEN',
  'SERVICE-TEST',
  'TGS',
  'VAULT',
])

/** A service whose role could not be read was told of already. */
function choose(service: TopologyServiceDescriptor, index: DefinitionIndex, problems: Problems): readonly Chosen[] {
  if (service.role === '') return []
  const definition = chooseDefinition(service, index, problems)
  if (definition === 'refused') return []
  if (definition !== 'undefined') return [{service, definition}]
  const {role, urls, at} = service
  const lends = urls.length > 0 ? 'it only lends its URL to rules' : 'it is not served'
  if (urls.length === 0 || urls.some(({url}) => /^(https?|wss?):/i.test(url)))
    problems.warning(
      'role-undefined',
      at,
      OF_KNOX_ITSELF.has(role)
        ? `${role} is a service of Knox itself, which is not there; ${lends}`
        : `no definition has the role ${role}${suggestion(role, index.byRole.keys())}; ${lends}`,
    )
  return []
}

/** Of one definition asked for twice the last service holds, as in Knox. */
function lastOfEach(chosen: readonly Chosen[], problems: Problems): readonly Chosen[] {
  return chosen.filter(({service, definition}, i) => {
    const later = chosen.slice(i + 1).find(other => other.definition === definition)
    if (later)
      problems.warning(
        'service-duplicate',
        service.at,
        `${service.role} stands in line ${later.service.at.line} again, which holds; one service may have several URLs`,
      )
    return later === undefined
  })
}
