import {problems as collection, type Problem, type Problems} from '../common/problem.js'
import type {TopologyDescriptor} from '../descriptor/topology-descriptor.js'
import type {Site} from '../site/site.js'
import type {Catalogue} from './catalogue.js'
import {compileTopology} from './compile-topology.js'
import {type Definition, type DefinitionFiles, type DefinitionMemo, definitionMemo} from './definition.js'
import {type DefinitionIndex, indexDefinitions, type UnreadDefinition} from './definition-index.js'
import {digestOf} from './digest.js'
import type {GatewayPlan, TopologyPlan} from './gateway-plan.js'

/** All that a plan is made of. */
export interface PlanSources {
  readonly topologies: readonly TopologyDescriptor[]
  readonly definitions: readonly DefinitionFiles[]
  readonly unread: readonly UnreadDefinition[]
  readonly site: Site
  readonly catalogue: Catalogue
}

/** A plan, and what is not in it. */
export interface Compiled {
  readonly plan: GatewayPlan
  /** Topologies with faults, by name: each with its problems. */
  readonly refused: Readonly<Record<string, readonly Problem[]>>
}

/**
 * Descriptors to plan: names resolved, params read, order of filters fixed. A topology with a fault
 * is not in the plan. Pure but for the memo, which makes a second plan of mostly the same cheap.
 */
export function compilePlan(
  sources: PlanSources,
  problems: Problems,
  memo: DefinitionMemo = definitionMemo(),
): Compiled {
  const {catalogue, site} = sources
  const definitions = sources.definitions.map(files => memo.check(files, catalogue))
  for (const definition of definitions) add(definition.problems, problems)
  const index = indexDefinitions(definitions, sources.unread, problems)
  tellUnknownApplies(definitions, index, problems)
  const topologies = new Map<string, TopologyPlan>()
  const refused = new Map<string, readonly Problem[]>()
  const siteDigest = digestOf(site.settings)
  for (const topology of onlyOnce(sources.topologies, problems)) {
    const own = collection()
    const plan = compileTopology(topology, {index, site, siteDigest, catalogue}, own)
    add(own.all, problems)
    if (own.faulty) refused.set(topology.name, own.all)
    else topologies.set(topology.name, plan)
  }
  return {plan: {topologies: Object.fromEntries(topologies)}, refused: Object.fromEntries(refused)}
}

function add(found: readonly Problem[], problems: Problems): void {
  for (const {severity, code, at, message} of found) problems[severity](code, at, message)
}

/** An `apply` that names nothing in any file: told once, and left out of every plan. */
function tellUnknownApplies(definitions: readonly Definition[], {names}: DefinitionIndex, problems: Problems): void {
  for (const {service} of definitions)
    for (const {apply, at} of service.routes.flatMap(route => route.rewrites))
      if (!names.has(apply))
        problems.warning('apply-unknown', at, `there is no rule or filter ${apply}; it is left out`)
}

function onlyOnce(topologies: readonly TopologyDescriptor[], problems: Problems): readonly TopologyDescriptor[] {
  const byName = new Map<string, TopologyDescriptor>()
  for (const topology of topologies) {
    const before = byName.get(topology.name)
    if (before)
      problems.warning(
        'topology-duplicate',
        topology.at,
        `${topology.name} is defined in ${before.at.file} too, which holds`,
      )
    else byName.set(topology.name, topology)
  }
  return [...byName.values()]
}
