import type {Problems, SourceLocation} from '../common/problem.js'
import {suggestion} from '../common/suggest.js'
import type {RewriteDescriptor, RuleDescriptor, StepDescriptor} from '../descriptor/rewrite-descriptor.js'
import type {Catalogue} from './catalogue.js'
import type {TemplateReader} from './template-facts.js'

/** A text of a rule that is a template. */
interface TemplateUse {
  readonly text: string
  readonly at: SourceLocation
}

/**
 * The rules of a file that can work. One with a template that is none, or that calls a function
 * which the gateway lacks, is told and left out: Knox's own files have such rules.
 */
export function soundRules(
  {rules}: RewriteDescriptor,
  catalogue: Catalogue,
  templates: TemplateReader,
  problems: Problems,
): readonly RuleDescriptor[] {
  return rules.filter(rule => {
    const wrong = templatesOf(rule).flatMap(use => mistake(use, catalogue, templates) ?? [])
    for (const {code, at, message} of wrong) problems.warning(code, at, `${message}; the rule ${rule.name} is left out`)
    return wrong.length === 0
  })
}

function mistake({text, at}: TemplateUse, {functions}: Catalogue, templates: TemplateReader) {
  const facts = templates.read(text)
  if ('fault' in facts) return {code: 'template-invalid' as const, at, message: `${text}: ${facts.fault}`}
  const unknown = facts.functions.find(name => !functions.has(name))
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
      return used(step.pattern, step.at)
    case 'rewrite':
      return used(step.template, step.at)
    case 'check':
      return [...used(step.input, step.at), ...used(step.value, step.at)]
    case 'control':
      return step.steps.flatMap(templatesOfStep)
    case 'rule':
      return templatesOf(step.rule)
    default:
      return used(step.template, step.at)
  }
}

const used = (text: string | undefined, at: SourceLocation) => (text === undefined ? [] : [{text, at}])
