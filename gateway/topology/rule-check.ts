import type {Problems, SourceLocation} from '../common/problem.js'
import {suggestion} from '../common/suggest.js'
import type {
  EventPartDescriptor,
  FilterDescriptor,
  FilterPartDescriptor,
  Flow,
  RewriteDescriptor,
  RuleDescriptor,
  StepDescriptor,
} from '../descriptor/rewrite-descriptor.js'
import {unknownOperators} from '../rewrite/unknown-operators.js'
import type {Catalogue} from './catalogue.js'
import type {FunctionCall, TemplateReader} from './template-facts.js'

/** A text of a rule that is a template. */
interface TemplateUse {
  readonly text: string
  readonly at: SourceLocation
}

/**
 * The rules of a file that can work. One with a template that is none, with a function or
 * a step that the gateway lacks, is told and left out: Knox's own files have such rules.
 */
export function soundRules(
  {rules}: RewriteDescriptor,
  catalogue: Catalogue,
  templates: TemplateReader,
  problems: Problems,
): readonly RuleDescriptor[] {
  return rules.filter(rule => {
    const wrong = [
      ...templatesOf(rule).flatMap(use => mistake(use, catalogue, templates) ?? []),
      ...unknownOperators(rule).map(({operator, at}) => ({
        code: 'step-unavailable' as const,
        at,
        message: `there is no step check oper="${operator}"`,
      })),
    ]
    for (const {code, at, message} of wrong) problems.warning(code, at, `${message}; the rule ${rule.name} is left out`)
    return wrong.length === 0
  })
}

/** A service role that a rule names. */
export interface NamedRole {
  readonly role: string
  readonly at: SourceLocation
}

/** The roles that templates of rules name, as in `{$serviceUrl[ROLE]}`; each once. */
export function namedRoles(rules: readonly RuleDescriptor[], templates: TemplateReader): readonly NamedRole[] {
  const found = new Map<string, NamedRole>()
  for (const {text, at} of rules.flatMap(templatesOf)) {
    for (const role of rolesIn(text, templates)) if (!found.has(role)) found.set(role, {role, at})
  }
  return [...found.values()]
}

/** Roles without whose URL a rule cannot make an address, by its name; not those of alternatives. */
export function neededRoles(
  rules: readonly RuleDescriptor[],
  templates: TemplateReader,
): ReadonlyMap<string, readonly string[]> {
  const needed = rules.map(({name, flow, steps}): [string, readonly string[]] => [
    name,
    [...new Set(addressesOf(flow, steps).flatMap(text => rolesIn(text, templates)))],
  ])
  // The first of a name holds.
  return new Map(needed.filter(([, roles]) => roles.length > 0).toReversed())
}

/** The templates that are sure to be asked for when a rule applies, without their query: there a role may be missing. */
function addressesOf(flow: Flow, steps: readonly StepDescriptor[]): readonly string[] {
  if (flow === 'or' && steps.length > 1) return []
  return steps.flatMap(step => {
    if (step.kind === 'rewrite') return step.template.split('?', 1)
    if (step.kind === 'rule') return addressesOf(step.rule.flow, step.rule.steps)
    return 'steps' in step ? addressesOf(step.flow, step.steps) : []
  })
}

function rolesIn(text: string, templates: TemplateReader): readonly string[] {
  const facts = templates.read(text)
  const calls = 'functions' in facts ? facts.functions : []
  return calls.flatMap(({name, literals: [role]}) => (role !== undefined && name.startsWith('service') ? [role] : []))
}

function mistake({text, at}: TemplateUse, {functions}: Catalogue, templates: TemplateReader) {
  const facts = templates.read(text)
  if ('fault' in facts) return {code: 'template-invalid' as const, at, message: `${text}: ${facts.fault}`}
  for (const call of facts.functions) {
    const message = wrongCall(call, functions)
    if (message !== undefined) return {code: 'function-unknown' as const, at, message}
  }
  return undefined
}

function wrongCall({name, literals}: FunctionCall, functions: Catalogue['functions']): string | undefined {
  const called = functions.get(name)
  if (called === undefined) return `there is no function ${name}${suggestion(name, functions.keys())}`
  return literals.length > 0 ? called.fault?.(literals) : undefined
}

function templatesOf({pattern, steps, at}: RuleDescriptor): readonly TemplateUse[] {
  return [...used(pattern, at), ...steps.flatMap(templatesOfStep)]
}

function templatesOfStep(step: StepDescriptor): readonly TemplateUse[] {
  switch (step.kind) {
    case 'match':
      return [...used(step.pattern, step.at), ...step.steps.flatMap(templatesOfStep)]
    case 'rewrite':
      return used(step.template, step.at)
    case 'check':
      return [...used(step.input, step.at), ...used(step.value, step.at), ...step.steps.flatMap(templatesOfStep)]
    case 'control':
      return step.steps.flatMap(templatesOfStep)
    case 'rule':
      return templatesOf(step.rule)
    default:
      return used(step.template, step.at)
  }
}

const used = (text: string | undefined, at: SourceLocation) => (text === undefined ? [] : [{text, at}])

/** A rule that a filter names. */
export interface NamedRule {
  readonly rule: string
  readonly at: SourceLocation
}

/** The rules that the filters of a file name, nested parts and those for events too. `*` is the name of none: it means the one that fits best; an empty one leaves alone what its path fits. */
export function rulesOfFilters(filters: readonly FilterDescriptor[]): readonly NamedRule[] {
  const contents = filters.flatMap(filter => filter.contents)
  const named = contents.flatMap(({parts, events = []}) => [
    ...parts.flatMap(rulesOfPart),
    ...events.flatMap(rulesOfEvents),
  ])
  return named.filter(({rule}) => rule !== '*' && rule !== '')
}

function rulesOfPart(part: FilterPartDescriptor): readonly NamedRule[] {
  return part.kind === 'apply' ? namedAt(part.at, part.rule) : part.parts.flatMap(rulesOfPart)
}

function rulesOfEvents(part: EventPartDescriptor): readonly NamedRule[] {
  return part.kind === 'apply' ? namedAt(part.at, part.rule, part.inverse) : []
}

const namedAt = (at: SourceLocation, ...rules: readonly (string | undefined)[]) =>
  rules.flatMap(rule => (rule === undefined ? [] : [{rule, at}]))
