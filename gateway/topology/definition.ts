import {problems as collection, type Problem, type Problems, type SourceLocation} from '../common/problem.js'
import type {RewriteDescriptor, RuleDescriptor} from '../descriptor/rewrite-descriptor.js'
import type {RouteDescriptor, ServiceDescriptor} from '../descriptor/service-descriptor.js'
import type {DispatchDescriptor} from '../descriptor/topology-descriptor.js'
import {withInheritedRewrites} from '../rewrite/inherited-rewrites.js'
import type {RewriteDefinitionPlan} from '../rewrite/rewrite-plan.js'
import type {Catalogue} from './catalogue.js'
import {digestOf} from './digest.js'
import {soundFilters} from './filter-check.js'
import {type NamedRole, namedRoles, neededRoles, soundRules} from './rule-check.js'
import {type GivenParams, readServiceParams} from './service-params.js'
import {type TemplateReader, templateReader} from './template-facts.js'
import {tellContradictions, tellRuleless, tellUnboundParams, tellUnfitRoutes} from './unreachable.js'

/** A `service.xml` and its `rewrite.xml`, as read. */
export interface DefinitionFiles {
  readonly service: ServiceDescriptor
  readonly rewrite: RewriteDescriptor | undefined
  /** One of the files holds faults: topologies that use the definition are refused. */
  readonly broken: boolean
}

/** A definition, checked as far as that goes without a topology. */
export interface Definition {
  readonly service: ServiceDescriptor
  /** Of `service.xml` and `rewrite.xml`. */
  readonly broken: boolean
  readonly rewrite: RewriteDefinitionPlan
  /** Rules and filters that an `apply` may name, and of these the rules that were left out. */
  readonly names: ReadonlySet<string>
  readonly leftOut: ReadonlySet<string>
  /** Roles that the rules name. */
  readonly namedRoles: readonly NamedRole[]
  /** By the name of a rule: roles that it cannot do without. */
  readonly neededRoles: ReadonlyMap<string, readonly string[]>
  /** Routes whose path is a template. */
  readonly routes: readonly RouteDescriptor[]
  readonly params: GivenParams
  readonly dispatchParams: ReadonlyMap<DispatchDescriptor, GivenParams>
  readonly problems: readonly Problem[]
  /** Names of `service.xml` and `rewrite.xml`. */
  readonly files: readonly string[]
  readonly digest: string
}

/** Remembers what was checked, so that a change costs no more than what changed. Scope: one home. */
export interface DefinitionMemo {
  check(files: DefinitionFiles, catalogue: Catalogue): Definition
}

/** A new memo. */
export function definitionMemo(): DefinitionMemo {
  const templates = templateReader()
  const known = new WeakMap<ServiceDescriptor, {files: DefinitionFiles; definition: Definition}>()
  return {
    check(files, catalogue) {
      const before = known.get(files.service)
      if (before && before.files.rewrite === files.rewrite && before.files.broken === files.broken)
        return before.definition
      const definition = checkDefinition(files, catalogue, templates)
      known.set(files.service, {files, definition})
      return definition
    },
  }
}

function checkDefinition(files: DefinitionFiles, catalogue: Catalogue, templates: TemplateReader): Definition {
  const {service, rewrite} = files
  const problems = collection()
  const rules = rewrite ? soundRules(rewrite, catalogue, templates, problems) : []
  const params = readServiceParams(service.params, problems)
  const dispatchParams = readDispatchParams(service, problems)
  const routes = withInheritedRewrites(service.routes).filter(route =>
    isTemplate(route.path, route.at, templates, problems),
  )
  tellUnboundParams(rules, problems)
  tellUnfitRoutes(routes, rules, problems)
  if (!files.broken) tellRuleless(routes, rewrite, problems)
  tellContradictions(rules, problems)
  return {
    service,
    broken: files.broken || problems.faulty,
    rewrite: {
      role: service.role,
      rules,
      filters: rewrite ? soundFilters(rewrite, problems) : [],
      functions: rewrite?.functions ?? [],
    },
    names: namesOf(rewrite),
    leftOut: leftOut(rewrite?.rules ?? [], rules),
    namedRoles: namedRoles(rules, templates),
    neededRoles: neededRoles(rules, templates),
    routes,
    params,
    dispatchParams,
    problems: problems.all,
    files: [service.at.file, ...(rewrite ? [rewrite.at.file] : [])],
    digest: digestOf([service, rewrite]),
  }
}

function readDispatchParams({routes, dispatch}: ServiceDescriptor, problems: Problems) {
  const read = new Map<DispatchDescriptor, GivenParams>()
  for (const descriptor of [dispatch, ...routes.map(route => route.dispatch)])
    if (descriptor) read.set(descriptor, readServiceParams(descriptor.params, problems))
  return read
}

function isTemplate(path: string, at: SourceLocation, templates: TemplateReader, problems: Problems): boolean {
  const facts = templates.read(path)
  if ('fault' in facts) problems.warning('template-invalid', at, `${path}: ${facts.fault}; the route is left out`)
  return !('fault' in facts)
}

function namesOf(rewrite: RewriteDescriptor | undefined): ReadonlySet<string> {
  return new Set([...(rewrite?.rules ?? []), ...(rewrite?.filters ?? [])].map(({name}) => name))
}

function leftOut(all: readonly RuleDescriptor[], sound: readonly RuleDescriptor[]): ReadonlySet<string> {
  const kept = new Set(sound)
  return new Set(all.filter(rule => !kept.has(rule)).map(rule => rule.name))
}
