import {problems as collection, type Problem, type ProblemCode, type Problems, printProblem} from '../common/problem.js'
import {suggestion} from '../common/suggest.js'
import type {TopologyDescriptor} from '../descriptor/topology-descriptor.js'
import type {Site} from '../site/site.js'
import type {FindAlias} from './alias-check.js'
import type {Catalogue} from './catalogue.js'
import {compileTopology} from './compile-topology.js'
import {type Definition, type DefinitionFiles, type DefinitionMemo, definitionMemo} from './definition.js'
import {type DefinitionIndex, indexDefinitions, isNamed, type UnreadDefinition} from './definition-index.js'
import {digestOf} from './digest.js'
import type {GatewayPlan, TopologyPlan} from './gateway-plan.js'
import {rulesOfFilters} from './rule-check.js'
import {tellUnused} from './unused.js'

/** All that a plan is made of. */
export interface PlanSources {
  readonly topologies: readonly TopologyDescriptor[]
  readonly definitions: readonly DefinitionFiles[]
  readonly unread: readonly UnreadDefinition[]
  readonly site: Site
  readonly catalogue: Catalogue
  readonly aliases: FindAlias
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
  const {catalogue, site, aliases} = sources
  const definitions = sources.definitions.map(files => memo.check(files, catalogue))
  for (const definition of definitions) add(definition.problems, problems)
  const index = indexDefinitions(definitions, sources.unread, problems)
  tellUnknownApplies(definitions, index, problems)
  tellUnknownRules(definitions, index, problems)
  tellMisspeltRoles(definitions, rolesOf(sources), problems)
  tellUnused(definitions, site.settings['gateway.global.rules.services'], problems)
  const topologies = new Map<string, TopologyPlan>()
  const refused = new Map<string, readonly Problem[]>()
  const told = onceEach()
  const siteDigest = digestOf([site.settings, site.groupConfig])
  const found = problems.all
  for (const topology of onlyOnce(sources.topologies, problems)) {
    const own = collection()
    const plan = compileTopology(topology, {index, site, siteDigest, catalogue, aliases}, found, own)
    const known = judged(topology, own.all, found)
    add(
      known.filter(problem => !told(problem)),
      problems,
    )
    if (own.faulty) refused.set(topology.name, known)
    else topologies.set(topology.name, plan)
  }
  return {plan: {topologies: Object.fromEntries(topologies)}, refused: Object.fromEntries(refused)}
}

function add(found: readonly Problem[], problems: Problems): void {
  for (const {severity, code, at, message} of found) problems[severity](code, at, message)
}

/** What a topology seems to lack may stand behind a misspelt name, which is told of. */
function judged({at}: TopologyDescriptor, own: readonly Problem[], found: readonly Problem[]): readonly Problem[] {
  const hiding = [...own, ...found.filter(problem => problem.at.file === at.file)].some(({code}) => HIDING.has(code))
  return hiding ? own.filter(({code}) => !LACKING.has(code)) : own
}

const HIDING: ReadonlySet<ProblemCode> = new Set(['element-unknown', 'element-missing', 'provider-unavailable'])
const LACKING: ReadonlySet<ProblemCode> = new Set(['topology-open', 'ha-role-unknown', 'role-missing'])

/** Whether a warning was asked for before: many topologies may use the definition it is about. */
function onceEach(): (problem: Problem) => boolean {
  const before = new Set<string>()
  return problem => {
    const text = printProblem(problem)
    return problem.severity === 'warning' && before.size === before.add(text).size
  }
}

/** An `apply` that names nothing in any file: told once, and left out of every plan. What a file with faults has is not known. */
function tellUnknownApplies(definitions: readonly Definition[], index: DefinitionIndex, problems: Problems): void {
  for (const definition of definitions.filter(({broken}) => !broken))
    for (const {apply, at} of definition.service.routes.flatMap(route => route.rewrites))
      if (!isNamed(apply, definition, index))
        problems.warning(
          'apply-unknown',
          at,
          `there is no rule or filter ${apply}${near(apply, definition)}; it is left out`,
        )
}

/** Names of rules are long and alike. */
const near = (apply: string, {names}: Definition) => suggestion(apply, names, 2)

/** A filter that names a rule of no file. */
function tellUnknownRules(definitions: readonly Definition[], {names}: DefinitionIndex, problems: Problems): void {
  for (const definition of definitions)
    for (const {rule, at} of rulesOfFilters(definition.rewrite.filters))
      if (!names.has(rule)) problems.warning('rule-unknown', at, `there is no rule ${rule}${near(rule, definition)}`)
}

/** A role that no file knows and that is near to one that is known; others may be meant for topologies to come. */
function tellMisspeltRoles(definitions: readonly Definition[], roles: ReadonlySet<string>, problems: Problems): void {
  for (const {role, at} of definitions.flatMap(({namedRoles}) => namedRoles)) {
    const meant = roles.has(role) ? '' : suggestion(role, roles)
    if (meant !== '')
      problems.warning(
        'role-unknown',
        at,
        `no service has the role ${role}${meant}; requests that need its URL are answered with 500`,
      )
  }
}

const rolesOf = ({definitions, topologies}: PlanSources) =>
  new Set([
    ...definitions.map(({service}) => service.role),
    ...topologies.flatMap(({services}) => services.map(({role}) => role)),
  ])

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
