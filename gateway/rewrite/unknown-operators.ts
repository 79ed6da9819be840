import type {SourceLocation} from '../common/problem.js'
import type {RuleDescriptor, StepDescriptor} from '../descriptor/rewrite-descriptor.js'
import {isCheckOperator} from './check-step.js'

/** A `check` whose operator nobody knows. */
export interface UnknownOperator {
  readonly operator: string
  readonly at: SourceLocation
}

/** Those of a rule, nested ones too. A rule that has any must be refused: without its check it would do something else. */
export function unknownOperators(rule: RuleDescriptor): readonly UnknownOperator[] {
  return rule.steps.flatMap(unknownIn)
}

function unknownIn(step: StepDescriptor): readonly UnknownOperator[] {
  switch (step.kind) {
    case 'rule':
      return unknownOperators(step.rule)
    case 'match':
    case 'control':
      return step.steps.flatMap(unknownIn)
    case 'check': {
      const own = isCheckOperator(step.operator) ? [] : [{operator: step.operator, at: step.at}]
      return [...own, ...step.steps.flatMap(unknownIn)]
    }
    default:
      return []
  }
}
