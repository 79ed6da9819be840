import type {Problems, SourceLocation} from '../common/problem.js'
import {suggestion} from '../common/suggest.js'
import type {
  FilterDescriptor,
  FilterPartDescriptor,
  RewriteDescriptor,
  RuleDescriptor,
  StepDescriptor,
} from '../descriptor/rewrite-descriptor.js'
import {unknownOperators} from '../rewrite/unknown-operators.js'
import type {Catalogue} from './catalogue.js'
import type {TemplateReader} from './template-facts.js'

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
    const facts = templates.read(text)
    for (const {name, literals} of 'functions' in facts ? facts.functions : []) {
      const [role] = literals
      if (role !== undefined && name.startsWith('service') && !found.has(role)) found.set(role, {role, at})
    }
  }
  return [...found.values()]
}

function mistake({text, at}: TemplateUse, {functions}: Catalogue, templates: TemplateReader) {
  const facts = templates.read(text)
  if ('fault' in facts) return {code: 'template-invalid' as const, at, message: `${text}: ${facts.fault}`}
  const unknown = facts.functions.map(({name}) => name).find(name => !functions.has(name))
  if (unknown === undefined) return undefined
  const message = `there is no function ${unknown}${suggestion(unknown, functions)}`
  return {code: 'function-unknown' as const, at, message}
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

/** The rules that the filters of a file name, nested parts too. */
export function rulesOfFilters(filters: readonly FilterDescriptor[]): readonly NamedRule[] {
  return filters.flatMap(({contents}) => contents.flatMap(({parts}) => parts.flatMap(rulesOfPart)))
}

function rulesOfPart(part: FilterPartDescriptor): readonly NamedRule[] {
  if (part.kind !== 'apply') return part.parts.flatMap(rulesOfPart)
  return part.rule === undefined ? [] : [{rule: part.rule, at: part.at}]
}
