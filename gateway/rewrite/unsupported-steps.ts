import type {SourceLocation} from '../common/problem.js'
import type {RuleDescriptor, StepDescriptor} from '../descriptor/rewrite-descriptor.js'
import {isCheckOperator} from './check-step.js'

/** A step that a rule asks for and this gateway cannot do. */
export interface UnsupportedStep {
  /** As the file writes it: `encrypt-query`, or `check oper="…"`. */
  readonly step: string
  readonly at: SourceLocation
}

/** The steps of a rule, nested ones too, that cannot be done. A rule that has any must be refused: without them it would do something else. */
export function unsupportedSteps(rule: RuleDescriptor): readonly UnsupportedStep[] {
  return rule.steps.flatMap(unsupportedIn)
}

function unsupportedIn(step: StepDescriptor): readonly UnsupportedStep[] {
  switch (step.kind) {
    case 'rule':
      return unsupportedSteps(step.rule)
    case 'match':
    case 'control':
      return step.steps.flatMap(unsupportedIn)
    case 'check':
      return [...unknownOperator(step.operator, step.at), ...step.steps.flatMap(unsupportedIn)]
    case 'encrypt':
    case 'decrypt':
    case 'encrypt-query':
    case 'decrypt-query':
      return [{step: step.kind, at: step.at}]
    default:
      return []
  }
}

function unknownOperator(operator: string, at: SourceLocation): readonly UnsupportedStep[] {
  return isCheckOperator(operator) ? [] : [{step: `check oper="${operator}"`, at}]
}
