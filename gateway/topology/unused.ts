import type {Problems} from '../common/problem.js'
import type {RuleDescriptor, StepDescriptor} from '../descriptor/rewrite-descriptor.js'
import type {ServiceDescriptor} from '../descriptor/service-descriptor.js'
import type {RewriteDefinitionPlan} from '../rewrite/rewrite-plan.js'
import {scopeOf} from '../rewrite/rule-set.js'
import type {Definition} from './definition.js'
import {rulesOfFilters} from './rule-check.js'

/**
 * Tells of what can never act, whatever a topology says: a filter that no route applies, or that is applied where a rule is wanted, a rule that
 * nothing names and that has no pattern to be found by, and one that another one is always found before. A topology puts the rules of all its
 * definitions together, so a name counts in whichever file it stands.
 */
export function tellUnused(
  definitions: readonly Definition[],
  globalRoles: readonly string[],
  problems: Problems,
): void {
  const applied = new Set(definitions.flatMap(({service}) => service.routes.flatMap(appliesOf)))
  const named = new Set([...applied, ...definitions.flatMap(namesInFilters)])
  for (const {rewrite, service} of definitions) {
    tellUnfitApplies(rewrite, service, problems)
    for (const {name, at} of rewrite.filters)
      if (!applied.has(name)) problems.warning('filter-unused', at, `no route applies the filter ${name}`)
    tellUnusedRules(rewrite.rules, globalRoles, named, problems)
  }
}

/** A rule with a pattern is found by that, whatever it is applied to. */
function tellUnfitApplies(
  {rules, filters}: RewriteDefinitionPlan,
  {routes}: ServiceDescriptor,
  problems: Problems,
): void {
  const filterNames = new Set(filters.map(({name}) => name))
  const ruleOf = new Map(rules.map(rule => [rule.name, rule]))
  for (const {apply, to, at} of routes.flatMap(route => route.rewrites)) {
    const rule = ruleOf.get(apply)
    if (to === 'request.url' && rule === undefined && filterNames.has(apply))
      problems.warning('apply-unfit', at, `${apply} is a filter, and request.url wants a rule`)
    else if (to !== 'request.url' && rule && rule.pattern === undefined && !filterNames.has(apply))
      problems.warning('apply-unfit', at, `${apply} is a rule that is not found by a pattern, and ${to} wants a filter`)
  }
}

const appliesOf = ({rewrites}: {readonly rewrites: readonly {readonly apply: string}[]}) =>
  rewrites.map(({apply}) => apply)

const namesInFilters = ({rewrite}: Definition) => rulesOfFilters(rewrite.filters).map(({rule}) => rule)

function tellUnusedRules(
  rules: readonly RuleDescriptor[],
  globalRoles: readonly string[],
  named: ReadonlySet<string>,
  problems: Problems,
): void {
  const names = new Set<string>()
  const first = new Map<string, RuleDescriptor>()
  for (const rule of rules) {
    const {name, pattern, directions, at} = rule
    tellUnusedSteps(rule, problems)
    const isFirst = !names.has(name)
    names.add(name)
    // Of patterns that differ in a name the order in which other rules brought these names decides.
    const keys =
      pattern === undefined ? [] : directions.map(direction => `${direction} ${scopeOf(rule, globalRoles)} ${pattern}`)
    const before = keys.map(key => first.get(key))
    for (const key of keys) if (!first.has(key)) first.set(key, rule)
    const [earlier] = before
    // Of another one with its name is told already.
    if (named.has(name) || !isFirst) continue
    if (pattern === undefined)
      problems.warning('rule-unused', at, `nothing names the rule ${name}, and it has no pattern to be found by`)
    else if (earlier && before.every(each => each !== undefined))
      problems.warning(
        'rule-shadowed',
        at,
        `nothing names the rule ${name}, and ${earlier.name} in line ${earlier.at.line} is found before it: it has the same pattern`,
      )
  }
}

/** Of steps one of which is enough those behind an equal pattern are never come to. */
function tellUnusedSteps({name, flow, steps}: RuleDescriptor, problems: Problems): void {
  if (flow !== 'or') return
  const before = new Map<string, StepDescriptor>()
  for (const step of steps) {
    if (step.kind !== 'match' || step.pattern === undefined) return
    const shape = shapeOf(step.pattern)
    const earlier = before.get(shape)
    if (earlier)
      problems.warning(
        'rule-shadowed',
        step.at,
        `this step of the rule ${name} is never come to: the one in line ${earlier.at.line} has the same pattern`,
      )
    else if (step.steps.every(({kind}) => kind === 'rewrite')) before.set(shape, step)
  }
}

/** What a pattern matches, without the names that it binds; patterns of one shape match the same addresses. */
function shapeOf(pattern: string): string {
  if (pattern.includes('\\')) return pattern
  const mark = pattern.indexOf('?')
  const address = mark < 0 ? pattern : pattern.slice(0, mark)
  const bare = address.replace(/\{[^{}=$]+=([^{}]+)\}/g, '$1').replace(/\{[^{}=$*]+\}/g, '{}')
  return mark < 0 ? bare : bare + pattern.slice(mark)
}
