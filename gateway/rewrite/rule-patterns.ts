import type {RuleDescriptor, StepDescriptor} from '../descriptor/rewrite-descriptor.js'

/** All patterns of a rule, of nested steps too, and what binds a param as a pattern does. */
export function patternsOf({pattern, steps}: RuleDescriptor): readonly string[] {
  return [...(pattern === undefined ? [] : [pattern]), ...steps.flatMap(patternsOfStep)]
}

function patternsOfStep(step: StepDescriptor): readonly string[] {
  if (step.kind === 'rule') return patternsOf(step.rule)
  // A step `encrypt` or `decrypt` binds its param as a pattern does.
  if ('param' in step) return step.param === undefined ? [] : [`{${step.param}}`]
  if (!('steps' in step)) return []
  const own = step.kind === 'match' && step.pattern !== undefined ? [step.pattern] : []
  return [...own, ...step.steps.flatMap(patternsOfStep)]
}
